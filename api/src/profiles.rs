//! What an account shows of itself beyond words: pictures. Tables: those of identity and files.
//! Events on the person's own topic: `profile_updated`. Calls: identity, files.

mod routes;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(routes::pictures::upload_my_avatar)
        .service(routes::pictures::delete_my_avatar)
        .service(routes::pictures::upload_my_banner)
        .service(routes::pictures::delete_my_banner);
}
