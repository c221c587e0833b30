//! A context as people may see it.

use backendai::{config::Field, context::Context, credential::ExposeSecret as _};
use serde_json::{Map, Value};

/// A context, with or without its secrets.
pub(super) struct Shown<'a> {
    pub(super) context: &'a Context,
    pub(super) reveal: bool,
}

impl Shown<'_> {
    /// What is under a key.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let (field, _) = Context::keys().iter().find(|(_, name)| *name == key)?;
        let text = self.context.get(*field)?.expose_secret();
        Some(match field {
            Field::AccessKey if !self.reveal => mask(text),
            Field::SecretKey if !self.reveal => "***".to_owned(),
            _ => text.to_owned(),
        })
    }

    pub(super) fn endpoint_type(&self) -> &str {
        self.context.text(Field::EndpointType).unwrap_or("api")
    }

    fn said(&self) -> impl Iterator<Item = (&'static str, String)> {
        Context::keys().iter().filter_map(|(_, key)| Some((*key, self.text(key)?)))
    }

    pub(super) fn rows(&self) -> Vec<[String; 2]> {
        let name = ("name", self.context.name().to_owned());
        [name].into_iter().chain(self.said()).map(|(key, text)| [key.to_owned(), text]).collect()
    }

    pub(super) fn json(&self) -> Value {
        let name = ("name", self.context.name().to_owned());
        let said = [name].into_iter().chain(self.said());
        said.map(|(key, text)| (key.to_owned(), text.into())).collect::<Map<_, _>>().into()
    }
}

/// The first four characters of an access key; enough to know it by.
pub(crate) fn mask(key: &str) -> String {
    match key.is_empty() {
        true => String::new(),
        false => key.chars().take(4).chain("***".chars()).collect(),
    }
}
