//! The queue of reports.

use crate::api::moderation as api;
use crate::api::{ApiResult, chat};
use crate::effect::Effect;
use crate::form::Question;
use crate::i18n::{Key, by_name, relative, t, tf, tr};
use crate::page::{Page, link};
use crate::router::A;
use crate::spaces::ban_dialog::{BanDialog, filled};
use crate::spaces::paged::{Paged, rows};
use crate::spaces::person::PersonCell;
use crate::spaces::restrict_dialog::RestrictDialog;
use crate::state::{Session, Spaces};
use crate::ui::{Button, Choice, Choices, Icon, Look, TextField, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::SpaceId;
use shared::permission::Permission;
use shared::spaces::{Report, ReportState};
use std::future::Future;

#[component]
pub fn Reports(space: SpaceId) -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let shown = RwSignal::new(ReportState::Open);
    let fetch = move |cursor| -> std::pin::Pin<Box<dyn Future<Output = ApiResult<_>>>> {
        Box::pin(api::list_reports(space, shown.get_untracked(), cursor))
    };
    let list: Paged<Report> = Paged::start(fetch);
    // Anew whenever another state is chosen or the number of open ones changes.
    Effect::new(move |before: Option<()>| {
        let _follows = (shown.get(), spaces.open_reports(space));
        if before.is_some() {
            list.reload();
        }
    });
    let empty = (Key::ModerationReportsNone, Some(Key::ModerationReportsNoneText));
    view! {
        <section class="settings__section">
            <Choices label=t(Key::ModerationTabReports)>
                {ReportState::ALL
                    .iter()
                    .map(|state| {
                        let state = *state;
                        view! {
                            <Choice
                                label=move || by_name(&format!("moderation.state_{}", state.key()))
                                checked=Signal::derive(move || shown.get() == state)
                                on_choose=move |()| shown.set(state)
                            />
                        }
                    })
                    .collect_view()}
            </Choices>
            {rows(list, empty, |report, list| view! { <Row report list /> }.into_any())}
        </section>
    }
}

#[component]
fn Row(report: Report, list: Paged<Report>) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let session = expect_context::<Session>();
    let (space, id, user) = (report.space_id, report.id, report.user.clone());
    let is_mine = session.user_id() == Some(user.id);
    let can = move |permission| !is_mine && spaces.can(space, permission);
    let deleting = Question::default();
    let (banning, restricting) = (RwSignal::new(false), RwSignal::new(false));
    let is_deleted = RwSignal::new(report.message.is_some_and(|message| message.is_deleted));
    let outcome = RwSignal::new(String::new());
    let decide = move |state: ReportState| {
        let outcome = filled(&outcome.get_untracked());
        spawn_local(async move {
            match api::handle_report(space, id, state, outcome).await {
                Ok(_) => list.retain(|other| other.id != id),
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    let message = report.message;
    let delete = move || {
        let Some(message) = message else { return };
        deleting.answer(chat::delete_message(message.id), move || {
            let _was_there = is_deleted.try_set(true);
        });
    };
    let details = {
        let (reason, reporter, at) = (report.reason, report.reporter.clone(), report.created_at);
        move || {
            let who = reporter.as_ref().map_or(tr(Key::ModerationSomebody), |who| who.name());
            let reason = by_name(&format!("moderation.reason_{}", reason.key()));
            let by = tf(Key::ModerationReportedBy, &[("name", who)]);
            format!("{reason} · {by} · {}", relative(at))
        }
    };
    let handled = report.handled_by.clone().zip(report.handled_at).map(|(by, at)| {
        move || tf(Key::ModerationHandled, &[("name", by.name()), ("time", &relative(at))])
    });
    let is_open = report.state == ReportState::Open;
    view! {
        <li class="manage__card">
            <PersonCell user=user.clone() details=Signal::derive(details) />
            {report.content.clone().map(|text| view! { <blockquote class="manage__quote">{text}</blockquote> })}
            {report.note.clone().map(|note| view! { <p>{note}</p> })}
            {handled.map(|text| view! { <p class="manage__hint">{text}</p> })}
            {report.outcome.clone().map(|text| view! { <p>{text}</p> })}
            <Show when=move || is_deleted.get()>
                <p class="manage__hint">{t(Key::ModerationMessageGone)}</p>
            </Show>
            {is_open
                .then(|| {
                    view! {
                        <TextField
                            label=t(Key::ModerationOutcome)
                            placeholder=t(Key::ModerationOutcomeHint)
                            value=outcome
                        />
                    }
                })}
            <div class="manage__acts">
                {message
                    .map(|message| {
                        view! {
                            <Show when=move || !is_deleted.get()>
                                <A
                                    href=link(
                                        Page::Chat(space, message.chat_id),
                                        message.thread_root,
                                        message.seq,
                                    )
                                    attr:class="button"
                                >
                                    {t(Key::ModerationOpenMessage)}
                                </A>
                                <Button icon=Icon::Trash on_click=move |_| deleting.ask()>
                                    {t(Key::ModerationDeleteMessage)}
                                </Button>
                            </Show>
                        }
                    })}
                <Show when=move || can(Permission::RestrictMembers)>
                    <Button icon=Icon::Lock on_click=move |_| restricting.set(true)>
                        {t(Key::ModerationRestrict)}
                    </Button>
                </Show>
                <Show when=move || can(Permission::BanMembers)>
                    <Button icon=Icon::UserX on_click=move |_| banning.set(true)>
                        {t(Key::ModerationBan)}
                    </Button>
                </Show>
                {if is_open {
                    view! {
                        <Button on_click=move |_| decide(ReportState::Dismissed)>
                            {t(Key::ModerationDismiss)}
                        </Button>
                        <Button look=Look::Primary on_click=move |_| decide(ReportState::Resolved)>
                            {t(Key::ModerationResolve)}
                        </Button>
                    }
                        .into_any()
                } else {
                    view! {
                        <Button on_click=move |_| decide(ReportState::Open)>
                            {t(Key::ModerationReopen)}
                        </Button>
                    }
                        .into_any()
                }}
            </div>
            {deleting
                .dialog(
                    t(Key::ModerationDeleteMessage),
                    t(Key::ModerationDeleteMessageText),
                    delete,
                )}
            <BanDialog open=banning space user=Signal::stored(Some(user.clone())) />
            <RestrictDialog open=restricting space user=Signal::stored(Some(user.clone())) />
        </li>
    }
}
