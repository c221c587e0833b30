//! Repeated definitions in a schema. Some servers publish them, and their users cannot repair that:
//! the first one counts where the others equal it word for word.

use std::collections::HashMap;

use apollo_compiler::{
    Name, Node,
    ast::{Definition, Document, FieldDefinition},
    parser::{SourceMap, SourceSpan},
};

use crate::diagnostic::{Diagnostic, Found};

/// Removes repetitions, with a warning for each. Definitions of one name that differ are errors.
pub(crate) fn remove(document: &mut Document) -> Found {
    let mut finder = Finder {
        sources: document.sources.clone(),
        found: Found::default(),
        members: HashMap::new(),
    };
    let mut known: HashMap<(bool, Name), Definition> = HashMap::new();
    document.definitions.retain_mut(|definition| {
        if let Some(name) = named(definition) {
            let is_directive = definition.as_directive_definition().is_some();
            let key = (is_directive, name.clone());
            if let Some(first) = known.get(&key) {
                let sign = if is_directive { "@" } else { "" };
                let first_place = named(first).and_then(Name::location);
                let same = first == definition;
                finder.repeated(&format!("{sign}{name}"), first_place, name.location(), same);
                return false;
            }
            known.insert(key, definition.clone());
        }
        finder.members(definition)
    });
    finder.found
}

/// The name of a definition of which a schema has one.
fn named(definition: &Definition) -> Option<&Name> {
    let is_single = !definition.is_extension_definition() && !definition.is_executable_definition();
    definition.name().filter(|_| is_single)
}

struct Finder {
    sources: SourceMap,
    found: Found,
    /// The members of every type in its definition and its extensions, and the arguments of every
    /// field, by their owner and name.
    members: HashMap<(String, Name), Member>,
}

/// What an owner has once under one name.
#[derive(Clone, PartialEq)]
enum Member {
    Field(Node<FieldDefinition>),
    Input(Node<apollo_compiler::ast::InputValueDefinition>),
    Value(Node<apollo_compiler::ast::EnumValueDefinition>),
    /// A type of a union.
    Type(Name),
}

impl Member {
    fn name(&self) -> &Name {
        match self {
            Self::Field(field) => &field.name,
            Self::Input(input) => &input.name,
            Self::Value(value) => &value.value,
            Self::Type(name) => name,
        }
    }
}

impl Finder {
    /// Removes repeated members; returns whether anything is left of the definition.
    fn members(&mut self, definition: &mut Definition) -> bool {
        macro_rules! unique {
            ($def:ident, $members:ident, $kind:path) => {{
                let kept = self.unique(&$def.name, &$def.$members, $kind);
                let is_left = kept.as_ref().is_none_or(|kept| !kept.is_empty());
                if let Some(kept) = kept {
                    $def.make_mut().$members = kept;
                }
                is_left
            }};
        }
        macro_rules! fields {
            ($def:ident) => {{
                let is_left = unique!($def, fields, Member::Field);
                for index in 0..$def.fields.len() {
                    let Some(field) = $def.fields.get(index) else { break };
                    let owner = format!("{}.{}", $def.name, field.name);
                    let kept = self.unique(&owner, &field.arguments, Member::Input);
                    if let Some(kept) = kept
                        && let Some(field) = $def.make_mut().fields.get_mut(index)
                    {
                        field.make_mut().arguments = kept;
                    }
                }
                is_left
            }};
        }
        match definition {
            Definition::ObjectTypeDefinition(def) => fields!(def),
            Definition::ObjectTypeExtension(def) => fields!(def),
            Definition::InterfaceTypeDefinition(def) => fields!(def),
            Definition::InterfaceTypeExtension(def) => fields!(def),
            Definition::InputObjectTypeDefinition(def) => unique!(def, fields, Member::Input),
            Definition::InputObjectTypeExtension(def) => unique!(def, fields, Member::Input),
            Definition::EnumTypeDefinition(def) => unique!(def, values, Member::Value),
            Definition::EnumTypeExtension(def) => unique!(def, values, Member::Value),
            Definition::UnionTypeDefinition(def) => unique!(def, members, Member::Type),
            Definition::UnionTypeExtension(def) => unique!(def, members, Member::Type),
            _ => true,
        }
    }

    /// The items that are not repeated; none if all are.
    fn unique<T: Clone>(
        &mut self,
        owner: &str,
        items: &[T],
        member: impl Fn(T) -> Member,
    ) -> Option<Vec<T>> {
        let new: Vec<_> =
            items.iter().filter(|item| self.is_new(owner, member((*item).clone()))).collect();
        (new.len() < items.len()).then(|| new.into_iter().cloned().collect())
    }

    fn is_new(&mut self, owner: &str, member: Member) -> bool {
        let name = member.name().clone();
        let key = (owner.to_owned(), name.clone());
        let Some(first) = self.members.get(&key) else {
            self.members.insert(key, member);
            return true;
        };
        let (place, same) = (first.name().location(), *first == member);
        self.repeated(&format!("{owner}.{name}"), place, name.location(), same);
        false
    }

    fn repeated(
        &mut self,
        what: &str,
        first: Option<SourceSpan>,
        second: Option<SourceSpan>,
        same: bool,
    ) {
        let how = if same { "defined twice, and the first counts" } else { "defined differently" };
        let sources = &self.sources;
        let make = || {
            Diagnostic::at(second, sources, format!("`{what}` is {how}")).earlier(first, sources)
        };
        if same { self.found.warn(make) } else { self.found.error(make) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(schema: &str) -> (Vec<String>, Vec<String>) {
        let mut document = Document::parse(schema, "s").unwrap();
        let found = remove(&mut document);
        let text = |all: &[Diagnostic]| {
            all.iter()
                .map(|it| format!("{:?} {}", it.position().unwrap(), it.message()))
                .collect::<Vec<_>>()
        };
        // What is left is a schema, whatever was repeated.
        apollo_compiler::Schema::builder().add_ast(&document).build().unwrap();
        (text(&found.errors), text(&found.warnings))
    }

    #[test]
    fn what_is_repeated_word_for_word_is_a_warning_with_both_places() {
        for (schema, at, what) in [
            ("type Query {\n a: Int\n a: Int\n}", "(3, 2)", "Query.a"),
            ("type Query { a: Int }\nextend type Query { a: Int }", "(2, 21)", "Query.a"),
            ("type Query { a(b: Int, b: Int): Int }", "(1, 24)", "Query.a.b"),
            ("type Query { a: E } enum E { A\nB B }", "(2, 3)", "E.B"),
            ("type Query { a: U } union U = Query\n| Query", "(2, 3)", "U.Query"),
            ("type Query { a(i: I): Int } input I { a: Int\na: Int }", "(2, 1)", "I.a"),
            ("type Query { a: S } scalar S\nscalar S", "(2, 8)", "S"),
            ("type Query { a: Int } directive @d on QUERY\ndirective @d on QUERY", "(2, 12)", "@d"),
        ] {
            let (errors, warnings) = shown(schema);
            let [warning] = warnings.as_slice() else { panic!("{schema}: {warnings:?}") };
            let begin = format!("{at} `{what}` is defined twice, and the first counts (s:");
            assert!(errors.is_empty() && warning.starts_with(&begin), "{schema}: {warning}");
        }
    }

    #[test]
    fn what_differs_is_an_error_with_both_places() {
        for schema in [
            "type Query {\n a: Int\n a: String\n}",
            "type Query {\n a: Int\n \"What it is.\" a: Int\n}",
            "scalar S\ntype Query { a: S }\ntype S { a: Int }",
        ] {
            let (errors, warnings) = shown(schema);
            assert!(warnings.is_empty() && errors.len() == 1, "{schema}: {errors:?}");
            assert!(errors[0].contains("defined differently (s:"), "{}", errors[0]);
        }
    }
}
