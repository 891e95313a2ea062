//! `idempotency_keys`.

use crate::platform::db::PgConn;
use crate::platform::schema::idempotency_keys as keys;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::UserId;

/// A request that wants to be done once.
pub(super) struct Claim {
    pub user: UserId,
    pub key: String,
    pub fingerprint: Vec<u8>,
}

/// An answer as it is kept.
pub(super) struct Stored {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What became of a claim.
pub(super) enum Taken {
    Fresh,
    Before(Stored),
    Mismatch,
    StillRunning,
}

/// Takes the key where it is free. One that was never finished belongs to a server that died; it is
/// free again after two minutes, longer than any request may run.
const TAKE: &str = "\
    INSERT INTO idempotency_keys AS k (user_id, key, fingerprint) VALUES ($1, $2, $3) \
    ON CONFLICT (user_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = NULL, \
        headers = NULL, body = NULL, created_at = now() \
    WHERE k.created_at < now() - interval '24 hours' \
        OR (k.status IS NULL AND k.created_at < now() - interval '2 minutes')";

type Row = (Vec<u8>, Option<i16>, Option<serde_json::Value>, Option<Vec<u8>>);

impl Claim {
    pub(super) async fn take(&self, conn: &mut PgConn) -> QueryResult<Taken> {
        let taken = diesel::sql_query(TAKE)
            .bind::<SqlUuid, _>(self.user.0)
            .bind::<Text, _>(&self.key)
            .bind::<Binary, _>(&self.fingerprint)
            .execute(conn)
            .await?;
        if taken > 0 {
            return Ok(Taken::Fresh);
        }
        let row: Option<Row> = keys::table
            .find((self.user, &self.key))
            .select((keys::fingerprint, keys::status, keys::headers, keys::body))
            .first(conn)
            .await
            .optional()?;
        Ok(match row {
            Some((fingerprint, ..)) if fingerprint != self.fingerprint => Taken::Mismatch,
            Some((_, Some(status), headers, body)) => Taken::Before(Stored {
                status: u16::try_from(status).unwrap_or(200),
                headers: headers
                    .and_then(|headers| serde_json::from_value(headers).ok())
                    .unwrap_or_default(),
                body: body.unwrap_or_default(),
            }),
            // Given back this very moment, or running.
            None | Some(_) => Taken::StillRunning,
        })
    }

    pub(super) async fn keep(&self, conn: &mut PgConn, stored: &Stored) -> QueryResult<()> {
        diesel::update(keys::table.find((self.user, &self.key)))
            .set((
                keys::status.eq(i16::try_from(stored.status).ok()),
                keys::headers.eq(serde_json::to_value(&stored.headers).ok()),
                keys::body.eq(&stored.body),
            ))
            .execute(conn)
            .await
            .map(drop)
    }

    pub(super) async fn give_back(&self, conn: &mut PgConn) -> QueryResult<()> {
        let row = keys::table.find((self.user, &self.key));
        diesel::delete(row.filter(keys::status.is_null())).execute(conn).await.map(drop)
    }
}

/// Deletes answers older than 24 h; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn) -> QueryResult<usize> {
    let before = chrono::Utc::now() - chrono::TimeDelta::hours(24);
    diesel::delete(keys::table.filter(keys::created_at.lt(before))).execute(conn).await
}
