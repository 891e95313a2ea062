//! How often somebody may try.

use crate::http::rate_limit::Limit;

/// Passwords compared for one account: never more than 20 within an hour. Sessions that exist are
/// not touched by it.
pub const PASSWORD: Limit = Limit { name: "password", burst: 10, per_hour: 10 };
/// Passwords compared for one address; a class may log in at the same minute.
pub const LOGIN_ADDRESS: Limit = Limit { name: "login_address", burst: 100, per_hour: 600 };
/// Letters with a link for a new password, for one login.
pub const FORGOT: Limit = Limit { name: "forgot", burst: 3, per_hour: 6 };
/// The same, asked for from one address.
pub const FORGOT_ADDRESS: Limit = Limit { name: "forgot_address", burst: 20, per_hour: 60 };
/// Links tried from one address.
pub const RESET_ADDRESS: Limit = Limit { name: "reset_address", burst: 20, per_hour: 60 };
/// Letters with a code, for one account.
pub const CODE_LETTER: Limit = Limit { name: "code_letter", burst: 4, per_hour: 6 };
/// Codes typed for one account.
pub const CODE: Limit = Limit { name: "code", burst: 10, per_hour: 20 };
/// Accounts made from one address.
pub const REGISTER: Limit = Limit { name: "register", burst: 30, per_hour: 60 };
