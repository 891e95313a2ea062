//! The server's operations: [`client`] is the only code that fetches, then one function an operation.

pub mod assets;
pub mod chat;
pub mod client;
pub mod error;
pub mod expression;
pub mod files;
pub mod identity;
pub mod integrations;
pub mod moderation;
pub mod notifications;
pub mod organise;
pub mod people;
pub mod spaces;
mod version;

pub use error::{ApiError, ApiResult};
pub use version::version_of;
