//! Enums and input objects that a crate shares with its dependents: documents that are compiled in a
//! dependent use those types, so that a value fits the operations of both.
//!
//! The list is a file beside the generated code: one type per line, its name in the schema and that
//! in Rust.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::model::Model;

/// The Rust names in the other crate's `types`, by the names in the schema.
#[derive(Default)]
pub(crate) struct SharedTypes(BTreeMap<String, String>);

impl SharedTypes {
    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        Self(lines.map(|(name, rust)| (name.to_owned(), rust.to_owned())).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The list for the types that a model defines.
    pub(crate) fn list(model: &Model) -> String {
        let enums = model.enums.iter().map(|item| (&item.graphql_name, &item.name));
        let inputs = model.inputs.iter().map(|item| (&item.graphql_name, &item.name));
        let mut list = String::new();
        for (name, rust) in enums.chain(inputs) {
            // Writing to a string cannot fail.
            let _ = writeln!(list, "{name} {rust}");
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Docs, Enum, Input};

    #[test]
    fn what_is_listed_is_found_again() {
        let mut model = Model::default();
        let docs = Docs::default();
        let (name, graphql_name) = ("Filter_".to_owned(), "filter".to_owned());
        let input = Input { name, graphql_name, docs, one_of: false, fields: Vec::new() };
        let (name, graphql_name) = ("Status".to_owned(), "Status".to_owned());
        let docs = Docs::default();
        model.enums.push(Enum { name, graphql_name, docs, values: Vec::new() });
        model.inputs.push(input);
        let shared = SharedTypes::read(&SharedTypes::list(&model));
        assert_eq!(shared.get("filter"), Some("Filter_"));
        assert_eq!(shared.get("Status"), Some("Status"));
        assert_eq!(shared.get("Filter"), None);
    }
}
