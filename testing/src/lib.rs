//! An embedded Backend.AI manager on loopback, for tests.
