//! Errors about a filter or an order that the manager refuses.

use backendai::{Error, filter::List};

use super::{
    options,
    query::{Query, Variables},
};
use crate::output::Failure;

/// Words of the filter language that are not columns.
const WORDS: [&str; 11] =
    ["contains", "in", "isnot", "is", "like", "ilike", "null", "true", "false", "and", "or"];

/// The names in the given filter and order of a list, if its columns are known.
pub(super) struct Given {
    list: Option<&'static List>,
    names: Vec<String>,
}

impl Given {
    pub(super) fn of(query: &Query, variables: &Variables) -> Self {
        let text = |name| variables.get(name).and_then(|text| text.as_str()).unwrap_or_default();
        let mut names = identifiers(text("filter"));
        names.extend(identifiers(text("order")));
        let list = options::columns(query).filter(|_| !names.is_empty());
        Self { list, names }
    }

    /// The failure of the request; lists the columns if an unknown one may be the cause.
    pub(super) fn failure(&self, error: Error) -> Failure {
        let may = error.is_graphql() && !error.is_permission_denied();
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

/// The words outside quotes that may be columns.
fn identifiers(text: &str) -> Vec<String> {
    let outside = text.split('"').step_by(2);
    outside
        .flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .filter(|word| !WORDS.contains(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::identifiers;

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
