//! The space of the address.

use crate::state::{Load, Spaces, last};
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
        let spaces = expect_context::<Spaces>();
        // Not one that is gone, or that was never seen.
        let is_there = move |id: &SpaceId| {
            spaces.get(*id).is_some() || !matches!(spaces.load(), Load::Ready(()))
        };
        Memo::new(move |before: Option<&Option<SpaceId>>| {
            let is_aside = path.with(|p| {
                ["/settings", "/discover", "/inbox"].iter().any(|page| p.starts_with(page))
            });
            match before {
                Some(before) if is_aside => before.filter(is_there),
                None if is_aside => last::space().filter(is_there),
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
