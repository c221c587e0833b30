//! Enums and input objects that the runtime crate has already: a document set that is compiled in
//! a crate which depends on it uses those, so that a value fits both.
//!
//! They are handed over as a file that is written beside the generated code: one type a line, its
//! name in the schema and that in Rust.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::types::Model;

/// The Rust names in the runtime crate's `types`, by the names in the schema.
#[derive(Default)]
pub(crate) struct Carried(BTreeMap<String, String>);

impl Carried {
    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        Self(lines.map(|(name, rust)| (name.to_owned(), rust.to_owned())).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The list of what a set has itself.
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
    use crate::types::{Docs, Enum, Input};

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
        let carried = Carried::read(&Carried::list(&model));
        assert_eq!(carried.get("filter"), Some("Filter_"));
        assert_eq!(carried.get("Status"), Some("Status"));
        assert_eq!(carried.get("Filter"), None);
    }
}
