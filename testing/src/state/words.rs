//! Roles and statuses of users.

/// A user's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Superadmin,
    Admin,
    User,
    Monitor,
}

impl Role {
    /// Parses a role, case-insensitively like the manager.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "superadmin" => Some(Self::Superadmin),
            "admin" => Some(Self::Admin),
            "user" => Some(Self::User),
            "monitor" => Some(Self::Monitor),
            _ => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Superadmin => "superadmin",
            Self::Admin => "admin",
            Self::User => "user",
            Self::Monitor => "monitor",
        }
    }
}

/// A user's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Inactive,
    Deleted,
    BeforeVerification,
}

impl Status {
    /// Parses a status, case-insensitively like the manager.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "active" => Some(Self::Active),
            "inactive" => Some(Self::Inactive),
            "deleted" => Some(Self::Deleted),
            "before-verification" => Some(Self::BeforeVerification),
            _ => None,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Deleted => "deleted",
            Self::BeforeVerification => "before-verification",
        }
    }

    pub(crate) fn may_log_in(self) -> bool {
        self == Self::Active
    }
}
