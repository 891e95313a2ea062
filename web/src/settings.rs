//! Settings of this device and of the account.

pub mod own_card;

pub use own_card::OwnCard;
