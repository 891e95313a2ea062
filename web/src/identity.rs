//! Signing in and making an account.

mod login_page;
mod register_page;
mod welcome;

pub use login_page::LoginPage;
pub use register_page::RegisterPage;
