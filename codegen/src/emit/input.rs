//! Types that are sent: enums, input objects, variables.

use super::{Scope, Writer};
use crate::{
    model::{Base, Enum, Input, InputField, Presence, Wrap},
    names::{Names, camel},
};

impl Writer<'_> {
    pub(super) fn open_enum(&mut self, item: &Enum) {
        let rt = self.runtime;
        self.line("");
        self.open(&format!("{rt}::__open_enum! {{"));
        self.docs(&item.docs);
        self.open(&format!("pub enum {} {{", item.name));
        for value in &item.values {
            self.docs(&value.docs);
            self.line(&format!("{} = {:?},", value.variant, value.value));
        }
        self.close("}");
        self.close("}");
        if self.testing {
            self.default(&item.name, "Self::UnknownValue(::std::string::String::new())");
        }
    }

    /// The type of a field that may be left out.
    fn given(&self, field: &InputField, scope: Scope<'_>) -> String {
        let ty = self.shape(&field.shape, scope);
        match field.presence {
            Presence::Required => ty,
            Presence::Defaulted | Presence::Stated => format!("Option<{ty}>"),
            Presence::Nullable => format!("{}::MaybeUndefined<{ty}>", self.runtime),
        }
    }

    pub(super) fn input(&mut self, input: &Input, scope: Scope<'_>) {
        self.line("");
        self.docs(&input.docs);
        if input.one_of {
            self.one_of(input, scope);
        } else {
            self.sent(&input.name, &input.fields, scope);
            self.decoded_input(&input.name, &input.fields);
            self.filter_or_order(input, scope);
        }
    }

    /// Operators of a filter, which contains lists of itself, and constructors of an order.
    fn filter_or_order(&mut self, input: &Input, scope: Scope<'_>) {
        let rt = self.runtime;
        let is_own_list = |field: &InputField| {
            field.shape.wraps == [Wrap::Vec]
                && matches!(&field.shape.base, Base::Shared(name) if *name == input.name)
        };
        let find = |key: &str| input.fields.iter().find(|field| field.key == key);
        let is_needed = |field: &InputField| field.presence == Presence::Required;
        if ["AND", "OR", "NOT"].iter().all(|key| find(key).is_some_and(is_own_list))
            && !input.fields.iter().any(|it| is_needed(it) || it.presence == Presence::Stated)
        {
            self.line("");
            self.line(&format!("{rt}::__filter!({});", input.name));
        }
        if let ([first, _], Some(field), Some(direction)) =
            (input.fields.as_slice(), find("field"), find("direction"))
            && self.is_direction(direction)
        {
            let [ty, enumeration] = [field, direction].map(|it| self.shape(&it.shape, scope));
            self.line("");
            self.open(&format!("impl {} {{", input.name));
            for (name, docs, sent) in [
                ("ascending", "From the lowest to the highest.", "ASC"),
                ("descending", "From the highest to the lowest.", "DESC"),
            ] {
                let sent = format!("<{enumeration}>::from({sent:?})");
                let new = match (is_needed(field), is_needed(direction)) {
                    (true, false) => format!("new(field).direction({sent})"),
                    (false, false) => format!("new().field(field).direction({sent})"),
                    (false, true) => format!("new({sent}).field(field)"),
                    (true, true) if first.key == field.key => format!("new(field, {sent})"),
                    (true, true) => format!("new({sent}, field)"),
                };
                self.line(&format!("/// {docs}"));
                self.open(&format!("pub fn {name}(field: {ty}) -> Self {{"));
                self.line(&format!("Self::{new}"));
                self.close("}");
            }
            self.close("}");
        }
    }

    /// Whether a field is an enum with both directions of an order.
    fn is_direction(&self, field: &InputField) -> bool {
        let Base::Shared(name) = &field.shape.base else { return false };
        let known = self.model.enums.iter().find(|item| item.name == *name);
        field.shape.wraps.is_empty()
            && field.presence != Presence::Stated
            && known.is_some_and(|known| {
                let has = |text: &str| known.values.iter().any(|value| value.value == text);
                has("ASC") && has("DESC")
            })
    }

    /// An input object with exactly one field.
    fn one_of(&mut self, input: &Input, scope: Scope<'_>) {
        let secret = input.fields.iter().any(|field| field.secret);
        let builtin = if secret { "Clone, PartialEq" } else { "Clone, Debug, PartialEq" };
        self.derive(builtin, &["Serialize", "Deserialize"]);
        self.line("#[non_exhaustive]");
        self.open(&format!("pub enum {} {{", input.name));
        let keys = input.fields.iter().map(|field| field.key.as_str());
        let names = Names::default().claim_all(keys, camel);
        let variants: Vec<_> = names.into_iter().zip(&input.fields).collect();
        for (variant, field) in &variants {
            self.docs(&field.docs);
            self.line(&format!("#[serde(rename = {:?})]", field.key));
            self.line(&format!("{variant}({}),", self.shape(&field.shape, scope)));
        }
        self.close("}");
        if secret {
            self.line("");
            self.open(&format!("impl ::core::fmt::Debug for {} {{", input.name));
            self.open("fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {");
            self.open("match self {");
            for (variant, field) in &variants {
                let (bind, value) = if field.secret {
                    ("_", format!("&{}::__private::Redacted", self.runtime))
                } else {
                    ("value", "value".to_owned())
                };
                self.line(&format!(
                    "Self::{variant}({bind}) => f.debug_tuple({variant:?}).field({value}).finish(),"
                ));
            }
            self.close("}");
            self.close("}");
            self.close("}");
        }
    }

    /// A struct that is sent: an input object, or an operation with its variables.
    pub(super) fn sent(&mut self, name: &str, fields: &[InputField], scope: Scope<'_>) {
        let mut builtin = String::from("Clone, PartialEq");
        let secret = fields.iter().any(|field| field.secret);
        if !secret {
            builtin.push_str(", Debug");
        }
        if !fields.iter().any(is_required) {
            builtin.push_str(", Default");
        }
        self.derive(&builtin, &["Serialize"]);
        self.line("#[non_exhaustive]");
        self.open(&format!("pub struct {name} {{"));
        for field in fields {
            self.docs(&field.docs);
            let mut serde = Vec::new();
            if field.ident.trim_start_matches("r#") != field.key {
                serde.push(format!("rename = {:?}", field.key));
            }
            let skip = match field.presence {
                Presence::Required | Presence::Stated => None,
                Presence::Defaulted => Some("Option::is_none".to_owned()),
                Presence::Nullable => {
                    Some(format!("{}::MaybeUndefined::is_undefined", self.runtime))
                }
            };
            if let Some(skip) = skip {
                serde.push(format!("skip_serializing_if = {skip:?}"));
            }
            if !serde.is_empty() {
                self.line(&format!("#[serde({})]", serde.join(", ")));
            }
            self.line(&format!("pub {}: {},", field.ident, self.given(field, scope)));
        }
        self.close("}");
        if secret {
            self.debug(name, fields.iter().map(|field| (field.ident.as_str(), field.secret)));
        }

        self.line("");
        self.open(&format!("impl {name} {{"));
        self.constructor(fields, scope);
        self.setters(fields, scope);
        self.close("}");
    }

    fn constructor(&mut self, fields: &[InputField], scope: Scope<'_>) {
        let required = fields.iter().filter(|field| is_required(field));
        let arguments: Vec<_> = required
            .map(|field| {
                let ty = self.given(field, scope);
                // A bare `None` has no type of its own to convert from.
                let stated = field.presence == Presence::Stated;
                let ty = if stated { ty } else { format!("impl Into<{ty}>") };
                format!("{}: {ty}", field.ident)
            })
            .collect();
        self.line("/// Sets the required values and leaves out the rest.");
        self.open(&format!("pub fn new({}) -> Self {{", arguments.join(", ")));
        self.open("Self {");
        for field in fields {
            let value = match field.presence {
                Presence::Required => format!("{}.into()", field.ident),
                Presence::Stated => field.ident.clone(),
                Presence::Defaulted => "None".to_owned(),
                Presence::Nullable => format!("{}::MaybeUndefined::Undefined", self.runtime),
            };
            self.line(&format!("{}: {value},", field.ident));
        }
        self.close("}");
        self.close("}");
    }

    fn setters(&mut self, fields: &[InputField], scope: Scope<'_>) {
        let optional = fields.iter().filter(|field| !is_required(field));
        let idents = optional.clone().map(|field| field.ident.as_str());
        let methods = Names::with(&["new"]).claim_all(idents, str::to_owned);
        for (field, method) in optional.zip(methods) {
            let (takes, value) = match field.presence {
                Presence::Defaulted => (self.shape(&field.shape, scope), "Some(value.into())"),
                _ => (self.given(field, scope), "value.into()"),
            };
            self.line("");
            self.docs(&field.docs);
            if field.docs.text.is_none() && field.docs.since.is_empty() {
                self.line(&format!("/// Sets `{}`.", field.key));
            }
            self.open(&format!("pub fn {method}(mut self, value: impl Into<{takes}>) -> Self {{"));
            self.line(&format!("self.{} = {value};", field.ident));
            self.line("self");
            self.close("}");
        }
    }

    /// `Deserialize` of an input object.
    fn decoded_input(&mut self, name: &str, fields: &[InputField]) {
        self.decode(
            name,
            fields.iter().map(|field| {
                let missing = match field.presence {
                    Presence::Required => "needed",
                    // A missing value is not null.
                    Presence::Stated => "stated",
                    Presence::Defaulted | Presence::Nullable => "optional",
                };
                (field.ident.as_str(), missing, field.key.as_str())
            }),
        );
    }
}

/// Whether a value must be given.
fn is_required(field: &InputField) -> bool {
    matches!(field.presence, Presence::Required | Presence::Stated)
}
