//! Settings of this device and of the account.

mod account;
mod appearance;
mod language;
mod own_card;
mod sessions;
mod settings_page;

pub use own_card::OwnCard;
pub use settings_page::SettingsPage;
