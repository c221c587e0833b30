//! The local proxy: in front of the embedded manager, and of sockets that answer by script.

mod graphql;
mod guard;
mod support;
mod upgrade;
mod wire;
