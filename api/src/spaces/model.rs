//! Rows and queries.

pub mod audit;
pub mod ban;
pub mod invite;
pub mod member;
pub mod members_list;
pub mod order;
pub mod report;
pub mod role;
pub mod space;
