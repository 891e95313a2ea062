//! What concerns a whole person, across all slices: the end of an account, and a copy of everything
//! he wrote and set. No tables of its own. Events: those of the memberships and messages that end.

pub mod deletion;
mod export;
mod model;
mod routes;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(routes::find_deletion)
        .service(routes::delete_account)
        .service(routes::export_data);
}
