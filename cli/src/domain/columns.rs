//! Errors about a filter or an order that the manager refuses.

use backendai::{Error, filter::List};

use super::{
    local::{Condition, Operator},
    options,
    query::{Query, Variables},
    table::Domain,
};
use crate::{
    input,
    output::{Code, Failure},
};

/// Words of the filter language that are not columns.
const WORDS: [&str; 9] =
    ["contains", "in", "isnot", "is", "like", "ilike", "null", "true", "false"];

/// The names in the given filter and order of a list, if its columns are known.
pub(super) struct Given {
    list: Option<&'static List>,
    names: Vec<String>,
    /// What another language writes differently.
    slip: Option<&'static str>,
    /// What to do if a value is refused, or matches nothing.
    values: Option<String>,
}

impl Given {
    /// `here` is a filter that is not the manager's.
    pub(super) fn of(
        domain: &Domain,
        query: &Query,
        variables: &Variables,
        here: Option<&Condition>,
    ) -> Self {
        let text = |name| variables.get(name).and_then(|text| text.as_str()).unwrap_or_default();
        let mut names = identifiers(text("filter"));
        names.extend(identifiers(text("order")));
        let list = options::columns(query).filter(|_| !names.is_empty());
        let values = options::advice(domain, query, variables).or_else(|| match here {
            Some(condition) => values(domain, condition),
            None => values(domain, &Condition::parse(text("filter")).ok()?),
        });
        let is_blank = |name| variables.contains_key(name) && text(name).trim().is_empty();
        let slip = match is_blank("filter") {
            true => Some("leave --filter out to list all rows"),
            false => slip(text("filter"), text("order")),
        };
        Self { list, names, slip, values }
    }

    /// What to do about a value that the manager is not known to have.
    pub(super) fn advice(&self) -> Option<&str> {
        self.values.as_deref()
    }

    /// The failure of the request; lists the columns if an unknown one may be the cause.
    pub(super) fn failure(&self, error: Error) -> Failure {
        let may = error.is_graphql() && !error.is_permission_denied();
        if let Some(slip) = self.slip.filter(|_| may) {
            return Failure::from(error).help(slip);
        }
        if let Some(values) = self.values.clone().filter(|_| may) {
            return Failure::from(error).help(values).code(Code::Argument);
        }
        let Some(list) = self.list.filter(|_| may) else { return error.into() };
        let known = |name: &String| list.columns.iter().any(|column| column.name == *name);
        let Some(unknown) = self.names.iter().find(|name| !known(name)) else {
            return error.into();
        };
        let near = backendai::suggest::near(unknown, list.columns.iter().map(|column| column.name));
        let help = match near {
            Some(near) => {
                format!(
                    "`{unknown}` is not a column: did you mean `{near}`?\n{}",
                    options::columns_help(list)
                )
            }
            None => format!("`{unknown}` is not a column.\n{}", options::columns_help(list)),
        };
        Failure::from(error).help(help)
    }
}

/// What to do about a value in a filter that is not a known one of its column.
fn values(domain: &Domain, condition: &Condition) -> Option<String> {
    let whole = |operator| {
        matches!(operator, Operator::Equal | Operator::Differs | Operator::In | Operator::Is)
    };
    let mut all = condition.comparisons().into_iter().filter(|(_, operator, _)| whole(*operator));
    all.find_map(|(column, _, value)| {
        let known = input::known_in(domain.word, column);
        input::advice(&format!("`{column}`"), value, &known.0)
    })
}

/// The parts of a filter or an order outside its texts, which are in double quotes.
fn outside(text: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    let quotes = move |c: char| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    };
    text.split(quotes).step_by(2)
}

/// What a filter or an order has from another language, as advice.
fn slip(filter: &str, order: &str) -> Option<&'static str> {
    let words = |part: &str, known: &[&str]| {
        let mut words = part.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.any(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    let holds = |holds: &dyn Fn(&str) -> bool| outside(filter).any(holds);
    let equals = |part: &str| {
        ["==", "!=", "<=", ">="]
            .iter()
            .fold(part.to_owned(), |part, it| part.replace(it, " "))
            .contains('=')
    };
    let shouts = |part: &str| {
        let mut words = part.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.any(|word| !WORDS.contains(&word) && WORDS.contains(&word.to_lowercase().as_str()))
    };
    if holds(&|part| part.contains(['\'', '`', '‘', '’', '“', '”'])) {
        Some("write texts in double quotes, as in `name == \"x\"`")
    } else if holds(&|part| {
        words(part, &["and", "or", "not"]) || part.contains("&&") || part.contains("||")
    }) {
        Some("write `&` for and, `|` for or, `!` for not")
    } else if holds(&|part| part.contains("<>")) {
        Some("write `!=` for a value that differs")
    } else if holds(&shouts) {
        Some("write the words of the language in lower case, as in `like`, `true` and `null`")
    } else if holds(&equals) {
        Some("write `==` for a value that is equal")
    } else if holds(&|part| part.trim_end().strip_suffix('(').is_some_and(ends_with_in)) {
        Some("write lists in square brackets, as in `name in [\"x\", \"y\"]`")
    } else if holds(&has_bare_value) {
        Some("write texts and times in double quotes, as in `name == \"x\"`")
    } else if outside(order).any(|part| words(part, &["asc", "desc"]) || part.contains(':')) {
        Some("write `-created_at` for the largest first and `created_at` for the smallest first")
    } else {
        None
    }
}

fn ends_with_in(part: &str) -> bool {
    part.split_whitespace().next_back().is_some_and(|word| word.eq_ignore_ascii_case("in"))
}

/// Whether an operator is followed by a word or a time outside quotes.
fn has_bare_value(part: &str) -> bool {
    const OPERATORS: [&str; 9] =
        ["==", "!=", "<=", ">=", "<", ">", " like ", " ilike ", " contains "];
    let marked = OPERATORS.iter().fold(part.to_owned(), |part, it| part.replace(it, "\u{1}"));
    marked.split('\u{1}').skip(1).any(|value| {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '@');
        let value: String = value.trim_start().chars().take_while(|c| is_part(*c)).collect();
        !value.is_empty()
            && !["null", "true", "false"].contains(&value.as_str())
            && value.parse::<f64>().is_err()
    })
}

/// The words outside quotes that may be columns.
fn identifiers(text: &str) -> Vec<String> {
    outside(text)
        .flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .filter(|word| !WORDS.contains(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{identifiers, slip};

    /// 14 of the inputs from the field.
    #[test]
    fn what_is_of_another_language_has_advice_of_its_own() {
        for (filter, order, part) in [
            ("username == 'f'", "", Some("double quotes")),
            (r#"email == "x" or email like "field%""#, "", Some("`|` for or")),
            (r#"email == "x" AND is_active == true"#, "", Some("`&` for and")),
            (r#"email == "x" || email == "y""#, "", Some("`|` for or")),
            (r#"role = "x""#, "", Some("`==`")),
            (r#"role <> "x""#, "", Some("`!=`")),
            (r#"email LIKE "x%""#, "", Some("lower case")),
            ("is_active == True", "", Some("lower case")),
            ("email == “x”", "", Some("double quotes")),
            ("", "email:desc", Some("`-created_at`")),
            ("", "email desc", Some("`-created_at`")),
            ("", "email ASC", Some("`created_at`")),
            ("email == x", "", Some("double quotes")),
            ("email ilike x", "", Some("double quotes")),
            ("created_at > 2024-01-01", "", Some("times in double quotes")),
            (r#"email in ("x", "y")"#, "", Some("square brackets")),
            (r#"email in ["x", "y"] & n == 1.5 & m < -2 & a == null"#, "", None),
            (r#"username == "f\"q\\b""#, "-email", None),
            (r#"full_name like "%it's = or and%" & count >= 1 & count != 2"#, "email,-name", None),
            (r#"full_name ilike "%한국어%""#, "", None),
        ] {
            let found = slip(filter, order);
            assert_eq!(found.is_some(), part.is_some(), "{filter} {order}: {found:?}");
            assert!(
                part.is_none_or(|part| found.unwrap().contains(part)),
                "{filter} {order}: {found:?}"
            );
        }
        assert_eq!(identifiers(r#"username == "f\"q\\b" & email == "x""#), ["username", "email"]);
    }

    #[test]
    fn columns_are_words_outside_of_quotes() {
        assert_eq!(
            identifiers(r#"(name ilike "%not me%") & created_at > "2024" | !is_active == true"#),
            ["name", "created_at", "is_active"]
        );
        assert_eq!(identifiers("-created_at,+name"), ["created_at", "name"]);
        assert!(identifiers("").is_empty());
    }
}
