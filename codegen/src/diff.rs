//! What changed between two schemas.
//!
//! The rules are those that GraphQL tools agree on. A change is breaking when a valid request can
//! become invalid, or an answer take a form that it could not have; dangerous when an answer can
//! have something new in it or an argument left out means something else; otherwise it is safe.

use std::fmt;

use apollo_compiler::{
    Name, Node,
    ast::{DirectiveList, FieldDefinition, InputValueDefinition, Type, Value},
    collections::IndexMap,
    schema::{Component, ExtendedType},
};

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
    /// Whether who uses this coordinate is touched. A change of a type touches all of its users,
    /// and a new argument those of its field.
    pub fn touches(&self, coordinate: &str) -> bool {
        if self.coordinate == coordinate {
            return true;
        }
        // What is new is not used by anybody yet. What has to be given is missed where its owner is.
        let owner = match self.coordinate.split_once('(') {
            Some((field, _)) => field,
            None => self.coordinate.split_once('.').map_or("", |(ty, _)| ty),
        };
        self.what.starts_with("was added") && owner == coordinate
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

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn push(&mut self, level: Level, coordinate: String, what: impl Into<String>) {
        self.0.push(Change { level, coordinate, what: what.into() });
    }

    fn types(&mut self, name: &Name, before: &ExtendedType, after: &ExtendedType) {
        use ExtendedType as T;
        match (before, after) {
            (T::Scalar(_), T::Scalar(_)) => {}
            (T::Object(before), T::Object(after)) => {
                self.names(
                    name,
                    before.implements_interfaces.iter().map(|it| &it.name),
                    after.implements_interfaces.iter().map(|it| &it.name),
                    |other| format!("no longer implements `{other}`"),
                    |other| format!("now implements `{other}`"),
                );
                self.fields(name, &before.fields, &after.fields);
            }
            (T::Interface(before), T::Interface(after)) => {
                self.fields(name, &before.fields, &after.fields);
            }
            (T::Union(before), T::Union(after)) => self.names(
                name,
                before.members.iter().map(|it| &it.name),
                after.members.iter().map(|it| &it.name),
                |other| format!("can no longer be a `{other}`"),
                |other| format!("can now be a `{other}`"),
            ),
            (T::Enum(before), T::Enum(after)) => {
                for (value, known) in &before.values {
                    let coordinate = format!("{name}.{value}");
                    match after.values.get(value) {
                        None => self.push(Level::Breaking, coordinate, "was removed"),
                        Some(now) => {
                            self.facts(&coordinate, &known.directives, &now.directives);
                        }
                    }
                }
                for value in after.values.keys().filter(|it| !before.values.contains_key(*it)) {
                    self.push(Level::Dangerous, format!("{name}.{value}"), "was added");
                }
            }
            (T::InputObject(before), T::InputObject(after)) => {
                let find = |fields: &IndexMap<Name, Component<InputValueDefinition>>,
                            name: &Name| {
                    fields.get(name).map(|field| field.node.clone())
                };
                for (field, known) in &before.fields {
                    let coordinate = format!("{name}.{field}");
                    match find(&after.fields, field) {
                        None => self.push(Level::Breaking, coordinate, "was removed"),
                        Some(now) => self.input(&coordinate, known, &now),
                    }
                }
                for (field, now) in &after.fields {
                    if !before.fields.contains_key(field) {
                        self.new_input(format!("{name}.{field}"), now);
                    }
                }
            }
            _ => self.push(
                Level::Breaking,
                name.to_string(),
                format!("was {} and is now {}", kind(before), kind(after)),
            ),
        }
    }

    /// Sets of names: what goes is breaking, what comes is dangerous.
    fn names<'a>(
        &mut self,
        owner: &Name,
        before: impl Iterator<Item = &'a Name> + Clone,
        after: impl Iterator<Item = &'a Name> + Clone,
        gone: impl Fn(&Name) -> String,
        came: impl Fn(&Name) -> String,
    ) {
        for name in before.clone().filter(|name| !after.clone().any(|it| it == *name)) {
            self.push(Level::Breaking, owner.to_string(), gone(name));
        }
        for name in after.filter(|name| !before.clone().any(|it| it == *name)) {
            self.push(Level::Dangerous, owner.to_string(), came(name));
        }
    }

    fn fields(
        &mut self,
        owner: &Name,
        before: &IndexMap<Name, Component<FieldDefinition>>,
        after: &IndexMap<Name, Component<FieldDefinition>>,
    ) {
        for (name, known) in before {
            let coordinate = format!("{owner}.{name}");
            let Some(now) = after.get(name) else {
                self.push(Level::Breaking, coordinate, "was removed");
                continue;
            };
            if known.ty != now.ty {
                let level =
                    if answers_as(&known.ty, &now.ty) { Level::Safe } else { Level::Breaking };
                self.push(level, coordinate.clone(), retyped(&known.ty, &now.ty));
            }
            self.facts(&coordinate, &known.directives, &now.directives);
            self.arguments(&coordinate, &known.arguments, &now.arguments);
        }
        for name in after.keys().filter(|name| !before.contains_key(*name)) {
            self.push(Level::Safe, format!("{owner}.{name}"), "was added");
        }
    }

    fn arguments(
        &mut self,
        field: &str,
        before: &[Node<InputValueDefinition>],
        after: &[Node<InputValueDefinition>],
    ) {
        for known in before {
            let coordinate = format!("{field}({}:)", known.name);
            match after.iter().find(|now| now.name == known.name) {
                None => self.push(Level::Breaking, coordinate, "was removed"),
                Some(now) => self.input(&coordinate, known, now),
            }
        }
        for now in after {
            if !before.iter().any(|known| known.name == now.name) {
                self.new_input(format!("{field}({}:)", now.name), now);
            }
        }
    }

    fn new_input(&mut self, coordinate: String, now: &InputValueDefinition) {
        match now.is_required() {
            true => self.push(Level::Breaking, coordinate, "was added and has to be given"),
            false => self.push(Level::Safe, coordinate, "was added"),
        }
    }

    /// An argument, or a field of an input object.
    fn input(
        &mut self,
        coordinate: &str,
        before: &InputValueDefinition,
        after: &InputValueDefinition,
    ) {
        if before.ty != after.ty {
            let safe = accepts(&before.ty, &after.ty);
            let level = if safe { Level::Safe } else { Level::Breaking };
            self.push(level, coordinate.to_owned(), retyped(&before.ty, &after.ty));
        }
        let text = |value: &Option<Node<Value>>| {
            value.as_ref().map(|value| value.serialize().no_indent().to_string())
        };
        let (old, new) = (text(&before.default_value), text(&after.default_value));
        if old != new {
            let what = match (old, new) {
                (Some(old), Some(new)) => format!("had the default `{old}` and now has `{new}`"),
                (Some(old), None) => format!("lost its default `{old}`"),
                (None, Some(new)) => format!("got the default `{new}`"),
                (None, None) => return,
            };
            // A required one that loses its default has become required, and that breaks.
            let level = match after.is_required() && !before.is_required() && before.ty == after.ty
            {
                true => Level::Breaking,
                false => Level::Dangerous,
            };
            self.push(level, coordinate.to_owned(), what);
        }
        self.facts(coordinate, &before.directives, &after.directives);
    }

    /// What the snapshot says of a member beside its type: it matters to no request.
    fn facts(&mut self, coordinate: &str, before: &DirectiveList, after: &DirectiveList) {
        let text = |directives: &DirectiveList, name: &str, argument: &str| {
            let values = directives.get_all(name).map(|directive| {
                directive
                    .specified_argument_by_name(argument)
                    .and_then(|value| value.as_str())
                    .unwrap_or_default()
                    .to_owned()
            });
            values.collect::<Vec<_>>().join(", ")
        };
        match (before.has("deprecated"), after.has("deprecated")) {
            (false, true) => {
                let reason = text(after, "deprecated", "reason");
                self.push(Level::Safe, coordinate.to_owned(), format!("was deprecated: {reason}"));
            }
            (true, false) => {
                self.push(Level::Safe, coordinate.to_owned(), "is no longer deprecated");
            }
            _ => {}
        }
        let (old, new) = (text(before, "since", "version"), text(after, "since", "version"));
        if old != new {
            let told = |text: String| if text.is_empty() { "no version".to_owned() } else { text };
            let what = format!("is said to be there since {}, not {}", told(new), told(old));
            self.push(Level::Safe, coordinate.to_owned(), what);
        }
    }
}

fn kind(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "a scalar",
        ExtendedType::Object(_) => "an object",
        ExtendedType::Interface(_) => "an interface",
        ExtendedType::Union(_) => "a union",
        ExtendedType::Enum(_) => "an enum",
        ExtendedType::InputObject(_) => "an input object",
    }
}

fn retyped(before: &Type, after: &Type) -> String {
    format!("was `{before}` and is now `{after}`")
}

/// Whether who reads the old type can read the new one: it is the same, or null less often.
fn answers_as(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::List(old), Type::List(new) | Type::NonNullList(new))
        | (Type::NonNullList(old), Type::NonNullList(new)) => answers_as(old, new),
        (Type::Named(old), Type::Named(new) | Type::NonNullNamed(new))
        | (Type::NonNullNamed(old), Type::NonNullNamed(new)) => old == new,
        _ => false,
    }
}

/// Whether what fits the old type fits the new one: it is the same, or may be null more often.
fn accepts(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::List(old), Type::List(new))
        | (Type::NonNullList(old), Type::List(new) | Type::NonNullList(new)) => accepts(old, new),
        (Type::Named(old), Type::Named(new))
        | (Type::NonNullNamed(old), Type::Named(new) | Type::NonNullNamed(new)) => old == new,
        _ => false,
    }
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
        let text = include_str!("../../graphql/admin/schema.graphql");
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
    }
}
