//! Where an import goes: the space of that name, or a new one.

use super::{nickname, told};
use crate::app::App;
use crate::identity::actions::accounts::do_create_user;
use crate::identity::model::user::{self, NewUser};
use crate::platform::db::PgConn;
use crate::platform::schema::{spaces, users};
use crate::spaces::do_create_space;
use anyhow::bail;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::{SpaceId, UserId};
use shared::spaces::{CreateSpace, Visibility};
use shared::text::Lang;
use shared::validate::{Validate as _, nickname_key};

/// The space that an import fills.
#[derive(Clone, Debug)]
pub struct Target {
    pub space: SpaceId,
    pub owner: UserId,
    /// The owner's login, if the account was made for this: shown once.
    pub login: Option<(String, String)>,
}

impl Target {
    /// The only space of this name (and of this owner, if one is given), or a new public one.
    /// Without an owner a new space gets an account of its own.
    ///
    /// # Errors
    /// Several spaces have the name, the owner does not exist, or the name can't be a space's.
    pub async fn find_or_create(
        app: &App,
        name: &str,
        owner: Option<&str>,
    ) -> anyhow::Result<Self> {
        let conn = &mut *app.conn().await.map_err(told)?;
        let owner = match owner {
            Some(nickname) => Some(account(conn, nickname).await?),
            None => None,
        };
        let found = spaces_named(conn, name, owner).await?;
        match found.as_slice() {
            [(space, owner)] => return Ok(Self { space: *space, owner: *owner, login: None }),
            [] => {}
            _ => bail!("{} spaces are called `{name}`: say whose with --owner", found.len()),
        }
        let body = CreateSpace {
            name: name.to_owned(),
            description: None,
            visibility: Visibility::Public,
        };
        if !body.validate().is_empty() {
            bail!("`{name}` can't be the name of a space: 3-100 visible characters on one line");
        }
        let (owner, login) = match owner {
            Some(owner) => (owner, None),
            None => {
                let (owner, nickname, password) = make_owner(app, conn, name).await?;
                (owner, Some((nickname, password)))
            }
        };
        let made = app.transact(async |tx| do_create_space(tx, owner, Lang::En, &body).await).await;
        Ok(Self { space: made.map_err(told)?.id, owner, login })
    }
}

async fn account(conn: &mut PgConn, nickname: &str) -> anyhow::Result<UserId> {
    match user::by_nickname(conn, nickname).await.optional()? {
        Some(row) => Ok(row.id),
        None => bail!("there is no account `{nickname}`"),
    }
}

async fn spaces_named(
    conn: &mut PgConn,
    name: &str,
    owner: Option<UserId>,
) -> QueryResult<Vec<(SpaceId, UserId)>> {
    let mut query = spaces::table
        .filter(spaces::name.eq(name.trim()))
        .select((spaces::id, spaces::owner_id))
        .into_boxed();
    if let Some(owner) = owner {
        query = query.filter(spaces::owner_id.eq(owner));
    }
    query.load(conn).await
}

/// An account with a nickname like the name and a password nobody knows yet.
async fn make_owner(
    app: &App,
    conn: &mut PgConn,
    name: &str,
) -> anyhow::Result<(UserId, String, String)> {
    let tries: Vec<String> = nickname::candidates(name).take(100).collect();
    let keys: Vec<String> = tries.iter().map(|nickname| nickname_key(nickname)).collect();
    let taken: Vec<String> = users::table
        .filter(users::nickname_key.eq_any(&keys))
        .select(users::nickname_key)
        .load(conn)
        .await?;
    let free = tries.into_iter().zip(keys).find(|(_, key)| !taken.contains(key));
    let Some((nickname, _)) = free else { bail!("no free nickname: name an --owner") };
    let password = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 15]>());
    let hash = app.identity.hasher.hash(password.clone()).await.map_err(told)?;
    let person = NewUser::person(&nickname, None, hash);
    let row = do_create_user(conn, &person).await.map_err(told)?;
    Ok((row.id, row.nickname, password))
}
