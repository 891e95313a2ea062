//! The person's bots.

use super::bot_dialogs::{AddToSpaceDialog, BotFormDialog};
use super::bot_spaces::BotSpacesDialog;
use super::tokens::TokenList;
use crate::api::integrations as api;
use crate::effect::Effect;
use crate::i18n::{Key, t, tf, tn, tr};
use crate::state::Load;
use crate::ui::{
    Anchor, Avatar, Button, Confirm, Dialog, Empty, Failure, Icon, IconButton, Menu, MenuItem,
    MenuLine, Picture, SkeletonRows, Toasts,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::UserId;
use shared::integrations::Bot;

/// Bots, and the one that is worked on.
#[derive(Clone, Copy)]
pub struct Pen {
    pub list: RwSignal<Load<Vec<Bot>>>,
    pub chosen: RwSignal<Option<Bot>>,
}

impl Pen {
    /// Puts a bot into the list, in place of what it was.
    pub fn put(&self, bot: Bot) {
        self.list.update(|list| {
            let Some(list) = list.ready_mut() else { return };
            match list.iter_mut().find(|known| known.id == bot.id) {
                Some(known) => *known = bot,
                None => list.push(bot),
            }
        });
    }

    fn fetch(self) {
        spawn_local(async move {
            let outcome = api::list_bots().await.map(|page| page.items);
            let _was_there = self.list.try_set(outcome.into());
        });
    }
}

/// The section of bots.
#[component]
pub fn Bots() -> impl IntoView {
    let pen = Pen { list: RwSignal::new(Load::Loading), chosen: RwSignal::new(None) };
    let menu = RwSignal::new(None::<Anchor>);
    let [making, editing, tokens, adding, leaving, deleting] =
        [(); 6].map(|()| RwSignal::new(false));
    pen.fetch();
    // Tokens and memberships were counted before the dialog.
    Effect::new(move |was: Option<bool>| {
        let open = tokens.get() || adding.get() || leaving.get();
        if was == Some(true) && !open {
            pen.fetch();
        }
        open
    });
    let retry = Callback::new(move |()| {
        pen.list.set(Load::Loading);
        pen.fetch();
    });
    let name = move || {
        pen.chosen.with(|bot| bot.as_ref().map(|bot| bot.name().to_owned()).unwrap_or_default())
    };
    view! {
        <section class="settings__section">
            <h2>{t(Key::DeveloperBots)}</h2>
            <p class="settings__hint">{t(Key::DeveloperBotsText)}</p>
            {move || match pen.list.get() {
                Load::Loading => {
                    view! { <SkeletonRows label=t(Key::DeveloperLoading) rows=2 /> }.into_any()
                }
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=retry /> }.into_any()
                }
                Load::Ready(bots) if bots.is_empty() => {
                    view! { <Empty picture=Picture::Telescope title=t(Key::DeveloperNoBots) /> }
                        .into_any()
                }
                Load::Ready(bots) => {
                    let rows = bots.into_iter().map(|bot| row(pen, bot, menu));
                    view! { <ul class="sessions">{rows.collect::<Vec<_>>()}</ul> }.into_any()
                }
            }}
            <div class="settings__foot">
                <Button icon=Icon::Plus on_click=move |_| making.set(true)>
                    {t(Key::DeveloperNewBot)}
                </Button>
            </div>
            <Menu at=menu label=move || tf(Key::DeveloperBotMenu, &[("name", &name())])>
                <MenuItem
                    icon=Icon::Key
                    label=t(Key::DeveloperBotTokens)
                    on_choose=move |()| tokens.set(true)
                />
                <MenuItem
                    icon=Icon::Plus
                    label=t(Key::DeveloperAddToSpace)
                    on_choose=move |()| adding.set(true)
                />
                <Show when=move || {
                    pen.chosen.with(|bot| bot.as_ref().is_some_and(|bot| bot.space_count > 0))
                }>
                    <MenuItem
                        icon=Icon::LogOut
                        label=t(Key::DeveloperBotSpaces)
                        on_choose=move |()| leaving.set(true)
                    />
                </Show>
                <MenuItem
                    icon=Icon::Edit
                    label=t(Key::DeveloperEditBot)
                    on_choose=move |()| editing.set(true)
                />
                <MenuLine />
                <MenuItem
                    icon=Icon::Trash
                    label=t(Key::DeveloperDeleteBot)
                    danger=true
                    on_choose=move |()| deleting.set(true)
                />
            </Menu>
            <BotFormDialog open=making pen edits=false />
            <BotFormDialog open=editing pen edits=true />
            <AddToSpaceDialog open=adding pen />
            <BotSpacesDialog open=leaving pen />
            <Dialog open=tokens title=move || tf(Key::DeveloperTokensOf, &[("name", &name())])>
                <div class="dialog__body">
                    <TokenList bot=pen.chosen.get_untracked().map(|bot| bot.id) />
                </div>
            </Dialog>
            <DeleteBot pen open=deleting />
        </section>
    }
}

fn row(pen: Pen, bot: Bot, menu: RwSignal<Option<Anchor>>) -> AnyView {
    let user = bot.clone();
    let (tokens, spaces) = (bot.token_count, bot.space_count);
    let counts = move || {
        let (tokens, spaces) =
            (tn(Key::DeveloperTokenCount, tokens), tn(Key::DeveloperSpaceCount, spaces));
        format!("{tokens} · {spaces}")
    };
    let label = {
        let name = user.name().to_owned();
        move || tf(Key::DeveloperBotMenu, &[("name", &name)])
    };
    let chosen = bot.clone();
    let choose = move |event: leptos::ev::MouseEvent| {
        pen.chosen.set(Some(chosen.clone()));
        menu.set(Some(Anchor::of_event(&event)));
    };
    view! {
        <li class="sessions__row">
            <Avatar id=user.id.0 name=user.name().to_owned() url=user.avatar_url.clone() />
            <div class="sessions__text">
                <p class="sessions__name">
                    {user.name().to_owned()} " " <span class="row__bot">{t(Key::ChatBot)}</span>
                </p>
                <p class="settings__hint">{format!("@{}", user.nickname)}</p>
                <p class="settings__hint">{counts}</p>
            </div>
            <IconButton icon=Icon::More label on_click=choose />
        </li>
    }
    .into_any()
}

#[component]
fn DeleteBot(pen: Pen, open: RwSignal<bool>) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let nickname = move || pen.chosen.with(|bot| bot.as_ref().map(|bot| bot.nickname.clone()));
    let remove = move |id: UserId| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::delete_bot(id).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    toasts.done(tr(Key::DeveloperBotDeleted));
                    let _was_there = open.try_set(false);
                    let _was_there = pen.list.try_update(|list| {
                        if let Some(list) = list.ready_mut() {
                            list.retain(|bot| bot.id != id);
                        }
                    });
                }
                Err(error) => drop(failure.try_set(Some(error.sentence()))),
            }
        });
    };
    view! {
        <Confirm
            open
            title=t(Key::DeveloperDeleteBot)
            text=t(Key::DeveloperDeleteBotText)
            action=t(Key::DeveloperDeleteBot)
            phrase=Signal::derive(nickname)
            busy
            error=failure
            on_confirm=move |()| {
                if let Some(bot) = pen.chosen.get_untracked() {
                    remove(bot.id);
                }
            }
        />
    }
}
