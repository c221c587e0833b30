//! Arguments of a field.

use apollo_compiler::response::{JsonMap, JsonValue};

/// The arguments of a field, or the members of an input object.
#[derive(Clone, Copy)]
pub(super) struct Args<'a> {
    map: &'a JsonMap,
}

impl<'a> Args<'a> {
    pub(super) fn new(map: &'a JsonMap) -> Self {
        Self { map }
    }

    /// Returns the value, also null; `None` if the argument is absent.
    pub(super) fn given(&self, name: &str) -> Option<&'a JsonValue> {
        self.map.get(name)
    }

    /// Returns the value at a path: `a.b` is the member `b` of the object `a`.
    pub(super) fn path(&self, path: &str) -> Option<&'a JsonValue> {
        match path.split_once('.') {
            Some((object, member)) => self.object(object)?.path(member),
            None => self.given(path),
        }
    }

    /// Iterates over all arguments, also null ones.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a JsonValue)> + use<'a> {
        self.map.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(super) fn is_null(&self, name: &str) -> bool {
        self.given(name).is_some_and(JsonValue::is_null)
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.given(name).and_then(JsonValue::as_str)
    }

    pub(super) fn bool(&self, name: &str) -> Option<bool> {
        self.given(name).and_then(JsonValue::as_bool)
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.given(name).and_then(JsonValue::as_i64)
    }

    /// Returns a list of strings, without its nulls.
    pub(super) fn texts(&self, name: &str) -> Option<Vec<&'a str>> {
        let items = self.given(name)?.as_array()?;
        Some(items.iter().filter_map(JsonValue::as_str).collect())
    }

    pub(super) fn ints(&self, name: &str) -> Option<Vec<i64>> {
        let items = self.given(name)?.as_array()?;
        Some(items.iter().filter_map(JsonValue::as_i64).collect())
    }

    /// Returns the input object with this name.
    pub(super) fn object(&self, name: &str) -> Option<Args<'a>> {
        self.given(name).and_then(JsonValue::as_object).map(Args::new)
    }
}
