//! Spaces, members and roles. Tables: `spaces`, `space_members`, `roles`, `restrictions`.

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(_config: &mut ServiceConfig) {}
