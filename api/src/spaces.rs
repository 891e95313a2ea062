//! Spaces, their members and roles.
//!
//! Tables: `spaces`, `space_members`, `roles`, `restrictions`; a new space gets its default row in
//! `chats`. Events: `space_*`, `member_*`, `user_kicked`, `role_*` on `space:` topics, `space_joined`,
//! `space_left` and `membership_changed` on `user:` topics. Calls: identity, realtime.

pub mod access;
mod actions;
pub mod model;
mod routes;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(_config: &mut ServiceConfig) {}
