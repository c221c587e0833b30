//! One member of the objects in a list.

use std::borrow::Cow;

use serde_json::Value;

use super::{Format, member, title};

/// A member of the objects in a list, and how it is shown.
///
/// ```
/// use backendai::{Format, format::Column};
///
/// const COLUMNS: &[Column] = &[
///     Column::new("id").titled("Kernel ID").renamed("kernel_id"),
///     Column::new("status"),
///     Column::new("occupied_slots").formatted(Format::ResourceSlot),
/// ];
/// const CONTAINERS: Format = Format::ContainerList(COLUMNS);
/// let value = serde_json::json!([
///     {"id": "6f1c", "status": "RUNNING", "occupied_slots": r#"{"cpu": "2", "mem": "536870912"}"#},
/// ]);
/// assert_eq!(
///     CONTAINERS.console(&value),
///     "+ 6f1c\n  - Status: RUNNING\n  - Occupied Slots: cpu:2, mem:512.0M"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    key: &'static str,
    name: Option<&'static str>,
    title: Option<&'static str>,
    format: Format,
}

impl Column {
    /// The member of that name in the answer, shown plainly, with a title made from its name.
    pub const fn new(key: &'static str) -> Self {
        Self { key, name: None, title: None, format: Format::Plain }
    }

    /// Gives it another name in JSON output.
    #[must_use]
    pub const fn renamed(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Gives it a title that is not made from its name.
    #[must_use]
    pub const fn titled(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    /// Shows it in another format.
    #[must_use]
    pub const fn formatted(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Name of the member in the answer.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// Name of the member in JSON output.
    pub fn name(&self) -> &'static str {
        self.name.unwrap_or(self.key)
    }

    /// Name of the member for people.
    pub fn title(&self) -> Cow<'static, str> {
        self.title.map_or_else(|| title(self.key).into(), Cow::Borrowed)
    }

    /// How the member is shown.
    pub const fn format(&self) -> Format {
        self.format
    }

    pub(super) fn text(&self, item: &Value) -> String {
        self.format.text(member(item, self.key))
    }

    pub(super) fn json(&self, item: &Value) -> Value {
        self.format.json(member(item, self.key))
    }
}
