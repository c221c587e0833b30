//! Enums and input objects.

use std::fmt::Write as _;

use apollo_compiler::{
    Name, Node,
    ast::{Type, Value},
    schema::{EnumType, ExtendedType, InputObjectType},
};

use super::{Lowering, RESERVED, member_docs, type_docs, wraps};
use crate::{
    model::{Base, Docs, Enum, EnumValue, Input, InputField, Presence, Reused, Shape, Wrap},
    names::{Names, camel, ident, snake},
    nulls::Rule,
    requirement::marked,
    schema::is_ours,
};

/// A variable or a field of an input object, as it is defined.
pub(super) struct Definition<'a> {
    pub(super) name: &'a Name,
    pub(super) ty: &'a Type,
    pub(super) default: Option<&'a Node<Value>>,
    /// Its rule in the null table.
    pub(super) rule: Option<Rule>,
    pub(super) docs: Docs,
    /// The input object that has the field.
    pub(super) within: Option<&'a Name>,
}

impl Lowering<'_> {
    /// Names all enums and input objects of the schema, so that a name does not depend on the ones in
    /// use.
    pub(super) fn name_shared_types(&mut self) {
        let types: Vec<_> = self
            .schema
            .types
            .iter()
            .filter(|(_, ty)| ty.is_enum() || ty.is_input_object())
            .filter(|(_, ty)| !is_ours(&self.schema.sources, ty.location()))
            .map(|(name, _)| name)
            .collect();
        let names = types.iter().map(|name| name.as_str());
        let rust = Names::with(RESERVED).claim_all(names, camel);
        self.shared_names.extend(types.into_iter().cloned().zip(rust));
    }

    pub(super) fn shared_type(&mut self, name: &Name) -> Base {
        self.reached.insert(name.clone());
        Base::Shared(self.shared_names.get(name).cloned().unwrap_or_else(|| camel(name)))
    }

    pub(super) fn input_field(&mut self, name: &str, definition: Definition<'_>) -> InputField {
        let Definition { name: key, ty, default, rule, docs, within } = definition;
        let has_default = default.is_some();
        let presence = match (ty.is_non_null(), has_default, rule) {
            (true, false, _) => Presence::Required,
            (true, true, _) | (false, _, Some(Rule::Never)) => Presence::Defaulted,
            (false, _, None | Some(Rule::Null)) => Presence::Nullable,
            (false, _, Some(Rule::Stated)) => Presence::Stated,
        };
        let inner = ty.inner_named_type();
        let base =
            match (self.options.input_types.get(inner.as_str()), self.schema.types.get(inner)) {
                (Some(known), _) => known.clone(),
                (None, Some(ExtendedType::Enum(_) | ExtendedType::InputObject(_))) => {
                    self.shared_type(inner)
                }
                _ => self.scalar(inner),
            };
        // A null among the elements of a list has no use, so elements are plain.
        let mut wraps: Vec<_> =
            wraps(ty, true).into_iter().filter(|wrap| *wrap == Wrap::Vec).collect();
        let cycle = |name| self.cycles.get(name);
        if wraps.is_empty()
            && within.and_then(cycle).is_some_and(|outer| cycle(inner) == Some(outer))
        {
            wraps.push(Wrap::Box);
        }
        let mut docs = docs;
        if presence == Presence::Stated {
            let text = docs.text.get_or_insert_default();
            let gap = if text.is_empty() { "" } else { "\n\n" };
            let _ = write!(text, "{gap}Must be given, as a value or null.");
        }
        InputField {
            ident: ident(name),
            key: key.to_string(),
            shape: Shape { wraps, base },
            ty: ty.to_string(),
            default: default.map(|value| value.serialize().no_indent().to_string()),
            object: self.schema.get_input_object(inner).is_some(),
            presence,
            nullable: matches!(rule, Some(Rule::Null | Rule::Stated)),
            since: None,
            secret: self.is_secret(key, ty),
            docs,
        }
    }

    /// Lowers the enums and input objects that operations reach, and those that these reach.
    pub(super) fn reached_types(&mut self) {
        let mut done = 0;
        while let Some(name) = self.reached.get_index(done).cloned() {
            done += 1;
            let rust = self.shared_names.get(&name).cloned().unwrap_or_else(|| camel(&name));
            if let Some(theirs) = self.shared_types.get(&name) {
                self.model.reused.push(Reused { name: rust, theirs: theirs.to_owned() });
                continue;
            }
            let Some(ty) = self.schema.types.get(&name) else { continue };
            let docs = type_docs(ty);
            match ty {
                ExtendedType::Enum(def) => self.model.enums.push(lower_enum(rust, def, docs)),
                ExtendedType::InputObject(def) => {
                    let input = self.input_object(rust, def, docs);
                    self.model.inputs.push(input);
                }
                _ => {}
            }
        }
        self.model.enums.sort_by(|a, b| a.name.cmp(&b.name));
        self.model.inputs.sort_by(|a, b| a.name.cmp(&b.name));
        self.model.reused.sort_by(|a, b| a.name.cmp(&b.name));
    }

    fn input_object(&mut self, rust: String, def: &InputObjectType, docs: Docs) -> Input {
        let keys: Vec<_> = def.fields.keys().map(|key| key.as_str()).collect();
        let names = Names::default().claim_all(keys.iter().copied(), snake);
        let fields = def.fields.values().zip(names).map(|(field, ident)| {
            let is_absent = self.options.absent_nulls
                && field.default_value.as_ref().is_some_and(|it| it.is_null());
            let definition = Definition {
                name: &field.name,
                ty: &field.ty,
                default: field.default_value.as_ref(),
                rule: self
                    .documents
                    .nulls
                    .rule(&def.name, &field.name)
                    .or_else(|| is_absent.then_some(Rule::Never)),
                docs: member_docs(field.description.as_ref(), field.directives.iter(), None),
                within: Some(&def.name),
            };
            InputField {
                since: self.texts.index.given(&def.name, field),
                ..self.input_field(&ident, definition)
            }
        });
        Input {
            name: rust,
            graphql_name: def.name.to_string(),
            fields: fields.collect(),
            one_of: def.directives.has("oneOf") || (self.options.one_of)(&def.name, &keys),
            docs,
        }
    }
}

fn lower_enum(rust: String, def: &EnumType, docs: Docs) -> Enum {
    let keys = def.values.keys().map(|value| value.as_str());
    let names = Names::with(&["KNOWN", "UnknownValue"]).claim_all(keys, camel);
    let values = def.values.values().zip(names).map(|(value, variant)| EnumValue {
        variant: ident(&variant),
        value: value.value.to_string(),
        since: marked(value.directives.iter(), || format!("{}.{}", def.name, value.value)),
        docs: member_docs(value.description.as_ref(), value.directives.iter(), None),
    });
    Enum { name: rust, graphql_name: def.name.to_string(), docs, values: values.collect() }
}
