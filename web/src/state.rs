//! What the client knows: small `Copy` structs of signals, given to the views as contexts.

pub mod categories;
pub mod chats;
pub mod drafts;
pub mod last;
pub mod layout;
pub mod load;
pub mod messages;
pub mod notices;
pub mod outbox;
pub mod people;
pub mod place;
pub mod roster;
pub mod session;
pub mod settings;
pub mod spaces;
pub mod storage;
pub mod threads;
pub mod typing;
pub mod waiting;
pub mod window;

pub use categories::Categories;
pub use chats::Chats;
pub use drafts::{Draft, Drafts};
pub use layout::Layout;
pub use load::Load;
pub use messages::{Messages, Room};
pub use notices::Notices;
pub use outbox::Outbox;
pub use people::People;
pub use place::Place;
pub use roster::Roster;
pub use session::Session;
pub use settings::Settings;
pub use spaces::Spaces;
pub use threads::Threads;
pub use typing::Typing;
