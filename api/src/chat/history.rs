//! Which messages a page of history holds.

use super::model::message::{MessageRow, Place, Point};
use crate::error::{ApiError, ApiResult};
use crate::http::query::storable;
use crate::platform::db::PgConn;
use chrono::{DateTime, Utc};
use shared::error::FieldCode;

/// Which part: at most one of the four; none: the newest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    pub before: Option<i64>,
    pub after: Option<i64>,
    pub around: Option<i64>,
    pub at: Option<DateTime<Utc>>,
}

impl Part {
    /// # Errors
    /// `invalid` when several are given, a negative one, or a time that cannot be stored.
    pub fn check(self) -> ApiResult<()> {
        let given = [self.before, self.after, self.around];
        if given.iter().flatten().count() + usize::from(self.at.is_some()) > 1 {
            return Err(ApiError::field("before", FieldCode::Duplicate));
        }
        if given.into_iter().flatten().any(|seq| seq < 0) {
            return Err(ApiError::field("before", FieldCode::OutOfRange));
        }
        if self.at.is_some_and(|at| !storable(at)) {
            return Err(ApiError::field("at", FieldCode::OutOfRange));
        }
        Ok(())
    }
}

/// A page, oldest first.
pub struct Rows {
    pub rows: Vec<MessageRow>,
    pub has_before: bool,
    pub has_after: bool,
}

/// Reads a page with one statement.
///
/// # Errors
/// The database's.
pub async fn page(conn: &PgConn, place: Place, part: Part, limit: i64) -> ApiResult<Rows> {
    let limit = usize::try_from(limit).unwrap_or_default();
    let half = limit / 2;
    let (point, older, newer) = match part {
        Part { after: Some(after), .. } => (Point::Seq(after.saturating_add(1)), 0, limit),
        Part { around: Some(around), .. } => (Point::Seq(around), half, limit - half),
        Part { at: Some(at), .. } => (Point::Time(at), half, limit - half),
        Part { before, .. } => (Point::Seq(before.unwrap_or(i64::MAX)), limit, 0),
    };
    // One more on each side tells whether there is more.
    let (mut rows, mut after) =
        MessageRow::page(conn, place, point, (older + 1, newer + 1)).await?;
    let (has_before, has_after) = (rows.len() > older, after.len() > newer);
    rows.drain(..usize::from(has_before));
    after.truncate(newer);
    rows.append(&mut after);
    Ok(Rows { rows, has_before, has_after })
}
