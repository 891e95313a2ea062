//! Invitations: making a link, the links in use.

use crate::api::moderation as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, exact, t, tf, tn, tr};
use crate::page::invite_path;
use crate::spaces::paged::{Paged, rows};
use crate::state::Spaces;
use crate::ui::{Button, Confirm, Icon, IconButton, Look, SelectField, TextField, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::ids::SpaceId;
use shared::permission::{Permission, act_on_role};
use shared::spaces::{CreateInvite, Invite, RoleKind};
use shared::validate::Validate;

const CODES: &[(ErrorCode, &str)] =
    &[(ErrorCode::AlreadyMember, "nickname"), (ErrorCode::Banned, "nickname")];

/// The whole address of an invitation.
fn link(code: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{origin}{}", invite_path(code))
}

fn copy(code: &str, toasts: Toasts) {
    let writing = window().navigator().clipboard().write_text(&link(code));
    spawn_local(async move {
        if wasm_bindgen_futures::JsFuture::from(writing).await.is_ok() {
            toasts.done(tr(Key::ModerationInviteCopied));
        }
    });
}

/// Makes an invitation and shows its link. `on_made` hears of it.
#[component]
pub fn InviteForm(
    space: SpaceId,
    #[prop(optional, into)] on_made: Option<Callback<()>>,
) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let made = RwSignal::new(None::<String>);
    let [expires, uses, role, nickname] =
        ["604800", "", "", ""].map(|value| RwSignal::new(value.to_owned()));
    let body = move || CreateInvite {
        expires_in: expires.get().parse().ok(),
        max_uses: uses.get().parse().ok(),
        role_id: role.get().parse().ok(),
        nickname: Some(nickname.get().trim().to_owned()).filter(|name| !name.is_empty()),
    };
    let form = Form::with_codes(move || body().validate(), CODES);
    let field = form.field("nickname");
    let ends = Signal::derive(|| {
        [
            ("3600", Key::ModerationForHour),
            ("86400", Key::ModerationForDay),
            ("604800", Key::ModerationForWeek),
            ("2592000", Key::ModerationForMonth),
            ("", Key::ModerationNever),
        ]
        .map(|(value, key)| (value.to_owned(), tr(key).to_owned()))
        .to_vec()
    });
    let counts = Signal::derive(|| {
        let any = (String::new(), tr(Key::ModerationAnyNumber).to_owned());
        let numbers = ["1", "5", "10", "50", "100"].map(|n| (n.to_owned(), n.to_owned()));
        std::iter::once(any).chain(numbers).collect::<Vec<_>>()
    });
    let roster = spaces.roster(space);
    let roles = Signal::derive(move || {
        let own = spaces.standing(space);
        let all = roster.roles();
        let mut list = Vec::new();
        for role in all.ready().into_iter().flatten() {
            let is_plain = role.kind == RoleKind::Member;
            let may = own.is_some_and(|o| act_on_role(&o, role.priority, role.permissions).is_ok());
            if is_plain {
                list.insert(0, (String::new(), role.name.clone()));
            } else if may && role.kind == RoleKind::Custom {
                list.push((role.id.to_string(), role.name.clone()));
            }
        }
        list
    });
    let done = move |invite: Invite| {
        copy(&invite.code, toasts);
        made.set(Some(invite.code));
        nickname.set(String::new());
        form.clear();
        if let Some(on_made) = on_made {
            on_made.run(());
        }
    };
    view! {
        <form
            class="form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                let body = untrack(body);
                form.send(move || async move { api::create_invite(space, &body).await }, done);
            }
        >
            <p class="manage__hint">{t(Key::ModerationInviteHint)}</p>
            <div class="manage__pair">
                <SelectField label=t(Key::ModerationInviteExpires) value=expires options=ends />
                <SelectField label=t(Key::ModerationInviteUses) value=uses options=counts />
            </div>
            <div class="manage__pair">
                <Show when=move || spaces.can(space, Permission::PromoteMembers)>
                    <SelectField label=t(Key::ModerationInviteRole) value=role options=roles />
                </Show>
                <TextField
                    label=t(Key::ModerationInviteFor)
                    value=nickname
                    hint=t(Key::ModerationInviteForHint)
                    error=field.error
                    on_input=field.on_input
                    on_leave=field.on_leave
                />
            </div>
            <FormFailure form />
            <div class="manage__end">
                <Button look=Look::Primary icon=Icon::Link submit=true busy=form.is_busy()>
                    {t(Key::ModerationInviteMake)}
                </Button>
            </div>
            {move || {
                made.get()
                    .map(|code| {
                        let address = link(&code);
                        view! {
                            <div class="manage__link" role="status">
                                <code class="manage__address">{address}</code>
                                <IconButton
                                    icon=Icon::Copy
                                    label=t(Key::ModerationInviteCopy)
                                    on_click=move |_| copy(&code, toasts)
                                />
                            </div>
                        }
                    })
            }}
        </form>
    }
}

#[component]
pub fn Invites(space: SpaceId) -> impl IntoView {
    let list = Paged::start(move |cursor| Box::pin(api::list_invites(space, cursor)));
    let empty = (Key::ModerationInvitesNone, Some(Key::ModerationInvitesNoneText));
    view! {
        <section class="settings__section">
            <InviteForm space on_made=move |()| list.reload() />
        </section>
        <section class="settings__section">
            {rows(list, empty, |invite, list| view! { <Row invite list /> }.into_any())}
        </section>
    }
}

#[component]
fn Row(invite: Invite, list: Paged<Invite>) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let spaces = expect_context::<Spaces>();
    let revoking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<crate::api::ApiError>);
    let code = StoredValue::new(invite.code.clone());
    let details = {
        let (invite, roster) = (invite.clone(), spaces.roster(invite.space_id));
        move || {
            let mut parts =
                vec![tf(Key::ModerationInviteBy, &[("name", invite.created_by.name())])];
            parts.push(match invite.max_uses {
                Some(max) => tf(
                    Key::ModerationInviteUsed,
                    &[("uses", &invite.uses.to_string()), ("max", &max.to_string())],
                ),
                None => tn(Key::ModerationInviteUsedTimes, invite.uses.into()),
            });
            parts.push(match invite.expires_at {
                Some(at) => tf(Key::ModerationUntil, &[("time", &exact(at))]),
                None => tr(Key::ModerationNoEnd).to_owned(),
            });
            if let Some(role) = invite.role_id.and_then(|id| roster.role(id)) {
                parts.push(role.name);
            }
            if let Some(guest) = &invite.for_user {
                parts.push(tf(Key::ModerationForPerson, &[("name", guest.name())]));
            }
            parts.join(" · ")
        }
    };
    let revoke = move || {
        busy.set(true);
        spawn_local(async move {
            let code = code.get_value();
            let outcome = api::revoke_invite(&code).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    toasts.done(tr(Key::ModerationRevoked));
                    list.retain(|other| other.code != code);
                }
                Err(error) => drop(failure.try_set(Some(error))),
            }
        });
    };
    view! {
        <li class="manage__row">
            <span class="manage__text">
                <code class="manage__name">{invite.code.clone()}</code>
                <span class="manage__hint">{details}</span>
            </span>
            <IconButton
                icon=Icon::Copy
                label=t(Key::ModerationInviteCopy)
                on_click=move |_| copy(&code.get_value(), toasts)
            />
            <Button on_click=move |_| revoking.set(true)>{t(Key::ModerationRevoke)}</Button>
            <Confirm
                open=revoking
                title=t(Key::ModerationRevoke)
                text=t(Key::ModerationRevokeText)
                action=t(Key::ModerationRevoke)
                busy
                error=Signal::derive(move || failure.get().map(|e| e.sentence()))
                on_confirm=move |()| revoke()
            />
        </li>
    }
}
