//! HTTP only: extract, load, act, answer.

pub mod download;
pub mod upload;

use utoipa::ToSchema;

/// An upload: one file in a form.
#[derive(ToSchema)]
pub struct FileForm {
    /// The file, with its name.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}
