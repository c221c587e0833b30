//! An embedded Backend.AI manager on loopback, for tests.

pub mod bentocloud;
