//! Settings of the account, kept there and on this device.

mod account;
mod appearance;
mod data;
mod language;
mod own_card;
mod privacy;
mod profile;
mod security;
mod sessions;
mod settings_page;

pub use own_card::OwnCard;
pub use settings_page::SettingsPage;
