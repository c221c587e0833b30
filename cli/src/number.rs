//! Whole numbers on the command line.

use std::fmt::Display;

/// Returns the parser of an option that takes a whole number in these bounds.
pub(crate) fn whole<T>(least: T, most: T) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: Copy + Display + Into<i128> + TryFrom<i128>,
{
    move |text| {
        let number = text.trim().parse();
        within(number.map_err(|_| "a whole number is expected".to_owned())?, least, most)
    }
}

/// Returns a number that is in these bounds.
pub(crate) fn within<T>(number: i128, least: T, most: T) -> Result<T, String>
where
    T: Copy + Display + Into<i128> + TryFrom<i128>,
{
    match T::try_from(number) {
        Ok(value) if (least.into()..=most.into()).contains(&number) => Ok(value),
        _ if number < least.into() => Err(format!("the least value is {least}")),
        _ => Err(format!("the greatest value is {most}")),
    }
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use clap::{Command, error::ErrorKind};

    use super::whole;

    #[test]
    fn the_error_says_what_is_expected() {
        for (text, expected) in [
            ("1", Ok(1)),
            (" 100 ", Ok(100)),
            ("0", Err("the least value is 1")),
            ("-5", Err("the least value is 1")),
            ("101", Err("the greatest value is 100")),
            ("99999999999", Err("the greatest value is 100")),
            ("1.5", Err("a whole number is expected")),
            ("", Err("a whole number is expected")),
        ] {
            assert_eq!(whole(1_u32, 100)(text), expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn every_option_with_a_number_is_read_here() {
        let integers = [
            TypeId::of::<u16>(),
            TypeId::of::<u32>(),
            TypeId::of::<u64>(),
            TypeId::of::<usize>(),
            TypeId::of::<i32>(),
            TypeId::of::<i64>(),
        ];
        let mut command = crate::command();
        command.build();
        let (mut open, mut seen) = (vec![command], 0);
        while let Some(command) = open.pop() {
            open.extend(command.get_subcommands().cloned());
            let numbers = command
                .get_arguments()
                .filter(|arg| integers.iter().any(|id| arg.get_value_parser().type_id() == *id));
            for long in numbers.filter_map(|arg| arg.get_long()) {
                let words = [command.get_name().to_owned(), format!("--{long}=abc")];
                let error = Command::clone(&command).try_get_matches_from(words).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ValueValidation, "{error}");
                assert!(error.to_string().contains("a whole number is expected"), "{error}");
                seen += 1;
            }
        }
        assert!(seen > 100, "{seen}");
    }
}
