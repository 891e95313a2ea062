//! Chats, messages, reactions, read state and search.
//!
//! Tables: `chats`, `chat_categories`, `chat_members`, `chat_overrides`, `messages`,
//! `message_versions`, `forwards`, `link_previews`, `message_previews`, `hidden_previews`, `reactions`, `mentions`, `group_mentions`, `pins`, `threads`, `thread_members`, `read_states`.
//! Events: everything on `chat:` topics, `chat_*` and `category_*` on `space:` topics,
//! `conversation_updated`, `read_state_changed` and `thread_state_changed` on `user:` topics. Calls:
//! spaces, notifications, identity, files.

pub mod access;
mod actions;
pub mod conversations;
pub mod directory;
pub mod emptying;
pub mod fan_out;
pub mod file_guard;
pub mod group_commit;
mod history;
pub mod model;
pub mod previews;
mod routes;
pub mod search;

pub use actions::groups::do_leave_group;
pub use actions::removal::{Recount, do_remove_messages};

use crate::jobs::Jobs;
use crate::realtime::command::Commands;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(routes::chats::list_chats)
        .service(routes::chats::open_chat)
        .service(routes::chats::find_chat)
        .service(routes::chats::update_chat)
        .service(routes::chats::delete_chat)
        .service(routes::chats::list_space_chats)
        .service(routes::chats::create_chat)
        .service(routes::categories::order_chats)
        .service(routes::categories::list_categories)
        .service(routes::categories::create_category)
        .service(routes::categories::update_category)
        .service(routes::categories::delete_category)
        .service(routes::explain::explain_permissions)
        .service(routes::people::list_chat_members)
        .service(routes::people::add_chat_member)
        .service(routes::people::remove_chat_member)
        .service(routes::read::mark_all_read)
        .service(routes::read::mark_read)
        .service(routes::read::mark_unread)
        .service(routes::read::send_typing)
        .service(routes::messages::list_messages)
        .service(routes::messages::send_message)
        .service(routes::messages::update_message)
        .service(routes::messages::delete_message)
        .service(routes::messages::list_message_versions)
        .service(routes::forwards::find_forward_source)
        .service(routes::previews::remove_previews)
        .service(routes::reports::report_message)
        .service(routes::reactions::toggle_reaction)
        .service(routes::reactions::list_reactions)
        .service(routes::reactions::list_reactors)
        .service(routes::pins::list_pins)
        .service(routes::pins::pin_message)
        .service(routes::pins::unpin_message)
        .service(routes::threads::list_threads)
        .service(routes::threads::find_thread)
        .service(routes::threads::mark_thread_read)
        .service(routes::threads::follow_thread)
        .service(routes::threads::unfollow_thread)
        .service(routes::search::search_messages)
        .service(routes::search::search_quick);
}

/// The socket commands: the same actions as the routes.
#[must_use]
pub fn commands() -> Commands {
    Commands::default()
        .on("send_message", routes::messages::send_command)
        .on("edit_message", routes::messages::edit_command)
        .on("delete_message", routes::messages::delete_command)
        .on("add_reaction", routes::reactions::react_command)
        .on("typing", routes::read::typing_command)
        .on("mark_read", routes::read::read_command)
}

/// The jobs.
#[must_use]
pub fn jobs() -> Jobs {
    Jobs::default().on::<fan_out::FanOut>().on::<emptying::EmptyChats>()
}
