//! Whether this process runs in a container that BentoML or BentoCloud has built.

use crate::env::Environment;

/// Set by the images that `bentoml containerize` builds.
pub const CONTAINERIZED: &str = "BENTOML_CONTAINERIZED";
/// Set by BentoCloud in every deployment, to the deployment's address.
pub const DEPLOYMENT_URL: &str = "BENTOCLOUD_DEPLOYMENT_URL";

/// Whether one of the two variables exists. The value does not matter: empty and `false` count.
///
/// ```
/// use bentocloud::{Environment, container};
///
/// assert!(!container::is_inside(&Environment::default()));
/// assert!(container::is_inside(&Environment::from_iter([("BENTOML_CONTAINERIZED", "false")])));
/// ```
pub fn is_inside(env: &Environment) -> bool {
    env.contains(CONTAINERIZED) || env.contains(DEPLOYMENT_URL)
}

/// The address of the deployment that this process serves. An empty value is none: the real client
/// tests presence for the question above and truth for this one.
///
/// # Errors
///
/// The value is not UTF-8.
pub fn deployment_url(env: &Environment) -> crate::Result<Option<&str>> {
    Ok(env.get(DEPLOYMENT_URL)?.filter(|url| !url.is_empty()))
}
