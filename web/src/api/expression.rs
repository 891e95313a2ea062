//! Sticker packs and the emoji of spaces.

use super::client::{delete, get, patch, post, put};
use super::{ApiResult, files};
use serde::de::DeserializeOwned;
use shared::expression::{
    CreatePack, FullPack, OrderPacks, RenameEmoji, SpaceEmoji, Sticker, StickerPack, UpdatePack,
    UpdateSticker,
};
use shared::ids::{EmojiId, PackId, SpaceId, StickerId};
use shared::json;
use shared::page::Page;
use std::rc::Rc;
use web_sys::{File, XmlHttpRequest};

/// The packs at hand, in order.
pub async fn my_packs() -> ApiResult<Page<StickerPack>> {
    get("/stickers/my-packs").send().await
}

/// Puts the packs at hand in another order.
pub async fn order_packs(pack_ids: Vec<PackId>) -> ApiResult<Page<StickerPack>> {
    put("/stickers/my-packs").json(&OrderPacks { pack_ids }).send().await
}

/// Public packs, or those the caller has made, with this in their name.
pub async fn list_packs(
    own: bool,
    q: &str,
    cursor: Option<String>,
) -> ApiResult<Page<StickerPack>> {
    get("/stickers/packs")
        .query_some("own", own.then_some("true"))
        .query_some("q", Some(q).filter(|q| !q.is_empty()))
        .query_some("cursor", cursor)
        .send()
        .await
}

/// A pack with its stickers.
pub async fn find_pack(pack: PackId) -> ApiResult<FullPack> {
    get(format!("/stickers/packs/{pack}")).send().await
}

/// Makes an empty pack.
pub async fn create_pack(body: &CreatePack) -> ApiResult<FullPack> {
    post("/stickers/packs").json(body).send().await
}

/// Changes a pack.
pub async fn update_pack(pack: PackId, body: &UpdatePack) -> ApiResult<FullPack> {
    patch(format!("/stickers/packs/{pack}")).json(body).send().await
}

/// Deletes a pack.
pub async fn delete_pack(pack: PackId) -> ApiResult<()> {
    delete(format!("/stickers/packs/{pack}")).send().await
}

/// Puts a pack at hand.
pub async fn install_pack(pack: PackId) -> ApiResult<()> {
    post(format!("/stickers/packs/{pack}/install")).send().await
}

/// Takes a pack away.
pub async fn uninstall_pack(pack: PackId) -> ApiResult<()> {
    delete(format!("/stickers/packs/{pack}/uninstall")).send().await
}

/// Adds a picture to a pack, as its last sticker. `stop` gets what ends the upload.
pub async fn add_sticker(
    pack: PackId,
    name: &str,
    file: &File,
    stop: &dyn Fn(XmlHttpRequest),
) -> ApiResult<Sticker> {
    let path = format!("/stickers/packs/{pack}/stickers?name={}", encoded(name));
    upload(&path, file, stop).await
}

/// Changes a sticker's name or short name.
pub async fn update_sticker(
    pack: PackId,
    sticker: StickerId,
    body: &UpdateSticker,
) -> ApiResult<FullPack> {
    patch(format!("/stickers/packs/{pack}/stickers/{sticker}")).json(body).send().await
}

/// Takes a sticker out of its pack.
pub async fn delete_sticker(pack: PackId, sticker: StickerId) -> ApiResult<()> {
    delete(format!("/stickers/packs/{pack}/stickers/{sticker}")).send().await
}

/// The emoji of a space.
pub async fn space_emoji(space: SpaceId) -> ApiResult<Page<SpaceEmoji>> {
    get(format!("/spaces/{space}/emoji")).send().await
}

/// Gives a space an emoji. `stop` gets what ends the upload.
pub async fn create_emoji(
    space: SpaceId,
    name: &str,
    file: &File,
    stop: &dyn Fn(XmlHttpRequest),
) -> ApiResult<SpaceEmoji> {
    upload(&format!("/spaces/{space}/emoji?name={}", encoded(name)), file, stop).await
}

/// Gives an emoji another name.
pub async fn rename_emoji(space: SpaceId, emoji: EmojiId, name: &str) -> ApiResult<SpaceEmoji> {
    let body = RenameEmoji { name: name.to_owned() };
    patch(format!("/spaces/{space}/emoji/{emoji}")).json(&body).send().await
}

/// Removes an emoji.
pub async fn delete_emoji(space: SpaceId, emoji: EmojiId) -> ApiResult<()> {
    delete(format!("/spaces/{space}/emoji/{emoji}")).send().await
}

/// What is asked for in an address, safe to stand there.
fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

async fn upload<T: DeserializeOwned>(
    path: &str,
    file: &File,
    stop: &dyn Fn(XmlHttpRequest),
) -> ApiResult<T> {
    let text = files::send(path, file, stop, Rc::new(|_| {})).await?;
    Ok(json::read(&text)?)
}
