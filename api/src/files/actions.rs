//! Storing, attaching.

mod attach;
mod store;

pub use attach::{do_attach, do_delete};
pub use store::{store_attachment, store_picture};
