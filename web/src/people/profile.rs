//! The whole profile of a person, and what can be done with him.

use super::card::{RoleChip, face_of};
use super::deeds::Deeds;
use super::face::{CardLine, CardTop};
use super::rename::Rename;
use crate::effect::Effect;
use crate::i18n::{Key, month_and_year, t, tf};
use crate::page::{Page, SettingsTab};
use crate::spaces::{Chosen, CurrentSpace, MemberMenu};
use crate::state::people::Seen;
use crate::state::{Load, People, Session, Spaces};
use crate::ui::{Anchor, Button, Confirm, Dialog, Failure, Icon, Look, SkeletonRows};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::{SpaceId, UserId};
use shared::people::Mark;
use shared::permission::{Permission, act_on_member};
use shared::spaces::Participant;

/// The profile of `people.open`.
#[component]
pub fn ProfileDialog(people: People) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(people.open.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && people.open.with_untracked(Option::is_some) {
            people.open.set(None);
        }
    });
    view! {
        <Dialog open title=t(Key::PeopleProfile)>
            {move || people.open.get().map(|user| view! { <Whole people user open /> })}
        </Dialog>
    }
}

#[component]
fn Whole(people: People, user: UserId, open: RwSignal<bool>) -> impl IntoView {
    let space = expect_context::<CurrentSpace>().0.get_untracked();
    let seen = RwSignal::new(people.remembered(user, space).map_or(Load::Loading, Load::Ready));
    let fetch = move || {
        spawn_local(async move {
            let outcome = people.look_at(user, space).await;
            let _was_there = seen.try_set(outcome.into());
        });
    };
    if seen.with_untracked(|seen| seen.ready().is_none()) {
        fetch();
    }
    move || match seen.get() {
        Load::Loading => view! { <SkeletonRows label=t(Key::AppLoading) rows=4 /> }.into_any(),
        Load::Failed(error) => {
            let sentence = Signal::derive(move || error.sentence());
            view! {
                <Failure
                    sentence
                    on_retry=move |()| {
                        seen.set(Load::Loading);
                        fetch();
                    }
                />
            }
            .into_any()
        }
        Load::Ready(found) => view! { <Shown people seen=found all=seen space open /> }.into_any(),
    }
}

#[component]
fn Shown(
    people: People,
    seen: Seen,
    all: RwSignal<Load<Seen>>,
    space: Option<SpaceId>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (session, spaces) = (expect_context::<Session>(), expect_context::<Spaces>());
    let deeds = Deeds::here();
    let profile = seen.profile.clone();
    let user = profile.id;
    let is_me = untrack(|| session.user_id()) == Some(user);
    let face = face_of(&seen);
    let name = StoredValue::new(face.name().to_owned());
    let nickname = StoredValue::new(face.nickname.clone());
    let status = Signal::derive(move || spaces.status(user));
    let custom = Signal::derive(move || people.custom_status(user));
    let since = tf(Key::SettingsMemberSince, &[("when", &month_and_year(profile.created_at))]);
    let joined = seen
        .member
        .as_ref()
        .map(|m| tf(Key::PeopleJoined, &[("when", &month_and_year(m.joined_at))]));
    let member = seen.member.clone();
    let (renaming, moderated) = (RwSignal::new(false), member.clone());
    let may_rename = {
        let member = member.clone();
        Memo::new(move |_| {
            let (Some(space), Some(member)) = (space, &member) else { return false };
            let target = spaces.roster(space).standing(member);
            let actor = spaces.standing(space);
            is_me
                || actor.zip(target).is_some_and(|(actor, target)| {
                    act_on_member(&actor, &target, Permission::PromoteMembers).is_ok()
                })
        })
    };
    view! {
        <div class="card card--whole">
            <CardTop
                user=Signal::stored(face)
                look=Signal::stored(profile.card)
                status
                banner=Signal::stored(profile.banner_url)
                large=true
            />
            <CardLine status=custom />
            {profile.bio.map(|bio| view! { <p class="card__bio">{bio}</p> })}
            <div class="card__facts">
                {member.clone().map(|member| view! { <RoleChip member /> })}
                {joined.map(|joined| view! { <span>{joined}</span> })}
                <span>{since}</span>
            </div>
            {match (space, member) {
                (Some(space), Some(member)) => {
                    view! { <Rename open=renaming space member all people /> }.into_any()
                }
                _ => ().into_any(),
            }}
            <div class="card__deeds">
                {if is_me {
                    view! {
                        <Button
                            look=Look::Primary
                            icon=Icon::Edit
                            on_click=move |_| {
                                open.set(false);
                                deeds.go(Page::Settings(SettingsTab::Profile));
                            }
                        >
                            {t(Key::PeopleEdit)}
                        </Button>
                    }
                        .into_any()
                } else {
                    view! {
                        <Button
                            look=Look::Primary
                            icon=Icon::MessageCircle
                            on_click=move |_| {
                                open.set(false);
                                deeds.message(user);
                            }
                        >
                            {t(Key::SpacesMessage)}
                        </Button>
                    }
                        .into_any()
                }}
                <Show when=move || may_rename.get() && !renaming.get()>
                    <Button icon=Icon::User on_click=move |_| renaming.set(true)>
                        {t(Key::PeopleRename)}
                    </Button>
                </Show>
                <Button icon=Icon::Copy on_click=move |_| deeds.copy(&nickname.get_value())>
                    {t(Key::SpacesCopyNickname)}
                </Button>
                {(!is_me).then(|| view! { <Marks deeds user name /> })}
                {(!is_me)
                    .then(|| space.zip(moderated))
                    .flatten()
                    .map(|(space, member)| view! { <Moderation space member /> })}
            </div>
        </div>
    }
}

/// What moderators do with a member; everybody may report him.
#[component]
fn Moderation(space: SpaceId, member: Participant) -> impl IntoView {
    let roster = expect_context::<Spaces>().roster(space);
    let (chosen, at) = (RwSignal::new(Some(Chosen(member))), RwSignal::new(None::<Anchor>));
    view! {
        <Button
            icon=Icon::Shield
            on_click=move |event: MouseEvent| at.set(Some(Anchor::of_event(&event)))
        >
            {t(Key::ModerationActs)}
        </Button>
        <MemberMenu space roster chosen at moderation=true />
    }
}

/// Mute and block, or hear again.
#[component]
fn Marks(deeds: Deeds, user: UserId, name: StoredValue<String>) -> impl IntoView {
    let people = deeds.people;
    let blocking = RwSignal::new(false);
    let mark = Memo::new(move |_| people.mark(user));
    let set = move |mark| deeds.mark(user, name.get_value(), mark);
    view! {
        {move || match mark.get() {
            None => {
                view! {
                    <Button icon=Icon::EyeOff on_click=move |_| set(Some(Mark::Muted))>
                        {t(Key::PeopleMute)}
                    </Button>
                    <Button
                        look=Look::Danger
                        icon=Icon::UserX
                        on_click=move |_| blocking.set(true)
                    >
                        {t(Key::PeopleBlock)}
                    </Button>
                }
                    .into_any()
            }
            Some(mark) => {
                let text = match mark {
                    Mark::Muted => Key::PeopleUnmute,
                    Mark::Blocked => Key::PeopleUnblock,
                };
                view! {
                    <Button icon=Icon::Eye on_click=move |_| set(None)>{t(text)}</Button>
                }
                    .into_any()
            }
        }}
        <Confirm
            open=blocking
            title=t(Key::PeopleBlock)
            text=move || tf(Key::PeopleBlockText, &[("name", &name.get_value())])
            action=t(Key::PeopleBlock)
            busy=Signal::stored(false)
            error=Signal::stored(None::<String>)
            on_confirm=move |()| {
                blocking.set(false);
                set(Some(Mark::Blocked));
            }
        />
    }
}
