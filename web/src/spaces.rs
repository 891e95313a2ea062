//! Spaces, their members and roles.

mod ban_dialog;
mod create_space;
mod current;
mod directory;
mod edit_space;
mod invite_dialog;
mod invite_page;
mod member_menu;
mod members_panel;
mod paged;
mod person;
mod preview;
mod rail;
mod report_dialog;
mod restrict_dialog;
mod role_editor;
mod role_members;
mod role_order;
mod roles_page;
mod settings;
mod space_form;
mod space_header;

pub use ban_dialog::BanDialog;
pub use create_space::create_space;
pub use current::CurrentSpace;
pub use directory::DiscoverPage;
pub use invite_page::InvitePage;
pub use member_menu::{Chosen, MemberMenu};
pub use members_panel::MembersPanel;
pub use paged::{Paged, rows};
pub use person::PersonCell;
pub use preview::PreviewNote;
pub use rail::Rail;
pub use report_dialog::{ReportDialog, Reported};
pub use settings::SpaceSettingsPage;
pub use space_header::SpaceHeader;
