//! Sticker packs, and the emoji of a space.
//!
//! Tables: `sticker_packs`, `stickers`, `installed_packs`, `space_emoji`; chat reads them when somebody
//! sends or reacts. Events: `emoji_*` on `space:` topics. Calls: spaces, files.
//!
//! A pack opens to whom its visibility says; its maker edits it. Emoji of a space are changed by who
//! may change what it looks like (`change_info`).

pub mod access;
mod actions;
pub mod model;
mod routes;

pub use actions::packs::do_end_packs;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    use routes::{emoji, installed, packs, stickers};
    config
        .service(packs::list_packs)
        .service(packs::create_pack)
        .service(packs::find_pack)
        .service(packs::update_pack)
        .service(packs::delete_pack)
        .service(installed::list_my_packs)
        .service(installed::order_my_packs)
        .service(installed::install_pack)
        .service(installed::uninstall_pack)
        .service(stickers::add_sticker)
        .service(stickers::update_sticker)
        .service(stickers::delete_sticker)
        .service(emoji::list_emoji)
        .service(emoji::create_emoji)
        .service(emoji::rename_emoji)
        .service(emoji::delete_emoji);
}
