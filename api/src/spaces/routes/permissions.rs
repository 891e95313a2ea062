//! `/permissions`: the catalogue.

use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::Json;
use crate::http::language::Language;
use actix_web::get;
use shared::permission::{Permission, PermissionGroup};
use shared::spaces::{PermissionCatalogue, PermissionText};
use shared::text::{Lang, named};

/// All permissions in groups, with their texts in the caller's language.
#[utoipa::path(tag = "spaces", responses((status = 200, body = Vec<PermissionCatalogue>)))]
#[get("/permissions")]
pub async fn list_permissions(
    _: CurrentUser,
    Language(lang): Language,
) -> ApiResult<Json<Vec<PermissionCatalogue>>> {
    Ok(Json(PermissionGroup::ALL.iter().map(|group| catalogue(*group, lang)).collect()))
}

fn catalogue(group: PermissionGroup, lang: Lang) -> PermissionCatalogue {
    let texts = |key: Permission| PermissionText {
        key,
        name: named(lang, &format!("permission.{}", key.key())),
        description: named(lang, &format!("permission.{}_hint", key.key())),
    };
    let members = Permission::ALL.iter().copied().filter(|key| key.group() == group);
    PermissionCatalogue {
        group,
        name: named(lang, &format!("permission.group_{}", group.key())),
        permissions: members.map(texts).collect(),
    }
}
