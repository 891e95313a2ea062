//! How often somebody may try.

use crate::http::rate_limit::Limit;

/// Passwords compared for one account: never more than 20 within an hour. Sessions that exist are
/// not touched by it.
pub const PASSWORD: Limit = Limit { name: "password", burst: 10, per_hour: 10 };
/// Passwords compared for one address; a class may log in at the same minute.
pub const LOGIN_ADDRESS: Limit = Limit { name: "login_address", burst: 100, per_hour: 600 };
/// Accounts made from one address.
pub const REGISTER: Limit = Limit { name: "register", burst: 30, per_hour: 60 };
