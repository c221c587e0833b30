//! What changed between two schemas.
//!
//! The rules are those that GraphQL tools agree on. A change is breaking when a valid request can
//! become invalid, or an answer take a form that it could not have; dangerous when an answer can
//! have something new in it or an argument left out means something else; otherwise it is safe.

mod compare;

use std::fmt;

use self::compare::Changes;
use crate::Schema;

/// How bad a change is for those who use the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Valid requests can become invalid, or answers unreadable.
    Breaking,
    /// Requests stay valid, but may mean something else or bring something new.
    Dangerous,
    /// Nobody notices who does not ask for it.
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
    /// How bad it is.
    pub level: Level,
    /// What changed: `Type`, `Type.member`, or `Type.field(argument:)`.
    pub coordinate: String,
    /// What happened to it, as a sentence without its subject.
    pub what: String,
}

impl Change {
    /// Whether who uses this coordinate is touched. A change of a type touches all of its users; an
    /// argument that has to be given now, or has another default, those of its field.
    pub fn touches(&self, coordinate: &str) -> bool {
        if self.coordinate == coordinate {
            return true;
        }
        // What is new and safe touches nobody. What has to be given is missed where its owner is, a
        // default counts where nothing is given, and a new value may come with every enum.
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

/// Compares two schemas. The worst changes come first.
pub fn diff(old: &Schema, new: &Schema) -> Vec<Change> {
    let (old, new) = (&old.0, &new.0);
    let mut changes = Changes::default();
    // Those of GraphQL itself appear in a schema as soon as they are used.
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
    fn what_is_added_breaks_only_if_it_has_to_be_given() {
        assert_eq!(
            changes(
                "type A { f(a: Int): Int } input I { a: Int } enum E { X Y }",
                "type A { f(a: Int, b: Int!, c: Int! = 1, d: Int): Int g: Int }
                 input I { a: Int b: Int! c: Int } enum E { Y Z }"
            ),
            [
                "breaking A.f(b:) was added and has to be given",
                "breaking E.X was removed",
                "breaking I.b was added and has to be given",
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
            [
                "safe A.x was deprecated: Use y.",
                "safe A.y is said to be there since 25.2, not 25.1",
            ]
        );
    }

    #[test]
    fn a_change_touches_those_who_use_it() {
        let change = |coordinate: &str, what: &str| Change {
            level: Level::Breaking,
            coordinate: coordinate.to_owned(),
            what: what.to_owned(),
        };
        assert!(change("A.x", "was removed").touches("A.x"));
        assert!(!change("A.x", "was removed").touches("A"));
        assert!(change("A.f(b:)", "was added and has to be given").touches("A.f"));
        assert!(change("I.b", "was added and has to be given").touches("I"));
        assert!(!change("A.f(b:)", "was removed").touches("A.f"));
        assert!(change("A.f(b:)", "had the default `1` and now has `2`").touches("A.f"));
    }
}
