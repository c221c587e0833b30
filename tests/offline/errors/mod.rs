//! What the client makes of every answer: recorded ones, answers by script, and their contents.

mod advice;
mod answers;
mod contents;
mod recorded;
