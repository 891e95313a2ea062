//! Rows of the queue.

pub mod queue;
