//! Conditions and orders of the v2 API, which are input objects, in a short form:
//! `--filter status=ACTIVE --filter username~ann`, `--order -created_at`.

use backendai::operation::info::{InputInfo, InputType, InputValueInfo};
use serde_json::{Map, Value, json};

use super::{
    id::{key_of, snake},
    value::{self, Problem},
};

/// The signs between a column and a value, and the members of a condition that they stand for; a
/// longer sign before its beginning.
const SIGNS: [(&str, &[&str]); 8] = [
    ("!=", &["notEquals"]),
    ("!~", &["notContains", "iNotContains"]),
    (">=", &["greaterThanOrEqual"]),
    ("<=", &["lessThanOrEqual"]),
    ("=", &["equals"]),
    ("~", &["contains", "iContains"]),
    (">", &["greaterThan", "after"]),
    ("<", &["lessThan", "before"]),
];

/// Conditions on times, whose types the descriptions leave to the library.
const TIMES: [&str; 2] = ["DateTimeFilter", "NullableDateTimeFilter"];
/// The members of these.
const TIME: [&str; 4] = ["equals", "notEquals", "after", "before"];

/// Returns the condition of several texts, all of which must hold: each is JSON, `@FILE`, or a
/// column, a sign and a value.
pub(crate) fn condition<'t>(
    info: &InputValueInfo,
    texts: impl IntoIterator<Item = &'t str>,
) -> Result<Value, Problem> {
    let InputType::Object(of) = info.holds else {
        return Err(Problem(format!("{} is no input object", info.type_name())));
    };
    let one = |text: &str| match text.trim_start().starts_with('{') || value::is_reference(text) {
        true => value::parse(info, [text]),
        false => short(of, text),
    };
    let mut all = texts.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
    match all.len() {
        1 => Ok(all.remove(0)),
        _ if of.fields.iter().any(|field| field.name == "AND") => Ok(json!({ "AND": all })),
        _ => Err(Problem(
            "only one condition can be given here: give JSON with several members".to_owned(),
        )),
    }
}

fn short(of: &InputInfo, text: &str) -> Result<Value, Problem> {
    let found = SIGNS.iter().filter_map(|(sign, members)| Some((text.find(sign)?, sign, members)));
    // The first sign, and of those at one place the longest.
    let found = found.min_by_key(|(at, sign, _)| (*at, usize::MAX - sign.len()));
    let Some((at, sign, members)) = found else {
        return Err(Problem(format!(
            "`{text}` is neither JSON nor a condition such as name=VALUE"
        )));
    };
    let column = text.get(..at).unwrap_or_default().trim();
    let value = text.get(at + sign.len()..).unwrap_or_default();
    // As in the filters of the Admin API: `status == "ACTIVE"`.
    let value = match value.strip_prefix('=').filter(|_| *sign == "=") {
        Some(value) => {
            let value = value.trim();
            value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value)
        }
        None => value.trim(),
    };
    place(of, column, sign, members, value)
}

fn place(
    of: &InputInfo,
    column: &str,
    sign: &str,
    members: &[&str],
    text: &str,
) -> Result<Value, Problem> {
    let (name, rest) = match column.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (column, None),
    };
    let field = find(of, name)?;
    let value = match (field.holds, rest) {
        (InputType::Object(inner), Some(rest)) => place(inner, rest, sign, members, text)?,
        (InputType::Object(inner), None) => {
            let member = members
                .iter()
                .find_map(|member| inner.fields.iter().find(|field| field.name == *member));
            let Some(member) = member else {
                return Err(Problem(format!(
                    "`{name}` cannot be compared by `{sign}`, only by {}",
                    fitting(inner)
                )));
            };
            json!({ member.name: id(member, text)? })
        }
        (_, None) if TIMES.contains(&field.type_name()) => {
            let mut fitting = members.iter().filter(|member| TIME.contains(member));
            match fitting.next() {
                Some(member) => json!({ *member: text }),
                None => {
                    let signs = "`=`, `!=`, `>`, `<`";
                    return Err(Problem(format!(
                        "`{name}` cannot be compared by `{sign}`, only by {signs}"
                    )));
                }
            }
        }
        (_, Some(_)) => return Err(Problem(format!("`{name}` has no members"))),
        (_, None) if sign == "=" => id(field, text)?,
        (_, None) => return Err(Problem(format!("`{name}` can be compared by `=` only"))),
    };
    Ok(Value::Object(Map::from_iter([(field.name.to_owned(), value)])))
}

/// A value, of an id the key alone.
fn id(field: &InputValueInfo, text: &str) -> Result<Value, Problem> {
    match key_of(text).filter(|_| matches!(field.type_name(), "UUID" | "ID")) {
        Some(key) => value::parse(field, [key.as_str()]),
        None => value::parse(field, [text]),
    }
}

/// What a column can be compared by: signs, or its members.
fn fitting(of: &InputInfo) -> String {
    let has = |name: &str| of.fields.iter().any(|field| field.name == name);
    let signs = SIGNS.iter().filter(|(_, members)| members.iter().any(|it| has(it)));
    let signs: Vec<_> = signs.map(|(sign, _)| format!("`{sign}`")).collect();
    match signs.is_empty() {
        false => signs.join(", "),
        true => {
            let members: Vec<_> = columns(of).map(|name| format!("`.{name}`")).collect();
            format!("its members {}", members.join(", "))
        }
    }
}

fn find<'i>(of: &'i InputInfo, name: &str) -> Result<&'i InputValueInfo, Problem> {
    let wanted = snake(name).replace('-', "_");
    let found = of.fields.iter().find(|field| snake(field.name) == wanted);
    found.ok_or_else(|| {
        let names: Vec<_> = columns(of).collect();
        let near = backendai::suggest::near(&wanted, names.iter().map(String::as_str));
        Problem(match near {
            Some(near) => format!("there is no column `{name}`: did you mean `{near}`?"),
            None => format!("there is no column `{name}`, only {}", names.join(", ")),
        })
    })
}

/// The values of an enum with which a column is compared.
pub(super) fn values(info: &InputValueInfo, column: &str) -> Vec<&'static str> {
    let InputType::Object(of) = info.holds else { return Vec::new() };
    let of_enum = |field: &InputValueInfo| match field.holds {
        InputType::Enum(of) => Some(of.values.iter().map(|value| value.name).collect()),
        _ => None,
    };
    let found = find(of, column).ok().and_then(|field| match field.holds {
        InputType::Object(inner) => inner.fields.iter().find_map(of_enum),
        _ => of_enum(field),
    });
    found.unwrap_or_default()
}

/// Whether a condition has a column of this name.
pub(crate) fn has_column(info: &InputValueInfo, name: &str) -> bool {
    matches!(info.holds, InputType::Object(of) if columns(of).any(|column| column == name))
}

/// The columns of a condition.
fn columns(of: &InputInfo) -> impl Iterator<Item = String> + '_ {
    let fields = of.fields.iter().filter(|field| !["AND", "OR", "NOT"].contains(&field.name));
    fields.map(|field| snake(field.name))
}

/// Returns the order of a text: JSON, `@FILE`, or columns, descending with a leading hyphen.
pub(crate) fn order(info: &InputValueInfo, text: &str) -> Result<Value, Problem> {
    if text.trim_start().starts_with(['[', '{']) || value::is_reference(text) {
        return value::parse(info, [text]);
    }
    let fields = orders(info);
    let one = |column: &str| {
        let (name, direction) = match column.trim().strip_prefix('-') {
            Some(name) => (name, "DESC"),
            None => (column.trim(), "ASC"),
        };
        let wanted = snake(name).replace('-', "_").to_uppercase();
        match fields.contains(&wanted.as_str()) {
            true => Ok(json!({ "field": wanted, "direction": direction })),
            false => {
                let all = fields.join(", ").to_lowercase();
                let near = backendai::suggest::near(&wanted, fields.iter().copied());
                Err(Problem(match near.map(str::to_lowercase) {
                    Some(near) => format!(
                        "there is no column `{name}` to order by: did you mean `{near}`? there are {all}"
                    ),
                    None => format!("there is no column `{name}` to order by, only {all}"),
                }))
            }
        }
    };
    text.split(',').map(one).collect()
}

/// The columns of an order, as values of their enum.
fn orders(info: &InputValueInfo) -> Vec<&'static str> {
    let InputType::Object(of) = info.holds else { return Vec::new() };
    let field = of.fields.iter().find(|field| field.name == "field");
    match field.map(|field| field.holds) {
        Some(InputType::Enum(of)) => of.values.iter().map(|value| value.name).collect(),
        _ => Vec::new(),
    }
}

/// The help about the columns of a condition or an order.
pub(crate) fn help(info: &InputValueInfo) -> Option<String> {
    let (option, names) = match (info.name, info.holds) {
        ("filter", InputType::Object(of)) => ("--filter", columns(of).collect::<Vec<_>>()),
        ("orderBy", _) => ("--order", orders(info).iter().map(|it| it.to_lowercase()).collect()),
        _ => return None,
    };
    (!names.is_empty()).then(|| format!("Columns for {option}: {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use backendai::operation::Compiled as _;
    use backendai_v2::user::AdminUsers;

    use super::*;

    fn filter(texts: &[&str]) -> Result<Value, String> {
        let info = backendai_v2::user::AdminUsers::INFO.variable("filter").unwrap();
        condition(info, texts.iter().copied()).map_err(|problem| problem.0)
    }

    #[test]
    fn short_conditions_are_input_objects() {
        for (texts, expected) in [
            (&["username=ann"][..], json!({"username": {"equals": "ann"}})),
            (&["full-name~a=b"], json!({"fullName": {"contains": "a=b"}})),
            (
                &["email!=x", "status=ACTIVE"],
                json!({"AND": [{"email": {"notEquals": "x"}}, {"status": {"equals": "ACTIVE"}}]}),
            ),
            (
                &["created_at>2026-01-01T00:00:00Z"],
                json!({"createdAt": {"after": "2026-01-01T00:00:00Z"}}),
            ),
            (
                &[r#"{"OR": [{"email": {"equals": "x"}}]}"#],
                json!({"OR": [{"email": {"equals": "x"}}]}),
            ),
        ] {
            assert_eq!(filter(texts), Ok(expected), "{texts:?}");
        }
        for (text, part) in [
            ("usernam=x", "did you mean `username`?"),
            ("username>x", "only by"),
            ("username", "neither JSON nor a condition"),
        ] {
            let error = filter(&[text]).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn short_orders_are_input_objects() {
        let info = AdminUsers::INFO.variable("orderBy").unwrap();
        let expected = json!([{"field": "CREATED_AT", "direction": "DESC"}, {"field": "EMAIL", "direction": "ASC"}]);
        assert_eq!(order(info, "-created_at,email").map_err(|it| it.0), Ok(expected));
        assert!(order(info, "nothing").is_err_and(|problem| problem.0.contains("created_at")));
    }
}
