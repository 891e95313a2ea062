//! What a socket's queue locks and waits with, in one place: `e2e/interleavings` puts there what tries
//! every order of threads.

pub use std::sync::{Mutex, PoisonError};
pub use tokio::sync::Notify;
