//! Dates and times of YAML 1.1, printed as Python's `str` of a `date` or `datetime`.

/// The time if `text` has the shape of one; the error says why it is no real date.
pub(super) fn timestamp(text: &str) -> Option<Result<String, String>> {
    let mut cursor = Cursor(text);
    let year = cursor.digits(4, 4)?;
    cursor.take("-")?;
    let month = cursor.digits(1, 2)?;
    cursor.take("-")?;
    let day = cursor.digits(1, 2)?;
    if cursor.0.is_empty() {
        // Only the full form is a date without a time.
        return (text.len() == 10).then(|| date(year, month, day).map(|date| date.to_string()));
    }
    if cursor.take("T").or_else(|| cursor.take("t")).is_none() {
        cursor.blanks().then_some(())?;
    }
    let hour = cursor.digits(1, 2)?;
    cursor.take(":")?;
    let minute = cursor.digits(2, 2)?;
    cursor.take(":")?;
    let second = cursor.digits(2, 2)?;
    let fraction = match cursor.take(".") {
        Some(()) => cursor.digits(0, usize::MAX)?,
        None => "",
    };
    cursor.blanks();
    let zone = cursor.zone()?;
    if !cursor.0.is_empty() {
        return None;
    }
    Some(date(year, month, day).and_then(|date| {
        let number = |text: &str| text.parse::<i8>().map_err(|error| error.to_string());
        let time = jiff::civil::Time::new(number(hour)?, number(minute)?, number(second)?, 0)
            .map_err(|error| error.to_string())?;
        let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
        let micros = if micros == "000000" { String::new() } else { format!(".{micros}") };
        Ok(format!("{date} {}{micros}{zone}", time.strftime("%H:%M:%S")))
    }))
}

fn date(year: &str, month: &str, day: &str) -> Result<jiff::civil::Date, String> {
    let number = |text: &str| text.parse::<i8>().map_err(|error| error.to_string());
    let year = year.parse().map_err(|_| "the year is out of range".to_owned())?;
    jiff::civil::Date::new(year, number(month)?, number(day)?).map_err(|error| error.to_string())
}

struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn take(&mut self, prefix: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(prefix)?;
        Some(())
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<&'a str> {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(digits)
    }

    /// Skips blanks; whether there were any.
    fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t']);
        std::mem::replace(&mut self.0, rest) != rest
    }

    /// `Z`, `+2`, `-02:30` or nothing, as Python prints the offset.
    fn zone(&mut self) -> Option<String> {
        if self.0.is_empty() {
            return Some(String::new());
        }
        if self.take("Z").is_some() {
            return Some("+00:00".to_owned());
        }
        let negative = self.take("-").is_some();
        if !negative {
            self.take("+")?;
        }
        let hours: u32 = self.digits(1, 2)?.parse().ok()?;
        let minutes: u32 = match self.take(":") {
            Some(()) => self.digits(2, 2)?.parse().ok()?,
            None => 0,
        };
        let (hours, minutes) = (hours + minutes / 60, minutes % 60);
        let sign = if negative && hours + minutes > 0 { '-' } else { '+' };
        Some(format!("{sign}{hours:02}:{minutes:02}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_as_python_prints_them() {
        for (text, expected) in [
            ("2024-01-02", Some("2024-01-02")),
            ("2024-1-2", None),
            ("2024-1-2 3:04:05", Some("2024-01-02 03:04:05")),
            ("2024-01-02t03:04:05.1234567 Z", Some("2024-01-02 03:04:05.123456+00:00")),
            ("2024-01-02 03:04:05 -2:30", Some("2024-01-02 03:04:05-02:30")),
            ("2024-01-02 03:04:05-0", Some("2024-01-02 03:04:05+00:00")),
            ("2024-01-02T03:04", None),
            ("2024-01-02T03:04:05 next", None),
            ("2024-01-02x", None),
        ] {
            let time = timestamp(text).map(|time| time.unwrap());
            assert_eq!(time.as_deref(), expected, "{text}");
        }
        assert!(timestamp("2024-13-02").unwrap().is_err());
        assert!(timestamp("2024-02-30 25:00:00").unwrap().is_err());
    }
}
