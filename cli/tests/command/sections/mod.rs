//! The sections of `docs/cli.md`; see [`transcript`](crate::transcript) for how to add one.

pub(crate) mod bento;
mod changes;
mod contexts;
mod failures;
mod lists;
pub(crate) mod official;
mod overview;
mod proxy;
mod schemas;
mod v2;

use crate::transcript::Page;

/// The section of lists on a terminal, which is written with a real manager.
pub(crate) const TERMINAL: &str = "tests/golden/terminal.md";

/// All of them, in the order of the page.
pub(crate) async fn all() -> Vec<Page> {
    vec![
        overview::section(),
        contexts::section().await,
        lists::lists().await,
        Page::kept(TERMINAL),
        lists::keypairs().await,
        changes::section().await,
        official::section(),
        v2::section().await,
        lists::documents().await,
        schemas::section().await,
        proxy::section().await,
        failures::section(),
        failures::requests().await,
    ]
}
