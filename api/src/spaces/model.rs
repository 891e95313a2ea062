//! Rows and queries.

pub mod member;
pub mod role;
pub mod space;

/// A pattern for `ILIKE`: the text anywhere, its own wildcards taken literally.
pub(crate) fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
