//! Fields that can be chosen at run time.

use std::borrow::Cow;

use super::info::{SourceText, TextPart};
use crate::format::Format;

/// A field of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    name: &'static str,
    title: Option<&'static str>,
    selection: SourceText,
    format: Format,
    secret: bool,
    secrets_below: bool,
}

impl Field {
    /// Describes a field: its key in the response, its title where that does not follow from the
    /// name, the text that selects it, what it holds, and whether it is a secret.
    pub const fn new(
        name: &'static str,
        title: Option<&'static str>,
        selection: &'static str,
        format: Format,
        secret: bool,
    ) -> Self {
        let selection = SourceText::new(selection);
        Self { name, title, selection, format, secret, secrets_below: false }
    }

    /// Adds the parts of the selection that older managers are not sent.
    #[must_use]
    pub const fn parts(self, parts: &'static [TextPart]) -> Self {
        Self { selection: SourceText { parts, ..self.selection }, ..self }
    }

    /// States that what is selected below it has a secret.
    #[must_use]
    pub const fn with_secrets(self) -> Self {
        Self { secrets_below: true, ..self }
    }

    /// Returns its key in the response.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns its name for people, such as the head of a column.
    pub fn title(&self) -> Cow<'static, str> {
        self.title.map_or_else(|| title(self.name).into(), Cow::Borrowed)
    }

    /// Returns the text that selects it.
    pub const fn text(&self) -> &'static str {
        self.selection.text
    }

    pub(crate) const fn selection(&self) -> &SourceText {
        &self.selection
    }

    /// Returns what it holds.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Returns whether its value must not be shown by default.
    pub const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Returns whether it is a secret, or what is selected below it has one.
    pub const fn has_secrets(&self) -> bool {
        self.secret || self.secrets_below
    }
}

/// Returns the title of a field for people, such as the head of a column.
///
/// ```
/// use backendai::operation::title;
///
/// assert_eq!(title("created_at"), "Created At");
/// assert_eq!(title("is_active"), "Active?");
/// assert_eq!(title("user_id"), "User ID");
/// ```
pub fn title(field: &str) -> String {
    match field {
        "id" => "ID".to_owned(),
        "uuid" => "UUID".to_owned(),
        "group_id" => "Group ID".to_owned(),
        "user_id" => "User ID".to_owned(),
        "resource_policy" => "Res.Policy".to_owned(),
        "concurrency_used" => "Concur.Used".to_owned(),
        "fsprefix" => "FS Prefix".to_owned(),
        "hardware_metadata" => "HW Metadata".to_owned(),
        "performance_metric" => "Perf.Metric".to_owned(),
        _ => match field.strip_prefix("is_") {
            Some(question) if !question.is_empty() => format!("{}?", words(question)),
            _ => words(field),
        },
    }
}

fn words(field: &str) -> String {
    let words = field.split('_').filter(|word| !word.is_empty()).map(|word| {
        let mut rest = word.chars();
        rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn odd_names_have_titles() {
        assert_eq!(title("__typename"), "Typename");
        assert_eq!(title("a__b_"), "A B");
        assert_eq!(title("is_"), "Is");
        assert_eq!(title("camelCase"), "CamelCase");
        assert_eq!(title(""), "");
    }
}
