//! The space of the address.

use crate::state::last;
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

    /// The space whose chats stand in the sidebar: settings and the directory leave it as it was.
    #[must_use]
    pub fn in_sidebar(self, path: Memo<String>) -> Memo<Option<SpaceId>> {
        Memo::new(move |before: Option<&Option<SpaceId>>| {
            let is_aside = path.with(|p| {
                ["/settings", "/discover", "/inbox"].iter().any(|page| p.starts_with(page))
            });
            match before {
                Some(before) if is_aside => *before,
                None if is_aside => last::space(),
                _ => self.get(),
            }
        })
    }

    /// The id, reactively.
    #[must_use]
    pub fn get(&self) -> Option<SpaceId> {
        self.0.get()
    }
}
