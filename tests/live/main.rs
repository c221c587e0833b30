//! Against a real manager, which `tests/manager/up` brings up.
//!
//! Skipped when there is none; with `BACKENDAI_LIVE=1` that is a failure.

// Each is marked so that the lints know it as test code.
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod defaults;
#[cfg(test)]
mod filter;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod keypairs;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod nulls;
#[cfg(test)]
#[cfg(feature = "proxy")]
mod proxy;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod session;
#[cfg(test)]
mod signing;
#[cfg(test)]
mod support;
#[cfg(test)]
mod walks;
