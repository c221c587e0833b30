//! Resolvers of the root fields, by domain.

mod args;
mod context;
mod domain;
mod execute;
mod failure;
mod fixture;
mod group;
mod keypair;
mod node;
mod policy;
mod relay;
mod roots;
mod scaling_group;
mod scope;
mod slice;
mod user;
pub(crate) mod v2;
mod variables;

pub(crate) use context::Context;
pub(crate) use execute::execute;
pub(crate) use variables::coerce;
