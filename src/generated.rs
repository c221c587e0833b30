//! The one door to what the build script writes.

include!(concat!(env!("OUT_DIR"), "/admin.rs"));
