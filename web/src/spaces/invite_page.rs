//! Where an invitation leads: what the space is, and the way in, through an account if need be.

use super::space_header::SpaceBanner;
use crate::api::ApiError;
use crate::api::moderation as api;
use crate::effect::Effect;
use crate::i18n::{Key, t, tf, tn};
use crate::identity::Welcome;
use crate::page::{Page, before, invite_path};
use crate::router::{A, navigate, segment};
use crate::state::session::Auth;
use crate::state::spaces::fetch_all;
use crate::state::{Load, Session};
use crate::ui::{Avatar, AvatarSize, Button, Empty, Failure, Look, Picture, SkeletonRows};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::ids::SpaceId;
use shared::spaces::InvitePreview;

/// The page of an invitation.
#[component]
fn InviteScreen() -> impl IntoView {
    let named = segment(1);
    let code = Memo::new(move |_| named().unwrap_or_default());
    let found = RwSignal::new(Load::<InvitePreview>::Loading);
    let fetch = move || {
        let code = code.get_untracked();
        found.set(Load::Loading);
        spawn_local(async move {
            let outcome = api::preview_invite(&code).await;
            let _was_there = found.try_set(outcome.into());
        });
    };
    Effect::new(move |_| {
        code.track();
        fetch();
    });
    view! {
        <Welcome stays=true>
            {move || match found.get() {
                Load::Loading => view! { <SkeletonRows label=t(Key::ModerationLoading) rows=3 /> }.into_any(),
                Load::Ready(preview) => view! { <Preview preview /> }.into_any(),
                Load::Failed(error) if is_over(&error) => view! { <Over /> }.into_any(),
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=move |()| fetch() /> }.into_any()
                }
            }}
        </Welcome>
    }
}

fn is_over(error: &ApiError) -> bool {
    error.code() == Some(ErrorCode::InviteOver)
}

#[component]
fn Over() -> impl IntoView {
    view! {
        <Empty
            picture=Picture::Telescope
            title=t(Key::ModerationPreviewOver)
            text=t(Key::ModerationPreviewOverText)
        >
            <A href=Page::Home.path() attr:class="button">
                {t(Key::AppGoHome)}
            </A>
        </Empty>
    }
}

#[component]
fn Preview(preview: InvitePreview) -> impl IntoView {
    let session = expect_context::<Session>();
    let InvitePreview { code, space_id, name, description, avatar_url, member_count, .. } = preview;
    let (maker, banner) = (preview.created_by.name().to_owned(), preview.banner_url);
    let next = invite_path(&code);
    let is_in = Memo::new(move |_| matches!(session.auth(), Auth::SignedIn(_)));
    let code = StoredValue::new(code);
    view! {
        <div class="invite">
            <SpaceBanner url=Signal::stored(banner) />
            <p class="manage__hint">{move || tf(Key::ModerationPreviewInvited, &[("name", &maker)])}</p>
            <Avatar
                id=space_id.0
                name=Signal::stored(name.clone())
                url=Signal::stored(avatar_url)
                size=AvatarSize::Large
                square=true
            />
            <h1>{name}</h1>
            {description.map(|text| view! { <p class="invite__about">{text}</p> })}
            <p class="manage__hint">{move || tn(Key::SpacesMembersCount, member_count)}</p>
            {move || {
                if is_in.get() {
                    view! { <Accept code space=space_id /> }.into_any()
                } else {
                    let (login, register) =
                        (before(Page::Login, &next), before(Page::Register, &next));
                    view! {
                        <A href=login attr:class="button button--primary button--wide">
                            {t(Key::ModerationPreviewSignIn)}
                        </A>
                        <A href=register attr:class="button button--wide">
                            {t(Key::ModerationPreviewRegister)}
                        </A>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn Accept(code: StoredValue<String>, space: SpaceId) -> impl IntoView {
    // Who is in already has nothing to accept.
    let is_member = RwSignal::new(false);
    spawn_local(async move {
        if let Ok(all) = fetch_all().await {
            let _was_there = is_member.try_set(all.iter().any(|one| one.id == space));
        }
    });
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<ApiError>);
    let accept = move || {
        busy.set(true);
        failure.set(None);
        let code = code.get_value();
        spawn_local(async move {
            let outcome = api::accept_invite(&code).await;
            let is_here = busy.try_set(false).is_none();
            match outcome {
                // Whoever went elsewhere meanwhile is a member all the same.
                Ok(space) if is_here => navigate(&Page::Space(space.id).path()),
                Ok(_) => {}
                Err(error) => drop(failure.try_set(Some(error))),
            }
        });
    };
    let join = move || {
        view! {
            <Button look=Look::Primary wide=true busy on_click=move |_| accept()>
                {t(Key::ModerationPreviewJoin)}
            </Button>
        }
    };
    view! {
        <Show when=move || is_member.get() fallback=join>
            <A href=Page::Space(space).path() attr:class="button button--primary button--wide">
                {t(Key::ModerationPreviewOpen)}
            </A>
        </Show>
        {move || {
            failure
                .get()
                .map(|error| view! { <p class="form-error" role="alert">{error.sentence()}</p> })
        }}
    }
}

crate::lazy! {
    welcome => fn invite_page() -> AnyView {
        view! { <InviteScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn InvitePage() -> impl IntoView {
    crate::ui::later(invite_page)
}
