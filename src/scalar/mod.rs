//! Values that GraphQL has and Rust has not: unset beside null, and the manager's scalars.
//!
//! | scalar of the schema | Rust |
//! |---|---|
//! | `UUID` | [`Uuid`] |
//! | `DateTime` | [`DateTime`] |
//! | `Date` | [`Date`] |
//! | `BigInt` | [`BigInt`] |
//! | `Bytes` | [`HexBytes`] |
//! | `JSONString` | [`JsonString`] |
//! | `JSON`, `_Any` | [`serde_json::Value`] |
//! | `UUIDFloatMap` | [`UuidFloatMap`] |
//! | `Decimal`, `ByteSize` | [`String`]: the manager writes digits in a string, and no precision is lost |
//! | `GlobalIDField`, `ScopeField`, registry types, permissions | [`String`]: new ones come with new managers |

mod big_int;
mod hex_bytes;
mod json;
mod maybe;
mod time;

use std::collections::BTreeMap;

pub use big_int::BigInt;
pub use hex_bytes::HexBytes;
pub use json::JsonString;
pub use maybe::MaybeUndefined;
pub use time::{Date, DateTime};
pub use uuid::Uuid;

/// Numbers by id, such as how much of each GPU is allocated.
pub type UuidFloatMap = BTreeMap<Uuid, f64>;
