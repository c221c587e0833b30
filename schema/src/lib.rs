//! Snapshots of the GraphQL schemas that a Backend.AI manager serves.
//!
//! The comment at the head of a snapshot names the version of the manager it was taken from.
//!
//! ```
//! assert!(backendai_schema::ADMIN.contains("type KeyPair "));
//! ```

/// Schema of `POST /admin/gql`, the Admin API.
pub const ADMIN: &str = include_str!("../admin/schema.graphql");

/// Input fields of [`ADMIN`] for which null has a meaning, in the format of
/// `backendai_codegen::Options::nulls`.
pub const ADMIN_NULLS: &str = include_str!("../admin/nulls.txt");

/// Documentation of the types, members and arguments of [`ADMIN`], which a snapshot lacks, in the format of
/// `backendai_codegen::Options::descriptions`.
pub const ADMIN_DESCRIPTIONS: &str = include_str!("../admin/descriptions.txt");

/// Schema of `POST /admin/gql/strawberry`, the newer API.
pub const V2: &str = include_str!("../v2/schema.graphql");

/// Documentation of members and arguments of [`V2`], as [`ADMIN_DESCRIPTIONS`].
pub const V2_DESCRIPTIONS: &str = include_str!("../v2/descriptions.txt");
