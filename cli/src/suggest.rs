//! Suggestions for misspelt names.

pub(crate) use backendai::suggest::near;
