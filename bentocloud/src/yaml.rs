//! YAML as the real client reads and writes it: PyYAML, which means YAML **1.1**.
//!
//! A YAML 1.2 library is not enough. `yes`, `0123`, `12:30:45` and `2024-01-02` are strings to it,
//! so it would write them without quotes, and the real client would read back something else. Only
//! the grammar comes from a library: it hands over each scalar with its text, its quotes and its
//! tag, and the rules of 1.1 are here.

mod emit;
mod node;
mod number;
mod resolve;
mod style;
mod time;

pub(crate) use emit::{Document, Field};
pub(crate) use node::{Node, Problem, Scalar, parse};
pub(crate) use resolve::Value;
