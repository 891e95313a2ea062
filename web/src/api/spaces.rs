//! Spaces, members and roles.

use super::client::{Call, delete, get, patch, post};
use super::{ApiResult, version_of};
use crate::state::kept;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::page::Page;
use shared::spaces::{
    CreateRole, CreateSpace, MAX_MEMBERSHIPS, OnlineMembers, Participant, Role, Space, UpdateRole,
    UpdateSpace,
};

/// Where the caller is a member: all of it is one page.
pub async fn list_spaces(cursor: Option<String>) -> ApiResult<Page<Space>> {
    match cursor {
        None => spaces().kept().send().await,
        Some(cursor) => spaces().query("cursor", cursor).send().await,
    }
}

fn spaces() -> Call {
    get("/spaces").query("limit", MAX_MEMBERSHIPS)
}

/// The first page as it was the last time, see [`kept`].
pub fn kept_spaces(owner: UserId) -> Option<Page<Space>> {
    kept::answer(owner, &spaces().address())
}

/// A page of the directory, by a part of the name.
pub async fn list_directory(query: &str, cursor: Option<String>) -> ApiResult<Page<Space>> {
    get("/spaces")
        .query("directory", true)
        .query_some("q", (!query.is_empty()).then_some(query))
        .query_some("cursor", cursor)
        .send()
        .await
}

/// One space.
pub async fn get_space(space: SpaceId) -> ApiResult<Space> {
    get(format!("/spaces/{space}")).send().await
}

/// Makes a space; the caller owns it.
pub async fn create_space(body: &CreateSpace) -> ApiResult<Space> {
    post("/spaces").json(body).send().await
}

/// Changes name, description or visibility, where they are as an editor saw them.
pub async fn update_space(seen: &Space, body: &UpdateSpace) -> ApiResult<Space> {
    let path = format!("/spaces/{}", seen.id);
    let is_same = |now: &Space| {
        (body.name.is_none() || now.name == seen.name)
            && (body.description.is_none() || now.description == seen.description)
            && (body.visibility.is_none() || now.visibility == seen.visibility)
    };
    let version = version_of(&path, is_same).await?;
    patch(path).seen(version).json(body).send().await
}

/// Deletes the space with everything in it.
pub async fn delete_space(space: SpaceId) -> ApiResult<()> {
    delete(format!("/spaces/{space}")).send().await
}

/// Joins a public space.
pub async fn join_space(space: SpaceId) -> ApiResult<Space> {
    post(format!("/spaces/{space}/join")).send().await
}

/// Leaves a space.
pub async fn leave_space(space: SpaceId) -> ApiResult<()> {
    post(format!("/spaces/{space}/leave")).send().await
}

/// A page of the members.
pub async fn list_participants(
    space: SpaceId,
    cursor: Option<String>,
) -> ApiResult<Page<Participant>> {
    get(format!("/spaces/{space}/participants"))
        .query("limit", 100)
        .query_some("cursor", cursor)
        .send()
        .await
}

/// How many members are there, and who, unless they are a crowd.
pub async fn online_members(space: SpaceId) -> ApiResult<OnlineMembers> {
    get(format!("/spaces/{space}/online")).send().await
}

/// One member.
pub async fn get_participant(space: SpaceId, user: UserId) -> ApiResult<Participant> {
    get(format!("/spaces/{space}/participants/{user}")).send().await
}

/// The members with this in their names.
pub async fn find_participants(space: SpaceId, name: &str) -> ApiResult<Page<Participant>> {
    get(format!("/spaces/{space}/participants")).query("limit", 100).query("q", name).send().await
}

/// Those of these people who are members; at most 100.
pub async fn list_members_of(space: SpaceId, users: &[UserId]) -> ApiResult<Page<Participant>> {
    let ids: Vec<String> = users.iter().map(UserId::to_string).collect();
    get(format!("/spaces/{space}/participants")).query("ids", ids.join(",")).send().await
}

/// The holders of a role, a page.
pub async fn list_role_members(
    space: SpaceId,
    role: RoleId,
    cursor: Option<String>,
) -> ApiResult<Page<Participant>> {
    get(format!("/spaces/{space}/roles/{role}/members")).query_some("cursor", cursor).send().await
}

/// All roles, strongest first.
pub async fn list_roles(space: SpaceId) -> ApiResult<Page<Role>> {
    get(format!("/spaces/{space}/roles")).send().await
}

/// Makes a role.
pub async fn create_role(space: SpaceId, body: &CreateRole) -> ApiResult<Role> {
    post(format!("/spaces/{space}/roles")).json(body).send().await
}

/// Changes a role, where it is as an editor saw it.
pub async fn update_role(seen: &Role, body: &UpdateRole) -> ApiResult<Role> {
    let path = format!("/spaces/{}/roles/{}", seen.space_id, seen.id);
    let is_same = |now: &Role| {
        (body.name.is_none() || now.name == seen.name)
            && (body.color.is_none() || now.color == seen.color)
            && (body.priority.is_none() || now.priority == seen.priority)
            && (body.permissions.is_none() || now.permissions == seen.permissions)
    };
    let version = version_of(&path, is_same).await?;
    patch(path).seen(version).json(body).send().await
}

/// Gives a member a role.
pub async fn assign_role(space: SpaceId, user: UserId, role: RoleId) -> ApiResult<()> {
    post(format!("/spaces/{space}/assign-role/{user}/{role}")).send().await
}
