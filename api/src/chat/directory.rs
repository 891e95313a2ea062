//! Answers for sockets: which topics, which chats, whose presence.

use super::model::chat::ChatView;
use super::model::sql::{from_json, user_ref};
use super::model::view;
use crate::error::{ApiError, ApiResult};
use crate::identity::model::choices::Choices;
use crate::identity::model::person::Person;
use crate::identity::model::user::UserRow;
use crate::platform::db::Db;
use crate::platform::prepared::prepared;
use crate::platform::schema::{chats, user_choices, users};
use crate::realtime::directory::{Arrival, Directory, Question, View};
use async_trait::async_trait;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::identity::UserRef;
use shared::ids::{ChatId, SpaceId, UserId};
use shared::permission::Permission;
use shared::topic::Topic;
use std::collections::HashMap;

/// See the module.
pub struct ChatDirectory {
    db: Db,
}

impl ChatDirectory {
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Directory for ChatDirectory {
    async fn arrivals(&self, people: Vec<UserId>) -> ApiResult<Vec<Option<Arrival>>> {
        let conn = &mut *self.db.conn().await?;
        let spaces = "ARRAY(SELECT space_id FROM space_members WHERE user_id = users.id)";
        let query = users::table
            .left_join(user_choices::table)
            .filter(users::id.eq_any(people.iter().map(|user| user.0).collect::<Vec<_>>()))
            .select((
                UserRow::as_select(),
                Option::<Choices>::as_select(),
                sql::<Array<SqlUuid>>(spaces),
            ));
        let rows: Vec<(UserRow, Option<Choices>, Vec<SpaceId>)> = query.load(conn).await?;
        let arrival = |(row, choices, spaces): (_, _, Vec<SpaceId>)| {
            let person = Person::from((row, choices));
            let (user, chosen) = (person.row.id, person.chosen());
            let own = std::iter::once(Topic::User(user));
            let topics = own.chain(spaces.into_iter().map(Topic::Space)).collect();
            (user, Arrival { me: person.into(), chosen, topics })
        };
        let found: HashMap<UserId, Arrival> = rows.into_iter().map(arrival).collect();
        // Several sockets of one person ask at once.
        Ok(people.into_iter().map(|user| found.get(&user).cloned()).collect())
    }

    async fn views(&self, questions: Vec<Question>) -> ApiResult<Vec<View>> {
        let conn = &mut *self.db.conn().await?;
        Ok(view::of_people(conn, questions).await?)
    }

    async fn may_read(&self, user: UserId, chat: ChatId) -> ApiResult<()> {
        let conn = &mut *self.db.conn().await?;
        let view = ChatView::find(conn, user, chat).await?;
        if view.permissions(user).contains(Permission::ViewChat) {
            Ok(())
        } else {
            Err(ApiError::not_found())
        }
    }

    async fn space_of(&self, chat: ChatId) -> ApiResult<Option<SpaceId>> {
        let conn = &mut *self.db.conn().await?;
        let space = chats::table.find(chat.0).select(chats::space_id).first(conn).await;
        Ok(space.optional()?.flatten())
    }

    async fn knows(&self, user: UserId, other: UserId) -> ApiResult<bool> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Bool)]
            known: bool,
        }
        if user == other {
            return Ok(true);
        }
        let conn = &mut *self.db.conn().await?;
        let row: Row = diesel::sql_query(
            "SELECT EXISTS (SELECT 1 FROM space_members a JOIN space_members b \
             ON b.space_id = a.space_id AND b.user_id = $2 WHERE a.user_id = $1) \
             OR EXISTS (SELECT 1 FROM chat_members a JOIN chat_members b \
             ON b.chat_id = a.chat_id AND b.user_id = $2 WHERE a.user_id = $1) AS known",
        )
        .bind::<SqlUuid, _>(user.0)
        .bind::<SqlUuid, _>(other.0)
        .get_result(conn)
        .await?;
        Ok(row.known)
    }

    async fn faces(&self, user: UserId) -> ApiResult<Vec<(Topic, UserRef)>> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            topic: String,
            #[diesel(sql_type = Jsonb)]
            person: Value,
        }
        let conn = &mut *self.db.conn().await?;
        let rows: Vec<Row> = diesel::sql_query(concat!(
            "SELECT 'space:' || sm.space_id AS topic, ",
            user_ref!("u", "sm.nickname"),
            " AS person FROM space_members sm JOIN users u ON u.id = sm.user_id \
             WHERE sm.user_id = $1 UNION SELECT 'user:' || other.user_id, ",
            user_ref!("u"),
            " FROM users u JOIN chat_members mine ON mine.user_id = u.id \
             JOIN chat_members other ON other.chat_id = mine.chat_id WHERE u.id = $1"
        ))
        .bind::<SqlUuid, _>(user.0)
        .load(conn)
        .await?;
        let face =
            |row: Row| Ok((row.topic.parse().map_err(ApiError::internal)?, from_json(row.person)?));
        rows.into_iter().map(face).collect()
    }

    async fn audiences(&self, people: Vec<UserId>) -> ApiResult<Vec<Vec<Topic>>> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = SqlUuid)]
            person: UserId,
            #[diesel(sql_type = Text)]
            topic: String,
        }
        let conn = &mut *self.db.conn().await?;
        let query = diesel::sql_query(
            "SELECT user_id AS person, 'space:' || space_id AS topic FROM space_members \
             WHERE user_id = ANY($1) UNION \
             SELECT mine.user_id, 'user:' || other.user_id FROM chat_members mine \
             JOIN chat_members other ON other.chat_id = mine.chat_id \
                 AND other.user_id <> mine.user_id WHERE mine.user_id = ANY($1)",
        )
        .bind::<Array<SqlUuid>, _>(people.iter().map(|user| user.0).collect::<Vec<_>>());
        let mut found: HashMap<UserId, Vec<Topic>> = HashMap::new();
        for row in prepared(query).load::<Row>(conn).await? {
            let topic = row.topic.parse().map_err(ApiError::internal)?;
            found.entry(row.person).or_default().push(topic);
        }
        let audience = |user: UserId| {
            let others = found.get(&user).into_iter().flatten().copied();
            others.chain([Topic::User(user)]).collect()
        };
        Ok(people.into_iter().map(audience).collect())
    }
}
