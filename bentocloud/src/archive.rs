//! Archives: what is sent, received, exported and imported.

mod pack;
mod plan;
mod sniff;
mod unpack;

pub use pack::Format;
pub(crate) use pack::pack;
pub(crate) use plan::{Content, Member, Plan, TarReader, add};
pub(crate) use sniff::unpack;
pub use unpack::Limits;
