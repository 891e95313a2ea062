//! The inbox, its settings, and what rings.

mod bell;
mod deliveries;
mod entry;
mod inbox_page;
mod kinds_dialog;
mod levels;
mod loudness;
pub mod pop_up;
mod settings_tab;
mod unsubscribe_page;

pub use bell::{BellItem, BellLink};
pub use inbox_page::InboxPage;
pub use loudness::LoudnessMenu;
pub use settings_tab::NotificationsTab;
pub use unsubscribe_page::UnsubscribePage;
