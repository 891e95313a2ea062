//! Signing in and making an account.

mod email_banner;
mod forgot_page;
mod login_page;
mod register_page;
mod reset_page;
mod welcome;

pub use email_banner::{EmailBanner, KeepEmail};
pub use forgot_page::ForgotPage;
pub use login_page::LoginPage;
pub use register_page::RegisterPage;
pub use reset_page::ResetPage;
pub use welcome::Welcome;
