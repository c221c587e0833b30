//! The changes between two schemas.
//!
//! The rules are common to GraphQL tools. A change is breaking if a valid request can become invalid,
//! or an answer can take a form that it could not have; dangerous if an answer can contain something
//! new, or an omitted argument has another meaning; otherwise it is safe.

mod class;
mod compare;

use std::fmt;

use backendai_codegen::Schema;

pub use self::class::Class;
use self::compare::Changes;

/// The severity of a change for users of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Valid requests can become invalid, or answers unreadable.
    Breaking,
    /// Requests stay valid, but may mean something else or bring something new.
    Dangerous,
    /// Existing requests and answers do not change.
    Safe,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Safe => "safe",
        })
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Its severity.
    pub level: Level,
    /// The changed part: `Type`, `Type.member`, or `Type.field(argument:)`.
    pub coordinate: String,
    /// The change, as a sentence without its subject.
    pub what: String,
}

impl Change {
    /// Whether the change affects users of a coordinate. A change of a type affects all users of it; a
    /// new required argument, or another default, those of its field.
    pub fn affects(&self, coordinate: &str) -> bool {
        if self.coordinate == coordinate {
            return true;
        }
        // A safe addition affects no user. A new required input is missing wherever its owner is used,
        // a default applies wherever no value is given, and a new value may be in every enum.
        let owner = match self.coordinate.split_once('(') {
            Some((field, _)) => field,
            None => self.coordinate.split_once('.').map_or("", |(ty, _)| ty),
        };
        let of_owner = ["was added", "had the default", "got the default", "lost its default"];
        self.level != Level::Safe
            && owner == coordinate
            && of_owner.iter().any(|begin| self.what.starts_with(begin))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:9}  {} {}", self.level, self.coordinate, self.what)
    }
}

/// Compares two schemas. The most severe changes come first.
pub fn diff(old: &Schema, new: &Schema) -> Vec<Change> {
    let (old, new) = (old.definitions(), new.definitions());
    let mut changes = Changes::default();
    // Built-in types appear in a schema only if they are used.
    for (name, before) in old.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        match new.types.get(name) {
            Some(after) => changes.types(name, before, after),
            None => changes.push(Level::Breaking, name.to_string(), "was removed"),
        }
    }
    for (name, after) in &new.types {
        if !after.is_built_in() && !old.types.contains_key(name) {
            changes.push(Level::Safe, name.to_string(), "was added");
        }
    }
    let mut changes = changes.0;
    changes.sort();
    changes
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn changes(old: &str, new: &str) -> Vec<String> {
        let query = "type Query { unused: Int } ";
        let parse = |text| Schema::parse(Path::new("s"), &format!("{query}{text}")).unwrap();
        let changes = diff(&parse(old), &parse(new));
        changes.iter().map(|it| format!("{} {} {}", it.level, it.coordinate, it.what)).collect()
    }

    #[test]
    fn an_introspected_schema_lacks_only_the_versions() {
        use apollo_compiler::{
            ExecutableDocument, introspection::partial_execute, request::coerce_variable_values,
            response::JsonMap,
        };
        let snapshot = include_str!("../../../schema/admin/schema.graphql");
        let schema = Schema::parse(Path::new("s"), snapshot).unwrap();
        // As the server has it, without the generator's instructions.
        let known = &apollo_compiler::Schema::parse_and_validate(snapshot, "s").unwrap();
        let query = backendai_codegen::introspection::QUERY;
        let document = ExecutableDocument::parse_and_validate(known, query, "query").unwrap();
        let operation = document.operations.get(None).unwrap();
        let variables = coerce_variable_values(known, operation, &JsonMap::new()).unwrap();
        let types = known.implementers_map();
        let answer = partial_execute(known, &types, &document, operation, &variables).unwrap();
        let answer = serde_json::to_string(&answer).unwrap();
        let changes = diff(&schema, &Schema::parse(Path::new("s"), &answer).unwrap());
        let lost = changes.iter().filter(|it| !it.what.starts_with("changed its version"));
        assert_eq!(lost.collect::<Vec<_>>(), Vec::<&Change>::new());
    }

    #[test]
    fn the_same_schema_has_no_changes() {
        let text = include_str!("../../../schema/admin/schema.graphql");
        let schema = Schema::parse(Path::new("snapshot"), text).unwrap();
        assert_eq!(diff(&schema, &schema), []);
    }

    #[test]
    fn types_come_and_go_and_turn() {
        assert_eq!(
            changes("scalar A scalar B union U = Query", "enum A { X } scalar C union U = Query"),
            [
                "breaking A was a scalar and is now an enum",
                "breaking B was removed",
                "safe C was added",
            ]
        );
    }

    #[test]
    fn answers_may_become_null_less_often() {
        for (old, new, level) in [
            ("Int", "Int!", "safe"),
            ("Int!", "Int", "breaking"),
            ("[Int]", "[Int!]!", "safe"),
            ("[Int!]", "[Int]!", "breaking"),
            ("Int", "String", "breaking"),
            ("Int", "[Int]", "breaking"),
        ] {
            assert_eq!(
                changes(&format!("type A {{ x: {old} }}"), &format!("type A {{ x: {new} }}")),
                [format!("{level} A.x was `{old}` and is now `{new}`")]
            );
        }
    }

    #[test]
    fn inputs_may_become_null_more_often() {
        for (old, new, level) in [
            ("Int!", "Int", "safe"),
            ("Int", "Int!", "breaking"),
            ("[Int!]!", "[Int]", "safe"),
            ("[Int]", "[Int!]", "breaking"),
            ("Int", "Float", "breaking"),
        ] {
            assert_eq!(
                changes(&format!("input A {{ x: {old} }}"), &format!("input A {{ x: {new} }}")),
                [format!("{level} A.x was `{old}` and is now `{new}`")]
            );
        }
    }

    #[test]
    fn additions_break_only_if_they_are_required() {
        assert_eq!(
            changes(
                "type A { f(a: Int): Int } input I { a: Int } enum E { X Y }",
                "type A { f(a: Int, b: Int!, c: Int! = 1, d: Int): Int g: Int }
                 input I { a: Int b: Int! c: Int } enum E { Y Z }"
            ),
            [
                "breaking A.f(b:) was added and is required",
                "breaking E.X was removed",
                "breaking I.b was added and is required",
                "dangerous E.Z was added",
                "safe A.f(c:) was added",
                "safe A.f(d:) was added",
                "safe A.g was added",
                "safe I.c was added",
            ]
        );
    }

    #[test]
    fn defaults_members_and_interfaces() {
        assert_eq!(
            changes(
                "interface N { id: ID } type A implements N { id(a: Int = 1, b: Int! = 2): ID }
                 type B { x: Int } union U = A",
                "interface N { id: ID } type A { id(a: Int = 3, b: Int!): ID }
                 type B { x: Int } union U = A | B"
            ),
            [
                "breaking A no longer implements `N`",
                "breaking A.id(b:) lost its default `2`",
                "dangerous A.id(a:) had the default `1` and now has `3`",
                "dangerous U can now be a `B`",
            ]
        );
    }

    #[test]
    fn deprecation_and_versions_are_safe() {
        let since = "directive @since(version: String!) repeatable on FIELD_DEFINITION ";
        assert_eq!(
            changes(
                &format!("{since} type A {{ x: Int y: Int @since(version: \"25.1\") }}"),
                &format!(
                    "{since} type A {{ x: Int @deprecated(reason: \"Use y.\")
                     y: Int @since(version: \"25.2\") }}"
                ),
            ),
            ["safe A.x was deprecated: Use y.", "safe A.y changed its version from 25.1 to 25.2",]
        );
    }

    #[test]
    fn a_change_affects_the_users_of_its_coordinate() {
        let change = |coordinate: &str, what: &str| Change {
            level: Level::Breaking,
            coordinate: coordinate.to_owned(),
            what: what.to_owned(),
        };
        assert!(change("A.x", "was removed").affects("A.x"));
        assert!(!change("A.x", "was removed").affects("A"));
        assert!(change("A.f(b:)", "was added and is required").affects("A.f"));
        assert!(change("I.b", "was added and is required").affects("I"));
        assert!(!change("A.f(b:)", "was removed").affects("A.f"));
        assert!(change("A.f(b:)", "had the default `1` and now has `2`").affects("A.f"));
    }
}
