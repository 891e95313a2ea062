//! Spaces, their members and roles.
//!
//! Tables: `spaces`, `space_members`, `roles`, `restrictions`; a new space gets its default row in
//! `chats`. Events: `space_*`, `member_*`, `user_kicked`, `role_*` on `space:` topics, `space_joined`,
//! `space_left` and `membership_changed` on `user:` topics. Calls: identity,
//! files, realtime.

pub mod access;
mod actions;
pub mod model;
mod routes;

pub use actions::bots::{do_admit_bot, do_leave_all_spaces, do_leave_space_as};
pub use actions::spaces::do_create_space;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(routes::spaces::list_spaces)
        .service(routes::spaces::create_space)
        .service(routes::spaces::find_space)
        .service(routes::spaces::update_space)
        .service(routes::spaces::delete_space)
        .service(routes::spaces::transfer_space)
        .service(routes::pictures::upload_space_avatar)
        .service(routes::pictures::delete_space_avatar)
        .service(routes::pictures::upload_space_banner)
        .service(routes::pictures::delete_space_banner)
        .service(routes::members::list_participants)
        .service(routes::members::find_participant)
        .service(routes::members::update_participant)
        .service(routes::members::find_my_permissions)
        .service(routes::members::join_space)
        .service(routes::members::leave_space)
        .service(routes::members::kick_member)
        .service(routes::members::assign_role)
        .service(routes::members::restrict_member)
        .service(routes::roles::list_roles)
        .service(routes::roles::create_role)
        .service(routes::roles::update_role)
        .service(routes::roles::delete_role)
        .service(routes::permissions::list_permissions);
}
