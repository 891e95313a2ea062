//! Sticker packs.

use super::ApiResult;
use super::client::{delete, get, post, put};
use shared::expression::{FullPack, OrderPacks, StickerPack};
use shared::ids::PackId;
use shared::page::Page;

/// The packs at hand, in order.
pub async fn my_packs() -> ApiResult<Page<StickerPack>> {
    get("/stickers/my-packs").send().await
}

/// Puts the packs at hand in another order.
pub async fn order_packs(pack_ids: Vec<PackId>) -> ApiResult<Page<StickerPack>> {
    put("/stickers/my-packs").json(&OrderPacks { pack_ids }).send().await
}

/// Public packs with this in their name.
pub async fn list_packs(q: &str, cursor: Option<String>) -> ApiResult<Page<StickerPack>> {
    let q = Some(q).filter(|q| !q.is_empty());
    get("/stickers/packs").query_some("q", q).query_some("cursor", cursor).send().await
}

/// A pack with its stickers.
pub async fn find_pack(pack: PackId) -> ApiResult<FullPack> {
    get(format!("/stickers/packs/{pack}")).send().await
}

/// Puts a pack at hand.
pub async fn install_pack(pack: PackId) -> ApiResult<()> {
    post(format!("/stickers/packs/{pack}/install")).send().await
}

/// Takes a pack away.
pub async fn uninstall_pack(pack: PackId) -> ApiResult<()> {
    delete(format!("/stickers/packs/{pack}/uninstall")).send().await
}
