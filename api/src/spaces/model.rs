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

/// A pattern for `ILIKE`: the text anywhere, its own wildcards taken literally.
pub(crate) fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
