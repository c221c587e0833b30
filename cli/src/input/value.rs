//! Values of inputs, from text and from JSON.

use std::{fs, io::Read as _};

use backendai::{
    Uuid,
    operation::info::{EnumInfo, InputInfo, InputType, InputValueInfo},
};
use serde_json::{Map, Value};

use super::id::key_of;
use crate::number::{whole, within};

/// Why a text or a value does not fit.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) String);

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// The kinds of values within lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flag,
    Whole,
    /// A number of bytes, which takes a unit.
    Size,
    Number,
    /// JSON in a string.
    Encoded,
    /// JSON.
    Json,
    /// An input object.
    Object,
    /// A value of an enum.
    Choice,
    Id,
    Secret,
    Text,
}

fn kind(info: &InputValueInfo) -> Kind {
    match info.holds {
        InputType::Object(_) => return Kind::Object,
        InputType::Enum(_) => return Kind::Choice,
        _ => {}
    }
    match info.type_name() {
        "Boolean" => Kind::Flag,
        "BigInt" if ["bytes", "size", "quota"].iter().any(|word| info.name.contains(word)) => {
            Kind::Size
        }
        "Int" | "BigInt" => Kind::Whole,
        "Float" => Kind::Number,
        "JSONString" => Kind::Encoded,
        "JSON" => Kind::Json,
        "UUID" => Kind::Id,
        _ if info.secret => Kind::Secret,
        _ => Kind::Text,
    }
}

/// The name of the value in help.
pub(super) fn placeholder(info: &InputValueInfo) -> &'static str {
    match (kind(info), info.is_list()) {
        (Kind::Flag, _) => "BOOL",
        (Kind::Whole | Kind::Number, false) => "N",
        (Kind::Whole | Kind::Number, true) => "N,…",
        (Kind::Size, _) => "BYTES",
        (Kind::Encoded | Kind::Json | Kind::Object, _) => "JSON",
        (Kind::Id, false) => "ID",
        (Kind::Secret, _) => "SECRET",
        (_, true) => "TEXT,…",
        (_, false) => "TEXT",
    }
}

/// How the value is written, where its name does not show it.
pub(super) fn example(info: &InputValueInfo) -> Option<&'static str> {
    match (kind(info), info.is_list()) {
        (Kind::Size, _) => Some("such as 10g"),
        (Kind::Encoded | Kind::Json, _) | (Kind::Object, false) => Some("JSON or @FILE"),
        (Kind::Object, true) => Some("a JSON object or @FILE; repeat it for several"),
        (Kind::Secret, _) => Some("or @FILE, or - for the standard input"),
        _ => None,
    }
}

/// Returns the value of an argument.
pub(super) fn parse<'t>(
    info: &InputValueInfo,
    texts: impl IntoIterator<Item = &'t str>,
) -> Result<Value, Problem> {
    let mut texts = texts.into_iter();
    if !info.is_list() {
        return one(info, texts.next().unwrap_or_default());
    }
    let mut items = Vec::new();
    for text in texts {
        match list(info, text)? {
            Value::Array(more) => items.extend(more),
            item => items.push(item),
        }
    }
    Ok(Value::Array(items))
}

/// Returns the value of a cell or a member of a file.
pub(super) fn read(info: &InputValueInfo, given: &Value) -> Result<Value, Problem> {
    match given {
        Value::String(text) if info.is_list() => list(info, text),
        Value::Array(items) if info.is_list() => {
            items.iter().map(|item| element(info, item)).collect()
        }
        given if info.is_list() => Ok(Value::Array(vec![element(info, given)?])),
        given => element(info, given),
    }
}

/// A list from one text: a JSON array, or elements with commas between them.
fn list(info: &InputValueInfo, text: &str) -> Result<Value, Problem> {
    let text = content(info, text)?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    if text.starts_with('[') {
        return read(info, &json(text)?);
    }
    if kind(info) == Kind::Object {
        return Ok(Value::Array(vec![element(info, &json(text)?)?]));
    }
    text.split(',').map(|item| one(info, item.trim())).collect()
}

/// One value from JSON.
fn element(info: &InputValueInfo, given: &Value) -> Result<Value, Problem> {
    match (kind(info), given) {
        (Kind::Json, given) => Ok(given.clone()),
        (_, Value::String(text)) => one(info, text),
        (Kind::Flag, Value::Bool(_)) | (Kind::Number, Value::Number(_)) => Ok(given.clone()),
        (Kind::Object, Value::Object(given)) => match info.holds {
            InputType::Object(of) => members(of, given),
            _ => Ok(given.clone().into()),
        },
        (Kind::Whole | Kind::Size, Value::Number(number)) => one(info, &number.to_string()),
        (Kind::Encoded, given) if given.is_object() || given.is_array() => {
            Ok(given.to_string().into())
        }
        (Kind::Text | Kind::Id | Kind::Secret, Value::Number(number)) => {
            one(info, &number.to_string())
        }
        (Kind::Text, Value::Bool(flag)) => Ok(flag.to_string().into()),
        (_, given) => Err(Problem(format!("{given} is not of the type {}", info.type_name()))),
    }
}

/// One value from text.
fn one(info: &InputValueInfo, text: &str) -> Result<Value, Problem> {
    match kind(info) {
        Kind::Flag => flag(text),
        Kind::Whole => {
            let most = if info.type_name() == "Int" { i32::MAX.into() } else { i64::MAX };
            let number = whole(least(info, most), most)(text);
            number.map(Into::into).map_err(|problem| format!("`{text}`: {problem}").into())
        }
        Kind::Size => {
            let number = size(text)?;
            let number = within(number.into(), least(info, i64::MAX), i64::MAX);
            number.map(Into::into).map_err(|problem| format!("`{text}`: {problem}").into())
        }
        Kind::Number => {
            let number = text.trim().parse::<f64>();
            number.map(Into::into).map_err(|_| format!("`{text}`: a number is expected").into())
        }
        Kind::Encoded => {
            let text = content(info, text)?;
            json(&text)?;
            Ok(text.trim().into())
        }
        Kind::Json => json(&content(info, text)?),
        Kind::Object => match json(&content(info, text)?)? {
            Value::String(_) => Err(Problem("it is a string, not a JSON object".to_owned())),
            given => element(info, &given),
        },
        Kind::Choice => match info.holds {
            InputType::Enum(of) => choice(of, text),
            _ => Ok(text.into()),
        },
        Kind::Id => Ok(text.trim().into()),
        Kind::Secret => Ok(content(info, text)?.into()),
        Kind::Text => Ok(text.into()),
    }
}

/// The members of an input object, each as the manager takes it.
fn members(of: &InputInfo, given: &Map<String, Value>) -> Result<Value, Problem> {
    let mut object = Map::new();
    for (name, value) in given {
        let Some(field) = of.fields.iter().find(|field| field.name == name) else {
            let names = || of.fields.iter().map(|field| field.name);
            return Err(Problem(match backendai::suggest::near(name, names()) {
                Some(near) => format!("there is no member `{name}`: did you mean `{near}`?"),
                None => {
                    let names: Vec<_> = names().collect();
                    format!("there is no member `{name}`, only {}", names.join(", "))
                }
            }));
        };
        let value = match (field.holds, value) {
            (InputType::Scalar, Value::String(text))
                if matches!(field.type_name(), "ID" | "UUID") =>
            {
                key_of(text).unwrap_or_else(|| text.clone()).into()
            }
            (InputType::Scalar, _) | (_, Value::Null) => value.clone(),
            _ => read(field, value).map_err(|Problem(problem)| format!("`{name}`: {problem}"))?,
        };
        object.insert(name.clone(), value);
    }
    Ok(object.into())
}

/// A value of an enum, whose case does not matter.
fn choice(of: &EnumInfo, text: &str) -> Result<Value, Problem> {
    let known: Vec<_> = of.values.iter().map(|value| value.name).collect();
    let wanted = text.trim().replace('-', "_");
    match known.iter().find(|known| known.eq_ignore_ascii_case(&wanted)) {
        Some(known) => Ok((*known).into()),
        None => {
            let near = backendai::suggest::near(&wanted, known.iter().copied());
            let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            let known = known.join(", ");
            Err(Problem(format!("`{text}` is unknown: {near}the known values are {known}")))
        }
    }
}

/// The least number. One less than 0 has a meaning where it is no limit, a low priority or fewer replicas.
fn least(info: &InputValueInfo, most: i64) -> i64 {
    let name = info.name;
    let may_be_negative = name.starts_with("max") || matches!(name, "priority" | "step_size");
    if may_be_negative { -most } else { 0 }
}

/// Whether it takes numbers.
pub(super) fn is_number(info: &InputValueInfo) -> bool {
    matches!(kind(info), Kind::Whole | Kind::Size | Kind::Number)
}

/// Whether a text refers to a file or the standard input.
pub(super) fn is_reference(text: &str) -> bool {
    text == "-" || text.starts_with('@')
}

/// Reads `@FILE`, and for a secret `-`, where the kind of the value takes it.
fn content(info: &InputValueInfo, text: &str) -> Result<String, Problem> {
    let kind = kind(info);
    if !matches!(kind, Kind::Encoded | Kind::Json | Kind::Object | Kind::Secret) {
        return Ok(text.to_owned());
    }
    let mut content = match text.strip_prefix('@') {
        Some(path) => {
            fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?
        }
        None if text == "-" && kind == Kind::Secret => {
            let mut content = String::new();
            let read = std::io::stdin().read_to_string(&mut content);
            read.map_err(|error| format!("cannot read the standard input: {error}"))?;
            content
        }
        None => return Ok(text.to_owned()),
    };
    if kind == Kind::Secret {
        content.truncate(content.trim_end_matches(['\r', '\n']).len());
    }
    Ok(content)
}

fn json(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|error| format!("not valid JSON: {error}").into())
}

fn flag(text: &str) -> Result<Value, Problem> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true.into()),
        "false" | "no" | "off" | "n" | "f" | "0" => Ok(false.into()),
        _ => Err(Problem(format!("`{text}` is neither true nor false"))),
    }
}

/// A number of bytes with an optional binary unit, such as `10g`.
fn size(text: &str) -> Result<i64, Problem> {
    let wrong = || Problem(format!("`{text}` is not a number of bytes such as 1024 or 10g"));
    let plain = text.trim().to_ascii_lowercase();
    let plain = plain.strip_suffix("ib").or(plain.strip_suffix('b')).unwrap_or(&plain);
    let (number, shift) = match plain.char_indices().next_back() {
        Some((at, unit)) if unit.is_ascii_alphabetic() => {
            let shift = "kmgtp".find(unit).ok_or_else(wrong)? as u32 * 10 + 10;
            (plain.get(..at).unwrap_or_default(), shift)
        }
        _ => (plain, 0),
    };
    let number: i64 = number.trim().parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

/// An id for examples.
pub(crate) const A_UUID: &str = "f38dea23-50fa-42a0-b5ae-338f5f4693f4";

/// Returns whether a text is a UUID.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.parse::<Uuid>().is_ok()
}

/// Returns whether a text looks like a global id: the base64 of a type name, a colon and an id.
pub(crate) fn is_global_id(text: &str) -> bool {
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    // The first letter of the type is a capital one.
    text.len() >= 24
        && text.len().is_multiple_of(4)
        && text.starts_with(['Q', 'R', 'S', 'T', 'U', 'V'])
        && text.chars().all(base64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const fn info(name: &'static str, ty: &'static str) -> InputValueInfo {
        InputValueInfo::new(name, ty)
    }

    #[test]
    fn texts_become_values_of_the_type() {
        for (name, ty, texts, expected) in [
            ("priority", "Int", &["-3"][..], json!(-3)),
            ("idle_timeout", "BigInt!", &["99999999999"], json!(99_999_999_999_i64)),
            ("hard_limit_bytes", "BigInt", &["10g"], json!(10_i64 << 30)),
            ("quota", "BigInt!", &["1 MiB"], json!(1 << 20)),
            ("flag", "Boolean", &["Yes"], json!(true)),
            ("names", "[String]", &["a, b", "c"], json!(["a", "b", "c"])),
            ("names", "[String]", &[r#"["a,b"]"#], json!(["a,b"])),
            ("ids", "[Int]", &["1,2"], json!([1, 2])),
            ("opts", "JSONString", &[r#" {"a": 1.0} "#], json!(r#"{"a": 1.0}"#)),
            ("text", "String!", &["@home"], json!("@home")),
        ] {
            let value = parse(&info(name, ty), texts.iter().copied());
            assert_eq!(value.unwrap_or_else(|it| panic!("{name}: {}", it.0)), expected, "{name}");
        }
        for (ty, text) in
            [("Int", "99999999999"), ("Int", "-1"), ("Boolean", "2"), ("JSONString", "{a}")]
        {
            assert!(parse(&info("x", ty), [text]).is_err(), "{ty} {text}");
        }
        assert!(parse(&info("size", "BigInt"), ["9999999999t"]).is_err());
    }

    #[test]
    fn ids_are_not_taken_for_names() {
        assert!(is_uuid("f0000012-0000-4000-8000-000000000001"));
        assert!(is_global_id("TmV0d29ya05vZGU6ZjAwMDAwMTItMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAx"));
        for name in ["fill-net", "default", "Vision", "Quite-a-long-name-of-a-project"] {
            assert!(!is_uuid(name) && !is_global_id(name), "{name}");
        }
    }

    #[test]
    fn members_of_a_file_may_be_json() {
        let read = |ty, value| read(&info("x", ty), &value).ok();
        assert_eq!(read("JSONString", json!({"cpu": 1})), Some(json!(r#"{"cpu":1}"#)));
        assert_eq!(read("[String]", json!("a,b")), Some(json!(["a", "b"])));
        assert_eq!(read("[Int]", json!([1, "2"])), Some(json!([1, 2])));
        assert_eq!(read("String", json!(7)), Some(json!("7")));
        assert_eq!(read("Boolean", json!(1)), None);
        assert_eq!(read("Int", json!(1.5)), None);
    }
}
