//! A small space to look at on a fresh server: a bakery with people, chats and a week of talk, and
//! the login that owns it. Made in one transaction, once.

mod script;

use crate::app::App;
use crate::chat::model::chat_changes::{self, NewChat};
use crate::chat::model::message_changes::{NewMessage, next_seqs};
use crate::chat::model::{mention, reaction, read_state};
use crate::error::{ApiError, ApiResult};
use crate::identity::actions::accounts::do_create_user;
use crate::identity::model::user::{self, NewUser};
use crate::realtime::stream::Tx;
use crate::spaces::do_create_space;
use crate::spaces::model::member;
use crate::spaces::model::role::RoleRow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use diesel::OptionalExtension as _;
use script::Line;
use shared::chat::ChatKind;
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use shared::markdown;
use shared::spaces::{CreateSpace, RoleKind, Visibility};
use shared::text::{Key, Lang, text};
use shared::validate::nickname_key;
use std::collections::HashMap;
use uuid::{Builder, Uuid};

/// The account that owns the demo.
pub const NICKNAME: &str = "demo";
/// Its password where nobody but this machine can reach the server.
const LOCAL_PASSWORD: &str = "sunny bakery";

/// The people of the bakery: nickname, name, role.
const PEOPLE: [(&str, &str, Option<Key>); 7] = [
    ("olena", "Олена Кравець", Some(Key::PresetAdministrator)),
    ("petro", "Петро Шевчук", None),
    ("mia", "Mia Larsen", None),
    ("dmytro", "Дмитрий Орлов", None),
    ("sofia", "Софія Бондар", None),
    ("tom", "Tom Baker", Some(Key::PresetModerator)),
    ("iryna", "Ірина Мельник", None),
];

/// What the demo's login is, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// The nickname [`NICKNAME`] with this password.
    Password(String),
    /// Made earlier with a password that was shown then.
    ShownBefore,
}

/// Makes the demo, unless it is there.
///
/// # Errors
/// A nickname of the demo is taken, or the database's.
pub async fn load(app: &App) -> ApiResult<Login> {
    let local = !app.config.is_production() && app.config.server.listen.ip().is_loopback();
    let known = user::by_nickname(&mut *app.conn().await?, NICKNAME).await.optional()?;
    if known.is_some() {
        return Ok(match local {
            true => Login::Password(LOCAL_PASSWORD.to_owned()),
            false => Login::ShownBefore,
        });
    }
    let password = match local {
        true => LOCAL_PASSWORD.to_owned(),
        false => URL_SAFE_NO_PAD.encode(rand::random::<[u8; 15]>()),
    };
    let hash = app.identity.hasher.hash(password.clone()).await?;
    app.transact(async |tx| make(tx, hash).await).await?;
    Ok(Login::Password(password))
}

async fn make(tx: &mut Tx, password_hash: String) -> ApiResult<()> {
    let mut owner = NewUser::person(NICKNAME, None, password_hash);
    owner.display_name = Some("Demo".to_owned());
    let owner = do_create_user(tx, &owner).await?.id;
    let body = CreateSpace {
        name: "Сонячна пекарня · Sunny Bakery".to_owned(),
        description: Some("A bakery and its school. Made up, to look around in.".to_owned()),
        visibility: Visibility::Public,
    };
    let space = do_create_space(tx, owner, Lang::En, &body).await?;
    settle(tx, space.id).await?;
    let mut people = HashMap::new();
    for nickname in PEOPLE.iter().map(|(nickname, ..)| *nickname).chain([NICKNAME]) {
        let person = user::by_nickname(tx, nickname).await?.id;
        let card = user::refs(tx, &[person]).await?.remove(&person);
        people.insert(nickname, card.ok_or_else(ApiError::not_found)?);
    }
    let now = Utc::now();
    let general = space.default_chat_id.ok_or_else(ApiError::not_found)?;
    for (name, topic, lines) in [
        ("", "", script::read(include_str!("demo/general.txt"))?),
        ("orders", "Замовлення на сьогодні", script::orders()),
        (
            "rye-course",
            "Житній хліб за шість днів",
            script::read(include_str!("demo/rye-course.txt"))?,
        ),
        ("recipes", "What we bake and how", script::read(include_str!("demo/recipes.txt"))?),
        ("website", "The order page", script::read(include_str!("demo/website.txt"))?),
    ] {
        let chat = match name {
            "" => general,
            name => open_chat(tx, space.id, name, topic).await?,
        };
        let said = talk(tx, chat, &people, &lines, now).await?;
        // Something is left to read, as in life.
        let unread = if chat == general { 3 } else { 0 };
        read_state::advance(tx, owner, chat, (said - unread).max(0)).await?;
    }
    Ok(())
}

/// The people come in, each with a role.
async fn settle(tx: &mut Tx, space: SpaceId) -> ApiResult<()> {
    let roles = RoleRow::of_space(tx, space).await?;
    for (nickname, name, preset) in PEOPLE {
        let person = NewUser {
            id: UserId::new(),
            nickname: nickname.to_owned(),
            nickname_key: nickname_key(nickname),
            email: None,
            email_key: None,
            password_hash: None,
            display_name: Some(name.to_owned()),
            bio: None,
            is_bot: false,
            is_placeholder: true,
        };
        let person = do_create_user(tx, &person).await?.id;
        let role = roles.iter().find(|role| match preset {
            Some(key) => role.name == text(Lang::En, key),
            None => role.kind() == RoleKind::Member,
        });
        let role = role.ok_or_else(ApiError::not_found)?.id;
        member::insert(tx, space, person, role).await?;
    }
    Ok(())
}

async fn open_chat(tx: &mut Tx, space: SpaceId, name: &str, topic: &str) -> ApiResult<ChatId> {
    let id = ChatId::new();
    let position = chat_changes::next_position(tx, space).await?;
    NewChat {
        id,
        kind: ChatKind::Space.key(),
        space_id: Some(space),
        owner_id: None,
        name,
        topic: Some(topic),
        position,
        category_id: None,
        direct_key: None,
    }
    .insert(tx)
    .await?;
    Ok(id)
}

/// Writes the messages with the times they were said at; returns how many.
async fn talk(
    tx: &mut Tx,
    chat: ChatId,
    people: &HashMap<&str, UserRef>,
    lines: &[Line],
    now: DateTime<Utc>,
) -> ApiResult<i64> {
    let person = |nickname: &str| people.get(nickname).ok_or_else(ApiError::not_found);
    let mut ids: Vec<MessageId> = Vec::with_capacity(lines.len());
    for (line, at) in lines.iter().zip(script::times(lines, now)) {
        let id = MessageId(of_time(at));
        let seq = next_seqs(tx, chat, 1, at).await?;
        NewMessage {
            id,
            chat_id: chat,
            seq,
            author_id: person(&line.author)?.id,
            content: &line.text,
            reply_to: line.answers.and_then(|place| ids.get(place).copied()),
            thread_root: None,
            sticker_id: None,
            nonce: &format!("demo:{seq}"),
            created_at: at,
        }
        .insert(tx)
        .await?;
        let named = markdown::mentions(&line.text);
        let named: Vec<UserRef> =
            named.iter().filter_map(|name| people.get(name.as_str()).cloned()).collect();
        if !named.is_empty() {
            mention::replace(tx, id, chat, seq, &named, &[]).await?;
        }
        for (emoji, who) in &line.reactions {
            for nickname in who {
                reaction::toggle(tx, id, person(nickname)?.id, emoji).await?;
            }
        }
        ids.push(id);
    }
    Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
}

/// A message's id tells its time, also in the past.
fn of_time(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}
