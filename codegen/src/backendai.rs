//! What the generator knows about Backend.AI's manager and its client.

use crate::{Options, model::Base};

/// Custom scalars of the manager's schemas, and their types in the runtime crate.
const SCALARS: [(&str, &str); 7] = [
    ("BigInt", "BigInt"),
    ("Bytes", "HexBytes"),
    ("Date", "Date"),
    ("DateTime", "DateTime"),
    ("JSONString", "JsonString"),
    ("UUID", "Uuid"),
    ("UUIDFloatMap", "UuidFloatMap"),
];

/// Custom scalars that are strings. Most are sets of words that grow with the manager, so they are
/// no enums; `Decimal` and `ByteSize` are numbers that a float would round.
const STRINGS: [&str; 15] = [
    "AgentPermissionField",
    "ByteSize",
    "ContainerRegistryScopeField",
    "ContainerRegistryTypeField",
    "Decimal",
    "DomainPermissionValueField",
    "FieldSet",
    "GlobalIDField",
    "GroupPermissionField",
    "ImagePermissionValueField",
    "ScopeField",
    "SessionPermissionValueField",
    "VFolderPermissionValueField",
    "federation__Policy",
    "federation__Scope",
];

impl Options {
    /// Options for Backend.AI's manager: its path, its scalars and its secrets, the client
    /// `::backendai` as the runtime, and the schema, the null table and the shared types that
    /// `backendai` passes on to packages which depend on it.
    #[must_use]
    pub fn backendai() -> Self {
        let mut options = Self::new()
            .runtime("::backendai")
            .path("/admin/gql")
            .links("backendai")
            .secret(is_secret);
        let scalars = SCALARS.iter();
        let scalars =
            scalars.map(|&(scalar, ty)| (scalar.to_owned(), Base::Runtime(ty.to_owned())));
        options.scalars.extend(scalars);
        let options = options.json_scalar("_Any");
        STRINGS.iter().fold(options, |options, scalar| options.scalar(*scalar, "String"))
    }
}

/// The names under which the manager's schemas keep secrets.
fn is_secret(field: &str) -> bool {
    let field = field.to_ascii_lowercase().replace('_', "");
    // The configuration of a service contains the manager's passwords.
    field == "configuration"
        || ["password", "secretkey", "privatekey", "apitoken", "passphrase"]
            .iter()
            .any(|part| field.contains(part))
        || ["token", "secret", "otp"].iter().any(|end| field.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for field in [
            "password",
            "secret_key",
            "wsproxy_api_token",
            "sshPrivateKey",
            "token",
            "configuration",
        ] {
            assert!(is_secret(field), "{field}");
        }
        for field in ["access_key", "ssh_public_key", "tokens_used", "description"] {
            assert!(!is_secret(field), "{field}");
        }
    }
}
