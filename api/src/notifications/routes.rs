pub mod inbox;
pub mod letters;
pub mod settings;
