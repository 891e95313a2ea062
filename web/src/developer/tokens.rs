//! Lists of tokens: the person's own, and those of a bot.

use super::new_token::NewTokenDialog;
use crate::api::ApiResult;
use crate::api::integrations as api;
use crate::form::Question;
use crate::i18n::{Key, exact, relative, t, tf, tr};
use crate::state::Load;
use crate::ui::{Button, Failure, Glyph, Icon, IconButton, SkeletonRows, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::UserId;
use shared::integrations::AccessToken;
use shared::page::Page;

type List = RwSignal<Load<Vec<AccessToken>>>;

/// The tokens that ask in the person's own name.
#[component]
pub fn OwnTokens() -> impl IntoView {
    view! {
        <section class="settings__section">
            <h2>{t(Key::DeveloperTokens)}</h2>
            <p class="settings__hint">{t(Key::DeveloperTokensText)}</p>
            <TokenList bot=None />
        </section>
    }
}

/// Tokens with an end for each, and a way to make one.
#[component]
pub fn TokenList(bot: Option<UserId>) -> impl IntoView {
    let list: List = RwSignal::new(Load::Loading);
    let making = RwSignal::new(false);
    let fetch = move || {
        spawn_local(async move {
            let outcome: ApiResult<Page<AccessToken>> = api::list_tokens(bot).await;
            let _was_there = list.try_set(outcome.map(|page| page.items).into());
        });
    };
    fetch();
    let retry = Callback::new(move |()| {
        list.set(Load::Loading);
        fetch();
    });
    let made = Callback::new(move |token: AccessToken| {
        list.update(|list| {
            if let Some(list) = list.ready_mut() {
                list.insert(0, token);
            }
        });
    });
    view! {
        {move || match list.get() {
            Load::Loading => {
                view! { <SkeletonRows label=t(Key::DeveloperLoading) rows=2 /> }.into_any()
            }
            Load::Failed(error) => {
                let sentence = Signal::derive(move || error.sentence());
                view! { <Failure sentence on_retry=retry /> }.into_any()
            }
            Load::Ready(tokens) if tokens.is_empty() => {
                view! { <p class="developer__none">{t(Key::DeveloperNoTokens)}</p> }.into_any()
            }
            Load::Ready(tokens) => {
                let rows = tokens.into_iter().map(|token| row(bot, token, list));
                view! { <ul class="sessions">{rows.collect::<Vec<_>>()}</ul> }.into_any()
            }
        }}
        <div class="settings__foot">
            <Button icon=Icon::Plus on_click=move |_| making.set(true)>
                {t(Key::DeveloperNewToken)}
            </Button>
        </div>
        <NewTokenDialog open=making bot on_made=made />
    }
}

fn row(bot: Option<UserId>, token: AccessToken, list: List) -> AnyView {
    let AccessToken { id, name, hint, scopes, expires_at, last_used_at, .. } = token;
    let keys = scopes.iter().map(|scope| scope.key()).collect::<Vec<_>>().join(", ");
    let used = move || match last_used_at {
        Some(at) => tf(Key::DeveloperUsed, &[("when", &relative(at))]),
        None => tr(Key::DeveloperNeverUsed).to_owned(),
    };
    let ends = move || match expires_at {
        Some(at) => tf(Key::DeveloperEnds, &[("when", &exact(at))]),
        None => tr(Key::DeveloperEndless).to_owned(),
    };
    let label = {
        let name = name.clone();
        move || tf(Key::DeveloperRevoke, &[("name", &name)])
    };
    let toasts = expect_context::<Toasts>();
    let revoking = Question::default();
    let revoke = move || {
        revoking.answer(api::revoke_token(bot, id), move || {
            toasts.done(tr(Key::DeveloperRevoked));
            let _was_there = list.try_update(|list| {
                if let Some(list) = list.ready_mut() {
                    list.retain(|token| token.id != id);
                }
            });
        });
    };
    view! {
        <li class="sessions__row">
            <Glyph icon=Icon::Key />
            <div class="sessions__text">
                <p class="sessions__name">{name}</p>
                <p class="settings__hint developer__mono">{hint}</p>
                <p class="settings__hint">{keys}</p>
                <p class="settings__hint">{used} " · " {ends}</p>
            </div>
            <IconButton icon=Icon::Trash label=label.clone() on_click=move |_| revoking.ask() />
            {revoking.dialog(label, t(Key::DeveloperRevokeText), revoke)}
        </li>
    }
    .into_any()
}
