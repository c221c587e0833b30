//! Writes the variables of a request as JSON.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

/// The largest whole number that any scalar of the manager accepts: 2^53 - 1.
const LARGEST: u64 = (1 << 53) - 1;

/// Appends variables to a body.
///
/// # Errors
///
/// When a value cannot be written, or a whole number is larger than the manager accepts, which is an
/// error of the category `Io`.
pub(crate) fn write(body: &mut Vec<u8>, variables: &impl Serialize) -> serde_json::Result<()> {
    variables.serialize(&mut serde_json::Serializer::with_formatter(body, Checked))
}

/// JSON without blanks, whose numbers are checked.
struct Checked;

impl Formatter for Checked {
    fn write_i64<W: ?Sized + io::Write>(&mut self, to: &mut W, value: i64) -> io::Result<()> {
        check(value.unsigned_abs())?;
        write!(to, "{value}")
    }

    fn write_u64<W: ?Sized + io::Write>(&mut self, to: &mut W, value: u64) -> io::Result<()> {
        check(value)?;
        write!(to, "{value}")
    }

    fn write_raw_fragment<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut escaped = false;
        let ends = move |c: char| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        };
        // Outside of strings.
        for part in fragment.split(ends).step_by(2) {
            for token in part.split(|c: char| c.is_ascii_whitespace() || "{}[],:".contains(c)) {
                let digits = token.strip_prefix('-').unwrap_or(token);
                if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    check(digits.parse().unwrap_or(u64::MAX))?;
                }
            }
        }
        to.write_all(fragment.as_bytes())
    }
}

fn check(number: u64) -> io::Result<()> {
    if number <= LARGEST {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "a variable has a whole number beyond {LARGEST}, the largest that the manager accepts: give a \
         smaller one"
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::{json, value::RawValue};

    use super::*;

    /// 06 of the inputs from the field.
    #[test]
    fn numbers_that_no_scalar_holds_are_refused() {
        let largest = i64::try_from(LARGEST).unwrap();
        for (value, fits) in [
            (json!({ "a": [largest, -largest, 1.5e300, "9007199254740993", null, true] }), true),
            (json!({ "a": largest + 1 }), false),
            (json!([{ "b": -largest - 1 }]), false),
            (json!(u64::MAX), false),
        ] {
            let mut body = Vec::new();
            assert_eq!(write(&mut body, &value).is_ok(), fits, "{value}");
            let raw = RawValue::from_string(value.to_string()).unwrap();
            let mut other = Vec::new();
            let written = write(&mut other, &raw);
            assert_eq!(written.is_ok(), fits, "{value}");
            if fits {
                assert_eq!((&body, body.as_slice()), (&other, value.to_string().as_bytes()));
            } else {
                let error = crate::Error::encode(written.unwrap_err());
                assert!(error.is_bad_argument(), "{error}");
            }
        }
        let raw = RawValue::from_string(r#"{"a":"\\\"","b":90071992547409930000000}"#.to_owned());
        assert!(write(&mut Vec::new(), &raw.unwrap()).is_err());
    }
}
