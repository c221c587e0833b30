//! Names and ids of the v2 API.

use backendai::operation::info::{InputValueInfo, OperationInfo};
use backendai_v2::GlobalId;

use super::is_uuid;

/// The root fields that take the global id of a row, and the type of the row.
const GLOBAL: [(&str, &str, Option<&str>); 7] = [
    ("node", "id", None),
    ("deployment", "id", Some("ModelDeployment")),
    ("revision", "id", Some("ModelRevision")),
    ("replica", "id", Some("ModelReplica")),
    ("route", "id", Some("Route")),
    ("routes", "deploymentId", Some("ModelDeployment")),
    ("updateRouteTrafficStatus", "routeId", Some("Route")),
];

/// The arguments that take a name, which is the key in the global ids of some types.
const NAMES: [&str; 6] =
    ["accessKey", "agentId", "domainName", "name", "resourceGroupName", "slotName"];

/// The form of an id that an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The key of the row alone, as a rule a UUID.
    Key,
    /// The global id of a row of this type.
    Global(Option<&'static str>),
}

impl Form {
    /// The form of an argument; `None` if it is no id.
    pub(super) fn of(operation: &OperationInfo, info: &InputValueInfo) -> Option<Self> {
        let root = operation.root_fields.first().map_or("", |root| root.name);
        let global =
            GLOBAL.iter().find(|(name, argument, _)| (*name, *argument) == (root, info.name));
        match global {
            Some((_, _, of)) => Some(Self::Global(*of)),
            None => (takes_id(info) || NAMES.contains(&info.name)).then_some(Self::Key),
        }
    }

    /// Converts an id, in whatever form it is given.
    pub(super) fn apply(self, text: String) -> String {
        match self {
            Self::Key => key_of(&text).unwrap_or(text),
            Self::Global(Some(of)) if is_uuid(&text) => {
                GlobalId::new(of, &text).as_str().to_owned()
            }
            Self::Global(_) => text,
        }
    }
}

/// Whether an argument takes an id. Some are strings in the schema.
pub(crate) fn takes_id(info: &InputValueInfo) -> bool {
    matches!(info.type_name(), "ID" | "UUID") || (info.name, info.type_name()) == ("id", "String")
}

/// Returns the key in a global id; `None` for a text that is none.
pub(crate) fn key_of(text: &str) -> Option<String> {
    let id = GlobalId::from(text);
    let is_type = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    id.type_name().filter(|name| is_type(name)).and_then(|_| id.key())
}

/// Returns a name in lower case with underscores: `fullName` is `full_name`.
pub(crate) fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut small = false;
    for c in name.chars() {
        if small && c.is_ascii_uppercase() {
            text.push('_');
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_converted_to_what_an_argument_takes() {
        let key = "f38dea23-50fa-42a0-b5ae-338f5f4693f4";
        let id = GlobalId::new("UserV2", key).as_str().to_owned();
        assert_eq!(Form::Key.apply(id.clone()), key);
        assert_eq!(Form::Key.apply(key.to_owned()), key);
        assert_eq!(Form::Key.apply("default".to_owned()), "default");
        assert_eq!(Form::Global(Some("UserV2")).apply(key.to_owned()), id);
        assert_eq!(Form::Global(Some("UserV2")).apply(id.clone()), id);
        assert_eq!(key_of(&GlobalId::new("AgentV2", "i-1").to_string()).as_deref(), Some("i-1"));
        assert_eq!(key_of("admin@example.com"), None);
    }

    #[test]
    fn names_are_in_snake_case() {
        for (name, expected) in [
            ("fullName", "full_name"),
            ("is_active", "is_active"),
            ("allowedClientIP", "allowed_client_ip"),
            ("NOT", "not"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }
}
