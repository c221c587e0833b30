//! Type by type and member by member.

use apollo_compiler::{
    Name, Node,
    ast::{DirectiveList, FieldDefinition, InputValueDefinition, Type, Value},
    collections::IndexMap,
    schema::{Component, ExtendedType},
};

use super::{Change, Level};

#[derive(Default)]
pub(super) struct Changes(pub(super) Vec<Change>);

impl Changes {
    pub(super) fn push(&mut self, level: Level, coordinate: String, what: impl Into<String>) {
        self.0.push(Change { level, coordinate, what: what.into() });
    }

    pub(super) fn types(&mut self, name: &Name, before: &ExtendedType, after: &ExtendedType) {
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

    /// Compares sets of names: a removal is breaking, an addition is dangerous.
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
            true => self.push(Level::Breaking, coordinate, "was added and is required"),
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

    /// Compares a member's deprecation and versions, which affect no request.
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
            let version = |text: String| if text.is_empty() { "none".to_owned() } else { text };
            let what = format!("changed its version from {} to {}", version(old), version(new));
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

/// Whether a reader of the old type can read the new one: it is the same, or null less often.
fn answers_as(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::List(old), Type::List(new) | Type::NonNullList(new))
        | (Type::NonNullList(old), Type::NonNullList(new)) => answers_as(old, new),
        (Type::Named(old), Type::Named(new) | Type::NonNullNamed(new))
        | (Type::NonNullNamed(old), Type::NonNullNamed(new)) => old == new,
        _ => false,
    }
}

/// Whether a value of the old type fits the new one: it is the same, or may be null more often.
fn accepts(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::List(old), Type::List(new))
        | (Type::NonNullList(old), Type::List(new) | Type::NonNullList(new)) => accepts(old, new),
        (Type::Named(old), Type::Named(new))
        | (Type::NonNullNamed(old), Type::Named(new) | Type::NonNullNamed(new)) => old == new,
        _ => false,
    }
}
