//! Changes of spaces.

use super::members::may_join;
use super::{notices, presets};
use crate::error::{ApiError, ApiResult};
use crate::http::etag::IfMatch;
use crate::identity::model::{deletion, user};
use crate::realtime::stream::{self, Tx};
use crate::spaces::access::{MemberAccess, SpaceAccess};
use crate::spaces::audit::{Entry, record};
use crate::spaces::conversations::Conversations;
use crate::spaces::model::role::{NewRole, RoleRow};
use crate::spaces::model::space::{self, NewSpace, SeenSpace, SpaceChanges, SpaceRow};
use crate::spaces::model::{member, order};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{Event, RoleAssigned, SpaceDeleted, SpacesOrdered};
use shared::ids::{ChatId, FileId, SpaceId, UserId};
use shared::notifications::NotificationKind;
use shared::permission::Permission;
use shared::spaces::{AuditAction, CreateSpace, RoleKind, Space, UpdateSpace};
use shared::text::{Key, Lang, text};
use shared::topic::Topic;

/// Makes a space with its roles and its first chat.
///
/// # Errors
/// `limit_reached` for who is in as many as one may be.
pub async fn do_create_space(
    tx: &mut Tx,
    owner: UserId,
    lang: Lang,
    body: &CreateSpace,
) -> ApiResult<Space> {
    may_join(tx, owner).await?;
    let (id, chat) = (SpaceId::new(), ChatId::new());
    let presets = presets::roles(id, lang);
    NewSpace {
        id,
        name: body.name.trim(),
        description: filled(body.description.as_deref()),
        visibility: body.visibility.key(),
        owner_id: owner,
        default_chat_id: chat,
    }
    .insert(tx)
    .await?;
    NewRole::insert_all(tx, &presets.roles).await?;
    space::insert_default_chat(tx, id, chat, text(lang, Key::PresetDefaultChat)).await?;
    member::insert(tx, id, owner, presets.owner).await?;
    let space = SeenSpace::find(tx, owner, id).await?.into_space(owner);
    tx.emit(Topic::User(owner), Event::SpaceJoined(space.clone())).await?;
    Ok(space)
}

/// Changes name, description or visibility.
pub async fn do_update_space(
    tx: &mut Tx,
    access: &SpaceAccess,
    seen: &IfMatch,
    body: &UpdateSpace,
) -> ApiResult<SpaceRow> {
    let only_visibility = body.name.is_none() && body.description.is_none();
    if body.visibility.is_some() {
        access.require(Permission::ManageSpace)?;
    }
    if body.visibility.is_none() || !only_visibility {
        access.require(Permission::ChangeInfo)?;
    }
    seen.check(access.space().version)?;
    if *body == UpdateSpace::default() {
        return Ok(access.space().clone());
    }
    let changes = SpaceChanges {
        name: body.name.as_deref().map(str::trim),
        description: body.description.as_ref().map(|text| filled(text.as_deref())),
        visibility: body.visibility.map(|visibility| visibility.key()),
        ..SpaceChanges::default()
    };
    let row = changes.save(tx, access.id()).await?;
    tx.emit(access.topic(), Event::SpaceUpdated(row.clone().into_space(None))).await?;
    let old = access.space();
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::SpaceUpdated)
        .change("name", Some(&old.name), Some(&row.name))
        .change("description", old.description.as_ref(), row.description.as_ref())
        .change("visibility", Some(old.visibility().key()), Some(row.visibility().key()));
    record(tx, entry).await?;
    Ok(row)
}

/// A picture of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpacePicture {
    Avatar,
    Banner,
}

/// Shows a stored picture, or none. What was there is released by the database.
pub async fn do_set_space_picture(
    tx: &mut Tx,
    access: &SpaceAccess,
    picture: SpacePicture,
    file: Option<FileId>,
) -> ApiResult<SpaceRow> {
    access.require(Permission::ChangeInfo)?;
    let (id, url) = (Some(file), Some(file.map(shared::files::url)));
    let changes = match picture {
        SpacePicture::Avatar => {
            SpaceChanges { avatar_id: id, avatar_url: url, ..SpaceChanges::default() }
        }
        SpacePicture::Banner => {
            SpaceChanges { banner_id: id, banner_url: url, ..SpaceChanges::default() }
        }
    };
    let old = access.space();
    let (field, before) = match picture {
        SpacePicture::Avatar => ("avatar", old.avatar_url.as_ref()),
        SpacePicture::Banner => ("banner", old.banner_url.as_ref()),
    };
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::SpaceUpdated).change(
        field,
        before,
        file.map(shared::files::url),
    );
    let row = changes.save(tx, access.id()).await?;
    tx.emit(access.topic(), Event::SpaceUpdated(row.clone().into_space(None))).await?;
    record(tx, entry).await?;
    Ok(row)
}

/// Deletes the space with everything in it.
pub async fn do_delete_space(
    tx: &mut Tx,
    access: &SpaceAccess,
    seen: &IfMatch,
    conversations: &dyn Conversations,
) -> ApiResult<()> {
    access.require(Permission::DeleteSpace)?;
    seen.check(access.space().version)?;
    conversations.close(tx, access.id()).await?;
    // Before the event: waits for those who add to the space, and they may wait for its topic.
    space::delete(tx, access.id()).await?;
    tx.emit(access.topic(), Event::SpaceDeleted(SpaceDeleted { space_id: access.id() })).await?;
    Ok(())
}

/// Makes another member the owner. The owner until now is a plain member from then on.
pub async fn do_transfer_space(
    tx: &mut Tx,
    access: &SpaceAccess,
    heir: &MemberAccess,
) -> ApiResult<Space> {
    access.require_owner()?;
    let (id, old, new) = (access.id(), access.user_id(), heir.user_id());
    if old == new {
        return Err(ErrorCode::Yourself.into());
    }
    // A space whose owner cannot log in, or is on his way out, would be nobody's. Who plans the end of
    // his account locks the same row.
    user::lock(tx, new).await?;
    let is_going = user::is_placeholder(tx, new).await? || deletion::is_planned(tx, new).await?;
    if is_going || heir.member.is_bot() {
        return Err(ApiError::field("user_id", FieldCode::Unknown));
    }
    let plain = RoleRow::of_kind(tx, id, RoleKind::Member).await?;
    let crown = RoleRow::of_kind(tx, id, RoleKind::Owner).await?;
    let changes = SpaceChanges { owner_id: Some(new), ..SpaceChanges::default() };
    let row = changes.save(tx, id).await?;
    member::lift_restriction(tx, id, new).await?;
    member::set_role(tx, id, old, plain.id).await?;
    member::set_role(tx, id, new, crown.id).await?;
    // User topics in one order, whoever transfers what to whom at the same time.
    stream::lock(tx, &[Topic::User(old), Topic::User(new)]).await?;
    let told = notices::role(&crown);
    notices::tell(tx, (id, old), new, NotificationKind::RoleChange, told).await?;
    for user in [old.min(new), old.max(new)] {
        super::members::tell_membership(tx, id, user).await?;
    }
    tx.emit(access.topic(), Event::SpaceUpdated(row.into_space(None))).await?;
    for (user_id, role_id) in [(old, plain.id), (new, crown.id)] {
        let assigned = RoleAssigned { space_id: id, user_id, role_id };
        tx.emit(access.topic(), Event::RoleAssigned(assigned)).await?;
    }
    let entry = Entry::new(id, old, AuditAction::SpaceTransferred).user(new);
    record(tx, entry).await?;
    Ok(SeenSpace::find(tx, old, id).await?.into_space(old))
}

/// Puts the caller's spaces into another order, on all his devices.
pub async fn do_order_spaces(
    tx: &mut Tx,
    user: UserId,
    order: &[SpaceId],
) -> ApiResult<SpacesOrdered> {
    // Two of his windows do it one after the other.
    user::lock(tx, user).await?;
    let space_ids = order::replace(tx, user, order).await?;
    let ordered = SpacesOrdered { space_ids };
    tx.emit(Topic::User(user), Event::SpacesOrdered(ordered.clone())).await?;
    Ok(ordered)
}

/// A text with something in it; an empty one clears.
fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
