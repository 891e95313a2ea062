//! What the hand-written joins share.

pub use crate::platform::sql::from_json;

/// A [`shared::identity::UserRef`] of the row named by the alias, as JSON. In a space, the second
/// argument is the column of what the person is called there.
macro_rules! user_ref {
    ($alias:literal) => {
        user_ref!($alias, "NULL")
    };
    ($alias:literal, $called:literal) => {
        concat!(
            "jsonb_build_object('id', ",
            $alias,
            ".id, 'nickname', ",
            $alias,
            ".nickname, ",
            "'display_name', coalesce(",
            $called,
            ", ",
            $alias,
            ".display_name), 'avatar_url', ",
            $alias,
            ".avatar_url, ",
            "'is_bot', ",
            $alias,
            ".is_bot)"
        )
    };
}
pub(crate) use user_ref;

/// Joins what a person is called in the space of chat `c`, as the alias. `LIMIT` makes PostgreSQL look
/// each one up by both keys: in a large space it would read all members for each row.
macro_rules! called {
    ($alias:literal, $person:literal) => {
        concat!(
            "LEFT JOIN LATERAL (SELECT sm.nickname FROM space_members sm \
             WHERE sm.space_id = c.space_id AND sm.user_id = ",
            $person,
            " LIMIT 1) ",
            $alias,
            " ON true "
        )
    };
}
pub(crate) use called;
