//! Spaces, their members and roles.

pub mod rail;
pub mod space_header;

pub use rail::Rail;
pub use space_header::SpaceHeader;
