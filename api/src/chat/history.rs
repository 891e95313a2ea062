//! Which messages a page of history holds.

use super::model::message::{MessageRow, Place};
use crate::error::{ApiError, ApiResult};
use crate::platform::db::PgConn;
use shared::error::FieldCode;

/// Which part: at most one of the three; none: the newest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    pub before: Option<i64>,
    pub after: Option<i64>,
    pub around: Option<i64>,
}

impl Part {
    /// # Errors
    /// `invalid` when several are given, or a negative one.
    pub fn check(self, others: usize) -> ApiResult<()> {
        let given = [self.before, self.after, self.around];
        if given.iter().flatten().count() + others > 1 {
            return Err(ApiError::field("before", FieldCode::Duplicate));
        }
        if given.into_iter().flatten().any(|seq| seq < 0) {
            return Err(ApiError::field("before", FieldCode::OutOfRange));
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

/// Reads a page of a place whose newest message has `last_seq`.
///
/// # Errors
/// The database's.
pub async fn page(
    conn: &mut PgConn,
    place: Place,
    part: Part,
    limit: i64,
    last_seq: i64,
) -> ApiResult<Rows> {
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    match (part.after, part.around) {
        (Some(after), _) => {
            let mut rows = MessageRow::page_after(conn, place, after, limit + 1).await?;
            let has_after = rows.len() > size;
            rows.truncate(size);
            Ok(Rows { rows, has_before: after > 0, has_after })
        }
        (None, Some(around)) => {
            let half = limit / 2;
            let mut older = MessageRow::page_before(conn, place, around, half + 1).await?;
            let newer_size = limit - half;
            let mut newer = MessageRow::page_after(conn, place, around - 1, newer_size + 1).await?;
            let has_before = older.len() as i64 > half;
            let has_after = newer.len() as i64 > newer_size;
            older.truncate(usize::try_from(half).unwrap_or(usize::MAX));
            newer.truncate(usize::try_from(newer_size).unwrap_or(usize::MAX));
            older.reverse();
            older.append(&mut newer);
            Ok(Rows { rows: older, has_before, has_after })
        }
        (None, None) => {
            let end = part.before.unwrap_or(i64::MAX);
            let mut rows = MessageRow::page_before(conn, place, end, limit + 1).await?;
            let has_before = rows.len() > size;
            let has_after = part.before.is_some_and(|before| before <= last_seq);
            rows.truncate(size);
            rows.reverse();
            Ok(Rows { rows, has_before, has_after })
        }
    }
}
