//! The v2 API, of which the manager checks documents in another way than of the admin API.

use apollo_compiler::response::JsonMap;

use super::context::Context;
use super::execute::{self, Api, Outcome};
use crate::fixture::v2 as fixture;

mod change;
mod condition;
mod document;
mod domain;
mod keypair;
mod literal;
mod node;
mod page;
mod project;
mod query;
mod role;
mod row;
mod user;
mod value;
mod variables;

pub(super) use change::answer as mutate;
pub(super) use node::member;
pub(super) use page::paged;
pub(super) use query::answer as query;

/// Answers a request; `None` is an internal error of the manager.
pub(crate) fn answer(
    query: &str,
    operation: Option<&str>,
    variables: &JsonMap,
    context: Context<'_>,
) -> Option<Outcome> {
    if context.state.v2.is_none() {
        context.state.v2 = fixture::rows().ok();
    }
    let document = match document::prepare(context.contract, query, operation) {
        Ok(document) => document,
        Err(document::Rejection::Internal) => return None,
        Err(document::Rejection::Invalid(errors)) => return Some(Outcome { data: None, errors }),
    };
    // Observed: without a name, the first of several operations is executed.
    let operation = match operation {
        Some(name) => document.operations.named.get(name)?,
        None => document
            .operations
            .iter()
            .min_by_key(|operation| operation.location().map(|place| place.offset()))?,
    };
    let variables = match variables::coerce(context.contract, &document, operation, variables) {
        Ok(variables) => variables,
        Err(errors) => return Some(Outcome { data: None, errors }),
    };
    Some(execute::run(Api::V2, &document, operation, &variables, context))
}
