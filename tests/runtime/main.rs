//! The client over transports that answer by script: what is sent, and what becomes of every
//! answer that a manager gives.

mod answers;
mod logs;
mod pages;
mod requests;
mod support;
mod wire;
