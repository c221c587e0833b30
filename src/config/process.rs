//! The configuration of the process, for programs that have just one.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Config, ConfigError};

static CONFIG: RwLock<Option<Arc<Config>>> = RwLock::new(None);

/// The configuration of this process: the one given to [`set_config`], or else the environment's,
/// which is read on the first call and kept.
///
/// # Errors
///
/// When the environment has to be read and cannot be used. The next call reads it again.
pub fn get_config() -> Result<Arc<Config>, ConfigError> {
    if let Some(config) = &*CONFIG.read().unwrap_or_else(PoisonError::into_inner) {
        return Ok(config.clone());
    }
    let mut slot = CONFIG.write().unwrap_or_else(PoisonError::into_inner);
    // Another thread may have been first; all must get the same one.
    if let Some(config) = &*slot {
        return Ok(config.clone());
    }
    let config = Arc::new(Config::from_env()?);
    *slot = Some(config.clone());
    Ok(config)
}

/// Makes this the configuration of the process, in place of any before.
pub fn set_config(config: Config) {
    *CONFIG.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(config));
}
