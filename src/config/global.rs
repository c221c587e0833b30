//! The process-wide default.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Config, ConfigError};

static GLOBAL: RwLock<Option<Arc<Config>>> = RwLock::new(None);

/// The process-wide default, for programs with one configuration.
impl Config {
    /// Returns the process-wide configuration: the one of [`set_global`](Self::set_global), or else
    /// that of the environment, which is read on the first call and kept.
    /// [`Client::from_global`](crate::Client::from_global) makes a client of it.
    ///
    /// # Errors
    ///
    /// When none is set and the environment's is invalid. The next call reads the environment again.
    pub fn global() -> Result<Arc<Self>, ConfigError> {
        if let Some(config) = &*GLOBAL.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(config.clone());
        }
        let mut global = GLOBAL.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have set it in the meantime; every caller must get the same one.
        if let Some(config) = &*global {
            return Ok(config.clone());
        }
        let config = Arc::new(Self::from_env()?);
        *global = Some(config.clone());
        Ok(config)
    }

    /// Sets or replaces the process-wide configuration. Existing clients keep theirs.
    pub fn set_global(config: Self) {
        *GLOBAL.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(config));
    }
}
