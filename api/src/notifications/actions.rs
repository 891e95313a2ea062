pub mod notify;
pub mod read;
pub mod settings;
