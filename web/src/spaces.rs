//! Spaces, their members and roles.

mod create_space;
mod current;
mod directory;
mod edit_space;
mod member_menu;
mod members_panel;
mod rail;
mod role_editor;
mod roles_dialog;
mod space_form;
mod space_header;

pub use create_space::CreateSpaceDialog;
pub use current::CurrentSpace;
pub use directory::DiscoverPage;
pub use members_panel::MembersPanel;
pub use rail::Rail;
pub use space_header::SpaceHeader;
