//! Sticker packs.
//!
//! Tables: `sticker_packs`, `stickers`, `installed_packs`; chat reads them when somebody sends. No
//! events. Calls: identity.
//!
//! A pack opens to whom its visibility says; its maker edits it.

pub mod access;
mod actions;
pub mod model;
mod routes;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    use routes::{installed, packs};
    config
        .service(packs::list_packs)
        .service(packs::create_pack)
        .service(packs::find_pack)
        .service(packs::update_pack)
        .service(packs::delete_pack)
        .service(installed::list_my_packs)
        .service(installed::order_my_packs)
        .service(installed::install_pack)
        .service(installed::uninstall_pack);
}
