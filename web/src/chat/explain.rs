//! "Why can or can't this person?": what somebody may do in a chat, and the steps that decide it.

use super::talk::Talk;
use crate::api::organise as api;
use crate::effect::Effect;
use crate::i18n::{Key, by_name, exact, t, tf, tr};
use crate::people::{Among, PersonField};
use crate::state::{Load, Roster, Session, Spaces};
use crate::ui::{Button, Dialog, Failure, Glyph, Icon, SkeletonRows};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{ExplainedPermission, Explanation};
use shared::ids::{ChatId, SpaceId};
use shared::permission::{Cause, Permission, Step};
use shared::spaces::RoleKind;

/// See the module. Who manages chats may ask about anybody.
#[component]
pub fn ExplainDialog(chat: ChatId, space: SpaceId, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open wide=true title=t(Key::ConversationExplain)>
            <Explained chat space />
        </Dialog>
    }
}

#[component]
fn Explained(chat: ChatId, space: SpaceId) -> impl IntoView {
    let (spaces, session) = (expect_context::<Spaces>(), expect_context::<Session>());
    let roster = spaces.roster(space);
    let who = RwSignal::new(untrack(|| session.me()).map(|me| me.as_ref()));
    let found = RwSignal::new(Load::<Explanation>::Loading);
    let fetch = move || {
        let Some(user) = who.get_untracked().map(|who| who.id) else { return };
        spawn_local(async move {
            let outcome = api::explain(chat, user).await;
            if who.try_with_untracked(|who| who.as_ref().map(|w| w.id) == Some(user)) == Some(true)
            {
                found.set(outcome.into());
            }
        });
    };
    Effect::new(move |_| {
        who.track();
        found.set(Load::Loading);
        fetch();
    });
    let about = move || {
        who.get().map(|who| {
            tf(
                Key::ConversationExplainOf,
                &[("name", &format!("{} (@{})", who.name(), who.nickname))],
            )
        })
    };
    view! {
        <div class="dialog__body explain">
            <Show when=move || spaces.can(space, Permission::ManageChats)>
                <PersonField
                    label=t(Key::ConversationExplainWho)
                    among=Among::Members(space)
                    on_choose=move |person| who.set(Some(person))
                />
            </Show>
            <h3>{about}</h3>
            {move || match found.get() {
                Load::Loading => view! { <SkeletonRows label=t(Key::AppLoading) rows=6 /> }.into_any(),
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=move |()| fetch() /> }.into_any()
                }
                Load::Ready(explanation) => {
                    view! {
                        <ul class="explain__list">
                            {explanation
                                .permissions
                                .into_iter()
                                .map(|one| permission(one, roster))
                                .collect_view()}
                        </ul>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

fn permission(one: ExplainedPermission, roster: Roster) -> impl IntoView + use<> {
    let key = one.permission.key();
    let icon = if one.allowed { Icon::CircleCheck } else { Icon::Close };
    let answer = if one.allowed { Key::ConversationMay } else { Key::ConversationMayNot };
    let steps: Vec<_> = one
        .steps
        .into_iter()
        .map(|step| view! { <li>{move || sentence(step, roster)}</li> })
        .collect();
    view! {
        <li class="explain__one" data-allowed=if one.allowed { "true" } else { "false" }>
            <Glyph icon size=18 />
            <span class="explain__name">{move || by_name(&format!("permission.{key}"))}</span>
            <span class="visually-hidden">{t(answer)}</span>
            <ol class="explain__steps">{steps}</ol>
        </li>
    }
}

/// One step as a sentence.
fn sentence(step: Step, roster: Roster) -> String {
    let verb = if step.allows { Key::ConversationStepAllows } else { Key::ConversationStepDenies };
    let role = |id| roster.role(id).map(|role| role.name).unwrap_or_default();
    let source = match step.cause {
        Cause::Owner => tr(Key::ConversationCauseOwner).to_owned(),
        Cause::Participant => tr(Key::ConversationCauseParticipant).to_owned(),
        Cause::Role(id) => tf(Key::ConversationCauseRole, &[("role", &role(id))]),
        Cause::EverybodyOverride => tr(Key::ConversationCauseEverybody).to_owned(),
        Cause::RoleOverride(id) => tf(Key::ConversationCauseRoleHere, &[("role", &role(id))]),
        Cause::MemberOverride(_) => tr(Key::ConversationCauseMember).to_owned(),
        Cause::Restriction => tr(Key::ConversationCauseRestriction).to_owned(),
        Cause::Unseen => tr(Key::ConversationCauseUnseen).to_owned(),
    };
    format!("{source}: {}", tr(verb))
}

/// Why one may not write in a chat of a space: what was taken away and until when, or who can change it.
#[component]
fn WhyClosed(chat: ChatId, space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let open = RwSignal::new(false);
    let reason = move || {
        let me = spaces.get(space)?.me?;
        if me.denied.contains(Permission::SendMessages) {
            return Some(match me.denied_until {
                Some(at) => tf(Key::ConversationClosedUntil, &[("time", &exact(at))]),
                None => tr(Key::ConversationClosedRestricted).to_owned(),
            });
        }
        let roles = spaces.roster(space).roles();
        let may_change = roles.ready().into_iter().flatten().filter(|role| {
            role.kind == RoleKind::Owner || role.permissions.contains(Permission::ManageChats)
        });
        let names: Vec<_> = may_change.map(|role| role.name.as_str()).collect();
        let asks = || tf(Key::ConversationClosedAsk, &[("roles", &names.join(", "))]);
        (!names.is_empty()).then(asks)
    };
    view! {
        <p>{reason}</p>
        <Button on_click=move |_| open.set(true)>{t(Key::ConversationClosedWhy)}</Button>
        <ExplainDialog chat space open />
    }
}

crate::lazy! {
    tools => pub fn why_closed(talk: Talk) -> AnyView {
        talk.space().map(|space| view! { <WhyClosed chat=talk.chat space /> }).into_any()
    }
}
