//! Accounts and logins.

mod accounts;
