//! What moderators do with the author of a message.

use super::talk::Talk;
use crate::api::spaces as api;
use crate::effect::Effect;
use crate::i18n::{Key, tr};
use crate::spaces::{BanDialog, Chosen, MemberMenu};
use crate::state::Spaces;
use crate::ui::Anchor;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::identity::UserRef;
use shared::ids::SpaceId;
use shared::permission::Permission;

/// Keys of which one is enough to be offered the menu.
const ACTS: [Permission; 4] = [
    Permission::KickMembers,
    Permission::RestrictMembers,
    Permission::BanMembers,
    Permission::PromoteMembers,
];

/// Whether the reader may do anything to people of the space, reactively.
#[must_use]
pub fn may_moderate(spaces: Spaces, space: SpaceId) -> bool {
    ACTS.iter().any(|key| spaces.can(space, *key))
}

/// The menu of whoever `asked` names. Who is no member any more can only be banned.
#[component]
pub fn AuthorMenu(
    talk: Talk,
    space: SpaceId,
    asked: RwSignal<Option<(UserRef, Anchor)>>,
) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let roster = spaces.roster(space);
    let (chosen, at) = (RwSignal::new(None::<Chosen>), RwSignal::new(None::<Anchor>));
    let (gone, banning) = (RwSignal::new(None::<UserRef>), RwSignal::new(false));
    Effect::new(move |_| {
        let Some((user, anchor)) = asked.get() else { return };
        asked.set(None);
        spawn_local(async move {
            match api::list_members_of(space, &[user.id]).await.map(|page| page.items) {
                Ok(found) => match found.into_iter().next() {
                    Some(member) => {
                        let _was_there = chosen.try_set(Some(Chosen(member)));
                        let _was_there = at.try_set(Some(anchor));
                    }
                    None if untrack(|| spaces.can(space, Permission::BanMembers)) => {
                        let _was_there = gone.try_set(Some(user));
                        let _was_there = banning.try_set(true);
                    }
                    None => talk.toasts.failed(tr(Key::ModerationNotMember)),
                },
                Err(error) => talk.toasts.failed(error.sentence()),
            }
        });
    });
    view! {
        <MemberMenu space roster chosen at moderation=true />
        <BanDialog open=banning space user=gone />
    }
}
