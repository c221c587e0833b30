//! The one door to what the build script writes.

crate::include_graphql!("admin");
