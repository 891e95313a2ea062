//! Making a space.

use super::space_form::{SpaceFields, SpaceInputs};
use crate::api::{files, moderation, spaces as api};
use crate::form::DialogForm;
use crate::i18n::{Key, t, tf, tr};
use crate::page::Page;
use crate::people::{Among, PersonChip, PersonField, Rest};
use crate::router::navigate;
use crate::state::{Session, Spaces};
use crate::ui::{Avatar, AvatarSize, Button, Dialog, Icon, Look, Toasts};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::identity::UserRef;
use shared::ids::SpaceId;
use shared::json;
use shared::spaces::Space;
use std::rc::Rc;
use uuid::Uuid;
use web_sys::{File, Url};

/// The dialog that makes a space and opens it.
#[component]
pub fn CreateSpaceDialog(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::SpacesCreate)>
            <CreateSpaceForm open />
        </Dialog>
    }
}

#[component]
fn CreateSpaceForm(open: RwSignal<bool>) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let fields = SpaceFields::new(None);
    let form = fields.form();
    let picture = RwSignal::new_local(None::<File>);
    let people = RwSignal::new(Vec::<UserRef>::new());
    let rest = Rest::default();
    let create = move || {
        let body = untrack(|| fields.body());
        // The stream may tell of the space before the answer comes: then this form is gone already.
        let (picture, people) = (picture.get_untracked(), people.get_untracked());
        let created = move |space: Space| {
            let path = Page::Space(space.id).path();
            furnish(space.id, picture, people, spaces, toasts);
            spaces.put(space);
            toasts.done(tr(Key::SpacesCreated));
            let _was_there = open.try_set(false);
            navigate(&path);
        };
        form.send(move || async move { api::create_space(&body).await }, created);
    };
    // Whoever is typed and not chosen is meant, too.
    let send = move || {
        rest.settle(move |person| {
            person.into_iter().for_each(|person| add(people, person));
            create();
        });
    };
    view! {
        <DialogForm
            open
            form
            look=Look::Primary
            action=Key::SpacesCreateAction
            on_send=move |()| send()
        >
            <FirstPicture name=fields.name picture />
            <SpaceInputs fields form first=true />
            <FirstPeople people rest />
        </DialogForm>
    }
}

/// What the new space gets besides: it stands already, so what fails is told and can be done later.
fn furnish(
    space: SpaceId,
    picture: Option<File>,
    people: Vec<UserRef>,
    spaces: Spaces,
    toasts: Toasts,
) {
    spawn_local(async move {
        if let Some(picture) = picture {
            let path = format!("/spaces/{space}/upload-avatar");
            match files::send(&path, &picture, &|_| {}, Rc::new(|_| {})).await {
                Ok(text) => json::read(&text).into_iter().for_each(|now| spaces.put(now)),
                Err(error) => toasts.failed(error.sentence()),
            }
        }
        for person in people {
            if let Err(error) = moderation::add_member(space, person.nickname.clone()).await {
                let values = [("name", person.name()), ("reason", &*error.sentence())];
                toasts.failed(tf(Key::SpacesNotAdded, &values));
            }
        }
        // Who came in before this page heard of the space is told nowhere else.
        spaces.reload_space(space);
        spaces.reload_roster(space);
    });
}

/// The picture that the space begins with, shown at once.
#[component]
fn FirstPicture(
    name: RwSignal<String>,
    picture: RwSignal<Option<File>, LocalStorage>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let shown = RwSignal::new(None::<String>);
    let forget = move || {
        if let Some(url) = shown.try_update(Option::take).flatten() {
            // Fails for no address that was made here.
            drop(Url::revoke_object_url(&url));
        }
    };
    on_cleanup(forget);
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let file = input.files().and_then(|files| files.get(0));
        input.set_value("");
        if let Some(file) = file {
            forget();
            shown.set(Url::create_object_url_with_blob(&file).ok());
            picture.set(Some(file));
        }
    };
    view! {
        <div class="picture-field" role="group" aria-label=t(Key::FilesAvatar)>
            <input
                class="visually-hidden"
                type="file"
                accept="image/png,image/jpeg,image/gif,image/webp"
                tabindex="-1"
                aria-hidden="true"
                node_ref=input
                on:change=chosen
            />
            <Avatar id=Uuid::nil() name url=shown size=AvatarSize::Huge square=true />
            <Button
                icon=Icon::Image
                on_click=move |_| {
                    if let Some(input) = input.get_untracked() {
                        input.click();
                    }
                }
            >
                {move || {
                    let is_set = shown.with(Option::is_some);
                    let act = if is_set { Key::FilesChange } else { Key::FilesChoose };
                    format!("{}: {}", tr(Key::FilesAvatar), tr(act))
                }}
            </Button>
            <Show when=move || shown.with(Option::is_some)>
                <Button
                    look=Look::Quiet
                    on_click=move |_| {
                        forget();
                        picture.set(None);
                    }
                >
                    {t(Key::FilesTakeAway)}
                </Button>
            </Show>
        </div>
    }
}

fn add(people: RwSignal<Vec<UserRef>>, person: UserRef) {
    people.update(|list| {
        if list.iter().all(|known| known.id != person.id) {
            list.push(person);
        }
    });
}

/// Who is in it from the beginning.
#[component]
fn FirstPeople(people: RwSignal<Vec<UserRef>>, rest: Rest) -> impl IntoView {
    let session = expect_context::<Session>();
    let taken = Signal::derive(move || {
        people.with(|people| people.iter().map(|p| p.id).chain(session.user_id()).collect())
    });
    view! {
        <div class="people__chosen">
            <For each=move || people.get() key=|person| person.id let(person)>
                <PersonChip
                    person
                    on_remove=move |id| people.update(|list| list.retain(|p| p.id != id))
                />
            </For>
        </div>
        <PersonField
            label=t(Key::SpacesFirstPeople)
            among=Among::Everybody
            taken
            rest
            on_choose=move |person| add(people, person)
        />
    }
}

crate::lazy! {
    tools => pub fn create_space(open: RwSignal<bool>) -> AnyView {
        view! { <CreateSpaceDialog open /> }.into_any()
    }
}
