//! Categories of a space, and where its chats stand.

use crate::platform::db::PgConn;
use crate::platform::schema::{chat_categories, chats};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::chat::Category;
use shared::ids::{CategoryId, ChatId, SpaceId};

type Row = (CategoryId, SpaceId, String, i32);

fn wire((id, space_id, name, position): Row) -> Category {
    Category { id, space_id, name, position }
}

const COLUMNS: (
    chat_categories::id,
    chat_categories::space_id,
    chat_categories::name,
    chat_categories::position,
) = (
    chat_categories::id,
    chat_categories::space_id,
    chat_categories::name,
    chat_categories::position,
);

/// The categories of a space in their order.
///
/// # Errors
/// The database's.
pub async fn of_space(conn: &mut PgConn, space: SpaceId) -> QueryResult<Vec<Category>> {
    let rows: Vec<Row> = chat_categories::table
        .filter(chat_categories::space_id.eq(space))
        .order((chat_categories::position, chat_categories::created_at, chat_categories::id))
        .select(COLUMNS)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(wire).collect())
}

/// Whether the space has this category.
///
/// # Errors
/// The database's.
pub async fn exists(conn: &mut PgConn, space: SpaceId, id: CategoryId) -> QueryResult<bool> {
    let found = chat_categories::table
        .filter(chat_categories::space_id.eq(space).and(chat_categories::id.eq(id)));
    diesel::select(diesel::dsl::exists(found)).get_result(conn).await
}

/// Adds a category.
///
/// # Errors
/// The database's.
pub async fn insert(conn: &mut PgConn, category: &Category) -> QueryResult<()> {
    diesel::insert_into(chat_categories::table)
        .values((
            chat_categories::id.eq(category.id),
            chat_categories::space_id.eq(category.space_id),
            chat_categories::name.eq(&category.name),
            chat_categories::position.eq(category.position),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Renames a category of the space.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn rename(
    conn: &mut PgConn,
    space: SpaceId,
    id: CategoryId,
    name: &str,
) -> QueryResult<Category> {
    let row = diesel::update(chat_categories::table.find(id))
        .filter(chat_categories::space_id.eq(space))
        .set(chat_categories::name.eq(name))
        .returning(COLUMNS)
        .get_result(conn)
        .await?;
    Ok(wire(row))
}

/// Puts a category into another place.
///
/// # Errors
/// The database's.
pub async fn place(conn: &mut PgConn, id: CategoryId, position: i32) -> QueryResult<()> {
    diesel::update(chat_categories::table.find(id))
        .set(chat_categories::position.eq(position))
        .execute(conn)
        .await
        .map(drop)
}

/// Removes a category; its chats stay. `false` when the space has none with this id.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, space: SpaceId, id: CategoryId) -> QueryResult<bool> {
    let rows = diesel::delete(chat_categories::table.find(id))
        .filter(chat_categories::space_id.eq(space))
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// Where the chats of a space stand.
///
/// # Errors
/// The database's.
pub async fn places(
    conn: &mut PgConn,
    space: SpaceId,
) -> QueryResult<Vec<(ChatId, Option<CategoryId>, i32)>> {
    chats::table
        .filter(chats::space_id.eq(space))
        .select((chats::id, chats::category_id, chats::position))
        .load(conn)
        .await
}
