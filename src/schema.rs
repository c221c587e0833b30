//! The schema snapshots that the operations of this crate were validated against.

/// Schema of `POST /admin/gql`, in GraphQL's schema language. The comment at its head names the
/// manager it was taken from.
pub const ADMIN: &str = include_str!("../graphql/admin/schema.graphql");

/// Which input fields of [`ADMIN`] take null, as `backendai_codegen`'s `Options::nulls` reads it.
pub const ADMIN_NULLS: &str = include_str!("../graphql/admin/nulls.txt");

/// Schema of `POST /admin/gql/strawberry`, the newer one. This crate has no operations on it.
pub const V2: &str = include_str!("../graphql/v2/schema.graphql");
