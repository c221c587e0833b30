//! Ids: what rows have, and what arguments take.

use std::{borrow::Cow, fmt, str::FromStr};

use backendai::Uuid;
use serde::{Deserialize, Serialize};

/// The id of a row: in base64 the name of its type and a key, which is a UUID for most types.
///
/// Arguments take the key and not this id. A list's row is passed on with [`uuid`](Self::uuid) where an
/// argument is a UUID, and as it is where an argument is an [`Id`]:
///
/// ```
/// use backendai_v2::{GlobalId, Id, entity_label::PurgeEntityLabel, user::AdminDeleteUser};
///
/// let id = GlobalId::new("UserV2", "f38dea23-50fa-42a0-b5ae-338f5f4693f4");
/// assert_eq!(id.type_name().as_deref(), Some("UserV2"));
/// assert_eq!(id.key().as_deref(), Some("f38dea23-50fa-42a0-b5ae-338f5f4693f4"));
/// let delete = AdminDeleteUser::new(id.uuid()?);
///
/// let label = GlobalId::new("EntityLabel", "0b7a6a1c-3c40-4ad5-bd4e-5d7ae81b2a1b");
/// let purge = PurgeEntityLabel::new(&label);
/// # Ok::<(), backendai_v2::InvalidId>(())
/// ```
///
/// The key is in the id for every manager; the fields `entityId` and `fieldId` exist since 26.9. It is
/// the name for resource policies and resource slot types, the access key for key pairs, the agent's id
/// for agents, and names with colons between them for fair shares.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(Default))]
#[serde(transparent)]
pub struct GlobalId(String);

impl GlobalId {
    /// Creates the id of a row from the name of its type and its key.
    pub fn new(type_name: &str, key: impl fmt::Display) -> Self {
        Self(encode(format!("{type_name}:{key}").as_bytes()))
    }

    /// Returns the id as the manager writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the row's type in the schema; `None` for a text that is no global id.
    pub fn type_name(&self) -> Option<String> {
        Some(self.parts()?.0)
    }

    /// Returns the key of the row; `None` for a text that is no global id.
    pub fn key(&self) -> Option<String> {
        Some(self.parts()?.1)
    }

    /// Returns the key as a UUID.
    ///
    /// # Errors
    ///
    /// When the key is not a UUID, as for resource policies, key pairs and agents.
    pub fn uuid(&self) -> Result<Uuid, InvalidId> {
        let key = self.key().map_or(Cow::Borrowed(self.as_str()), Cow::Owned);
        Uuid::parse_str(&key).map_err(|_| InvalidId(self.clone()))
    }

    fn parts(&self) -> Option<(String, String)> {
        let text = String::from_utf8(decode(&self.0)?).ok()?;
        let (type_name, key) = text.split_once(':')?;
        Some((type_name.to_owned(), key.to_owned()))
    }
}

impl From<String> for GlobalId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for GlobalId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&Self> for GlobalId {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl FromStr for GlobalId {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl fmt::Display for GlobalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<&GlobalId> for Uuid {
    type Error = InvalidId;

    fn try_from(id: &GlobalId) -> Result<Self, InvalidId> {
        id.uuid()
    }
}

/// An id whose key is not a UUID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId(GlobalId);

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.parts() {
            Some((type_name, key)) => {
                write!(f, "the id of this {type_name} has no UUID but the key {key:?}: use `key`")
            }
            None => write!(f, "{:?} is neither a UUID nor a global id", self.0.as_str()),
        }
    }
}

impl std::error::Error for InvalidId {}

/// An id as an argument takes it: the key of the row alone.
///
/// A [`GlobalId`] converts to its key, a UUID and a text to themselves. The few arguments that take the
/// global id have that type: `node`, `deployment`, `revision`, `replica`, `route`, `routes` and
/// `updateRouteTrafficStatus`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// Returns the id as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&GlobalId> for Id {
    fn from(id: &GlobalId) -> Self {
        Self(id.key().unwrap_or_else(|| id.0.clone()))
    }
}

impl From<GlobalId> for Id {
    fn from(id: GlobalId) -> Self {
        Self::from(&id)
    }
}

impl From<Uuid> for Id {
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl From<String> for Id {
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl From<&str> for Id {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
