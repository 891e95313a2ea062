//! People: the card at a name, the profile, what one does with somebody, one's own status.

mod card;
mod deeds;
mod face;
mod finder;
mod profile;
mod rename;
mod status_dialog;

pub use card::Cards;
pub use face::{CardLine, CardTop, custom_text};
pub use finder::{Among, Finder, PersonButton, PersonChip, PersonField, Rest, by_nickname};
pub use status_dialog::{StatusDialog, name_of};
