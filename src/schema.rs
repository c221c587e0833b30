//! The schema snapshots that the operations of this crate were validated against.

/// Schema of `POST /admin/gql`, in GraphQL's schema language. The comment at its head names the
/// manager it was taken from.
pub const ADMIN: &str = include_str!("../graphql/admin/schema.graphql");
