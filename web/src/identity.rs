//! Signing in and making an account.
