//! Something that is fetched.

use crate::api::{ApiError, ApiResult};

/// Where a fetch stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Load<T> {
    #[default]
    Loading,
    Failed(ApiError),
    Ready(T),
}

impl<T> Load<T> {
    /// The value, once it is there.
    #[must_use]
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Loading | Self::Failed(_) => None,
        }
    }

    /// The value, once it is there, to change it.
    pub fn ready_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Loading | Self::Failed(_) => None,
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn error(&self) -> Option<&ApiError> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Loading | Self::Ready(_) => None,
        }
    }
}

impl<T> Load<Vec<T>> {
    /// The same without what is in it: whether there is anything.
    #[must_use]
    pub fn filled(&self) -> Load<bool> {
        match self {
            Self::Loading => Load::Loading,
            Self::Failed(error) => Load::Failed(error.clone()),
            Self::Ready(list) => Load::Ready(!list.is_empty()),
        }
    }
}

impl<T> From<ApiResult<T>> for Load<T> {
    fn from(outcome: ApiResult<T>) -> Self {
        match outcome {
            Ok(value) => Self::Ready(value),
            Err(error) => Self::Failed(error),
        }
    }
}
