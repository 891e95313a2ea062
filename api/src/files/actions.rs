//! Storing, attaching.

mod attach;
mod copy;
mod store;

pub use attach::{do_attach, do_delete};
pub use copy::{copy_attachments, give_up};
pub use store::{store_attachment, store_picture, store_preview};
