//! Lists, page by page: windows, strategies, and pages that are fetched ahead.

mod ahead;
mod cursors;
mod model;
mod pages;
mod pagination;
mod prefetch;
mod ranges;
