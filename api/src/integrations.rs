//! Programs: bots, and what comes from other systems.
//!
//! Tables: `bots`. An import owns none: it writes `users`, `space_members`, `chats`, `messages`,
//! `mentions` and `read_states` in bulk, and announces new chats on the `space:` topic. Events of bots
//! are those of members and of profiles. Calls: identity, spaces.

pub mod access;
mod actions;
pub mod import;
pub mod model;
mod routes;

pub use actions::bots::do_end_bot;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    use routes::{bots, members};
    config
        .service(bots::list_bots)
        .service(bots::create_bot)
        .service(bots::find_bot)
        .service(bots::update_bot)
        .service(bots::delete_bot)
        .service(bots::list_bot_tokens)
        .service(bots::create_bot_token)
        .service(bots::delete_bot_token)
        .service(members::add_bot)
        .service(members::remove_bot);
}
