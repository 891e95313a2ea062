//! The space of the address.

use leptos::prelude::*;
use shared::ids::SpaceId;

/// The space of the address, for everything inside the shell.
#[derive(Clone, Copy)]
pub struct CurrentSpace(pub Memo<Option<SpaceId>>);

impl CurrentSpace {
    /// Follows a path such as `/s/<id>/c/<id>`.
    #[must_use]
    pub fn follow(path: Memo<String>) -> Self {
        Self(Memo::new(move |_| {
            path.with(|path| path.strip_prefix("/s/")?.split('/').next()?.parse().ok())
        }))
    }

    /// The id, reactively.
    #[must_use]
    pub fn get(&self) -> Option<SpaceId> {
        self.0.get()
    }
}
