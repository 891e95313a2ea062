//! Spaces, their members and roles, the ways in and out, and moderation.
//!
//! Tables: `spaces`, `space_members`, `space_order`, `roles`, `restrictions`, `bans`, `past_members`,
//! `invites`, `reports`, `audit_log`; a new space gets its default row in `chats`. Events: `space_*`,
//! `member_*`, `user_kicked`, `role_*` on `space:` topics, `space_joined`, `space_left`,
//! `membership_changed`, `spaces_ordered` and `reports_changed` on `user:` topics. Job:
//! [`housekeeping`]. Calls: identity, files, realtime; of messages only what [`conversations`] says.
//! Everything a moderator does is noted by [`audit`].

pub mod access;
mod actions;
pub mod audit;
pub mod conversations;
pub mod housekeeping;
pub mod model;
pub mod online;
mod routes;

pub use actions::bots::{do_admit_bot, do_leave_all_spaces, do_leave_space_as, do_remove_bot};
pub use actions::reports::{REPORTS, Reported, do_report};
pub use actions::spaces::do_create_space;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(routes::spaces::order_spaces)
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
        .service(routes::members::count_online)
        .service(routes::members::update_participant)
        .service(routes::members::find_my_permissions)
        .service(routes::members::join_space)
        .service(routes::members::leave_space)
        .service(routes::members::kick_member)
        .service(routes::members::assign_role)
        .service(routes::members::add_member)
        .service(routes::restrictions::restrict_member)
        .service(routes::restrictions::find_restriction)
        .service(routes::restrictions::list_restrictions)
        .service(routes::bans::ban_member)
        .service(routes::bans::unban_member)
        .service(routes::bans::list_bans)
        .service(routes::invites::list_invites)
        .service(routes::invites::create_invite)
        .service(routes::invites::revoke_invite)
        .service(routes::invites::find_invite)
        .service(routes::invites::accept_invite)
        .service(routes::reports::report_member)
        .service(routes::reports::list_reports)
        .service(routes::reports::count_reports)
        .service(routes::reports::handle_report)
        .service(routes::audit::list_audit)
        .service(routes::roles::list_roles)
        .service(routes::roles::create_role)
        .service(routes::roles::order_roles)
        .service(routes::roles::list_role_members)
        .service(routes::roles::find_role)
        .service(routes::roles::update_role)
        .service(routes::roles::delete_role)
        .service(routes::permissions::list_permissions);
}
