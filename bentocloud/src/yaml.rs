//! YAML as the real client reads and writes it: PyYAML, which means YAML **1.1**.
//!
//! `yes`, `0123`, `12:30:45` and `2024-01-02` are no strings there. A YAML 1.2 library would write
//! them without quotes, and the real client would read back something else. The grammar comes from
//! a library; which scalars are strings is decided here.

mod emit;
mod node;
mod resolve;

pub(crate) use emit::{flow, string};
pub(crate) use node::{Node, Problem, Scalar, parse};
pub(crate) use resolve::{Value, to_json};
