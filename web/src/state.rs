//! What the client knows: small `Copy` structs of signals, given to the views as contexts.

pub mod layout;
pub mod load;
pub mod roster;
pub mod session;
pub mod settings;
pub mod spaces;
pub mod storage;

pub use layout::Layout;
pub use load::Load;
pub use roster::Roster;
pub use session::Session;
pub use settings::Settings;
pub use spaces::Spaces;
