//! A context for display.

use backendai::{
    config::{Field, Form, Setting},
    context::Context,
    credential::ExposeSecret as _,
};
use serde_json::{Map, Value};

/// A context, with or without its secrets.
pub(super) struct Shown<'a> {
    pub(super) context: &'a Context,
    pub(super) reveal: bool,
}

impl Shown<'_> {
    /// The value of a field.
    pub(super) fn text(&self, field: Field) -> Option<String> {
        let text = self.context.get(field)?.expose_secret();
        Some(match field.setting().form {
            Form::AccessKey if !self.reveal => mask(text),
            Form::SecretKey if !self.reveal => "***".to_owned(),
            _ => text.to_owned(),
        })
    }

    pub(super) fn endpoint_type(&self) -> &str {
        self.context.text(Field::EndpointType).unwrap_or("api")
    }

    /// The name and all values, with their keys.
    fn entries(&self) -> impl Iterator<Item = (String, String)> {
        let name = ("name".to_owned(), self.context.name().to_owned());
        let values = Setting::of_contexts()
            .filter_map(|(setting, key)| Some((key.to_owned(), self.text(setting.field)?)));
        std::iter::once(name).chain(values)
    }

    pub(super) fn rows(&self) -> Vec<[String; 2]> {
        self.entries().map(|(key, text)| [key, text]).collect()
    }

    pub(super) fn json(&self) -> Value {
        self.entries().map(|(key, text)| (key, text.into())).collect::<Map<_, _>>().into()
    }
}

/// The first four characters of an access key, which suffice to recognise it.
pub(crate) fn mask(key: &str) -> String {
    match key.is_empty() {
        true => String::new(),
        false => key.chars().take(4).chain("***".chars()).collect(),
    }
}
