//! Chats, messages, reactions, read state and search. Tables: `chats`, `chat_members`,
//! `chat_overrides`, `messages`, `message_versions`, `reactions`, `mentions`, `read_states`.

pub mod directory;

use crate::realtime::command::Commands;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(_config: &mut ServiceConfig) {}

/// The socket commands.
#[must_use]
pub fn commands() -> Commands {
    Commands::default()
}
