//! Making a pack and working on one's own.

use super::Manage;
use super::order::Order;
use super::pack::link_button;
use crate::api::expression as api;
use crate::form::{Form, FormFailure, Question};
use crate::i18n::{Key, by_name, t, tf, tr};
use crate::state::{Expression, Load};
use crate::ui::{
    Button, Confirm, Failure, Icon, IconButton, Look, SelectField, SkeletonRows, TextArea,
    TextField, Toasts,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::expression::{
    CreatePack, FullPack, PackVisibility, Sticker, StickerPack, UpdatePack, UpdateSticker,
};
use shared::ids::{PackId, StickerId};
use shared::validate::Validate;
use wasm_bindgen::JsCast;

/// What a pack is called and who sees it.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    description: RwSignal<String>,
    visibility: RwSignal<String>,
}

impl Fields {
    fn new(pack: Option<&StickerPack>) -> Self {
        let visibility = pack.map(|pack| pack.visibility).unwrap_or_default();
        let description = pack.and_then(|pack| pack.description.clone());
        Self {
            name: RwSignal::new(pack.map(|pack| pack.name.clone()).unwrap_or_default()),
            description: RwSignal::new(description.unwrap_or_default()),
            visibility: RwSignal::new(visibility.key().to_owned()),
        }
    }

    fn body(&self) -> CreatePack {
        let description = self.description.get().trim().to_owned();
        CreatePack {
            name: self.name.get(),
            description: Some(description).filter(|text| !text.is_empty()),
            visibility: PackVisibility::from_key(&self.visibility.get()).unwrap_or_default(),
        }
    }

    fn inputs(&self, form: Form) -> AnyView {
        let (name, description) = (form.field("name"), form.field("description"));
        let options = Signal::derive(|| {
            let text = |v: &PackVisibility| by_name(&format!("stickers.visibility_{}", v.key()));
            let all = PackVisibility::ALL.iter();
            all.map(|v| (v.key().to_owned(), text(v))).collect::<Vec<_>>()
        });
        view! {
            <TextField
                label=t(Key::StickersPackName)
                value=self.name
                error=name.error
                on_input=name.on_input
                on_leave=name.on_leave
            />
            <TextArea
                label=t(Key::StickersDescription)
                value=self.description
                rows=2
                error=description.error
                on_input=description.on_input
                on_leave=description.on_leave
            />
            <SelectField label=t(Key::StickersVisibility) value=self.visibility options />
        }
        .into_any()
    }
}

pub(super) fn new_pack(at: RwSignal<Option<Manage>>) -> AnyView {
    let expression = expect_context::<Expression>();
    let fields = Fields::new(None);
    let form = Form::new(move || fields.body().validate());
    let done = move |full: FullPack| {
        let id = full.pack.id;
        expression.put_pack(full);
        at.set(Some(Manage::Edit(id)));
    };
    let send = move || {
        let body = untrack(|| fields.body());
        form.send(move || async move { api::create_pack(&body).await }, done);
    };
    view! {
        <form
            class="dialog__body"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            {fields.inputs(form)}
            <FormFailure form />
            <footer class="dialog__footer">
                <Button on_click=move |_| at.set(Some(Manage::Mine))>{t(Key::AppCancel)}</Button>
                <Button look=Look::Primary submit=true busy=form.is_busy()>
                    {t(Key::StickersCreate)}
                </Button>
            </footer>
        </form>
    }
    .into_any()
}

pub(super) fn edit_pack(at: RwSignal<Option<Manage>>, id: PackId) -> AnyView {
    let expression = expect_context::<Expression>();
    let retry = Callback::new(move |()| expression.reload_pack(id));
    let is_ready = Memo::new(move |_| expression.pack(id).ready().is_some());
    let content = move || {
        if is_ready.get() {
            return sheet(at, id);
        }
        match expression.pack(id) {
            Load::Failed(error) => {
                let sentence = Signal::derive(move || error.sentence());
                view! { <Failure sentence on_retry=retry /> }.into_any()
            }
            _ => view! { <SkeletonRows label=t(Key::StickersLoading) rows=4 /> }.into_any(),
        }
    };
    view! { <div class="dialog__body packs">{content}</div> }.into_any()
}

fn sheet(at: RwSignal<Option<Manage>>, id: PackId) -> AnyView {
    let (expression, toasts) = (expect_context::<Expression>(), expect_context::<Toasts>());
    let full = move || expression.pack(id).ready().cloned();
    let known = untrack(full);
    let fields = Fields::new(known.as_ref().map(|full| &full.pack));
    let form = Form::new(move || fields.body().validate());
    let put = move |full: FullPack| expression.put_pack(full);
    let send = move || {
        let body = untrack(|| fields.body());
        let change = UpdatePack {
            name: Some(body.name),
            description: Some(body.description),
            visibility: Some(body.visibility),
            ..UpdatePack::default()
        };
        let saved = move |full| {
            put(full);
            toasts.done(tr(Key::AppSaved));
        };
        form.send(move || async move { api::update_pack(id, &change).await }, saved);
    };
    let ids = Memo::new(move |_| {
        let full = full();
        full.iter().flat_map(|full| &full.stickers).map(|sticker| sticker.id).collect::<Vec<_>>()
    });
    let order = order(id, ids.into());
    let is_empty = Memo::new(move |_| ids.with(Vec::is_empty));
    // A row stays what it is while its list changes: what is typed in it is kept.
    let stickers = move || {
        if is_empty.get() {
            return view! { <p class="packs__none">{t(Key::StickersEmptyPack)}</p> }.into_any();
        }
        let row = move |sticker| sticker_row(id, order, sticker);
        view! {
            <ul class="packs__list">
                <For each=move || ids.get() key=|sticker| *sticker children=row />
            </ul>
        }
        .into_any()
    };
    view! {
        <form
            class="form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            {fields.inputs(form)}
            <FormFailure form />
            <div class="settings__foot">
                {known.map(|full| link_button(&full.pack))}
                <Button submit=true busy=form.is_busy()>{t(Key::AppSave)}</Button>
            </div>
        </form>
        {stickers}
        <footer class="dialog__footer">
            {delete_button(at, id)}
            <Button on_click=move |_| at.set(Some(Manage::Mine))>{t(Key::StickersBack)}</Button>
            {add_button(id)}
        </footer>
    }
    .into_any()
}

fn order(pack: PackId, ids: Signal<Vec<StickerId>>) -> Order<StickerId> {
    let (expression, toasts) = (expect_context::<Expression>(), expect_context::<Toasts>());
    let put = move |ids: Vec<StickerId>| {
        let known = untrack(|| expression.pack(pack));
        if let Some(mut full) = known.ready().cloned() {
            full.stickers.sort_by_key(|sticker| ids.iter().position(|id| *id == sticker.id));
            expression.put_pack(full);
        }
        let change = UpdatePack { order: Some(ids), ..UpdatePack::default() };
        spawn_local(async move {
            if let Err(error) = expression.change_pack(pack, api::update_pack(pack, &change)).await
            {
                toasts.failed(error.sentence());
                expression.reload_pack(pack);
            }
        });
    };
    Order::new(ids, Callback::new(put))
}

fn sticker_row(pack: PackId, order: Order<StickerId>, id: StickerId) -> AnyView {
    let (expression, toasts) = (expect_context::<Expression>(), expect_context::<Toasts>());
    let of = move |part: fn(&Sticker) -> String| {
        Memo::new(move |_| {
            let load = expression.pack(pack);
            let found = load.ready().and_then(|full| full.stickers.iter().find(|s| s.id == id));
            found.map(part).unwrap_or_default()
        })
    };
    let name = of(|sticker| sticker.name.clone());
    let code = of(|sticker| sticker.shortcode.clone().unwrap_or_default());
    let url = of(|sticker| sticker.url.clone());
    let change = move |body: UpdateSticker| {
        if let Some(wrong) = body.validate().first() {
            return toasts.failed(by_name(&format!("field.{}", wrong.code.key())));
        }
        spawn_local(async move {
            let change = api::update_sticker(pack, id, &body);
            // What was typed stays in the field.
            if let Err(error) = expression.change_pack(pack, change).await {
                toasts.failed(error.sentence());
            }
        });
    };
    let removing = Question::default();
    let remove = move || {
        removing.answer(api::delete_sticker(pack, id), move || expression.reload_pack(pack));
    };
    let remove_label = move || tf(Key::StickersDeleteNamed, &[("name", &name.get())]);
    let steps = order.steps(id, name.into());
    let inside = view! {
            <img class="packs__cover" src=move || url.get() alt="" loading="lazy" />
            <input
                class="field__input"
                aria-label=t(Key::StickersName)
                prop:value=move || name.get()
                on:change=move |event| {
                    let name = Some(event_target_value(&event));
                    change(UpdateSticker { name, ..UpdateSticker::default() });
                }
            />
            <input
                class="field__input packs__code"
                aria-label=t(Key::StickersShortcode)
                placeholder=t(Key::StickersShortcode)
                autocapitalize="none"
                prop:value=move || code.get()
                on:change=move |event| {
                    let code = event_target_value(&event).trim().trim_matches(':').to_owned();
                    let shortcode = Some(Some(code).filter(|code| !code.is_empty()));
                    change(UpdateSticker { shortcode, ..UpdateSticker::default() });
                }
            />
            {steps}
            <IconButton icon=Icon::Trash label=remove_label on_click=move |_| removing.ask() />
            {removing.dialog(remove_label, t(Key::StickersDeleteText), remove)}
    };
    order.row(id, "packs__row packs__row--edit", inside.into_any())
}

/// Chooses pictures and adds each as a sticker.
fn add_button(pack: PackId) -> AnyView {
    let (expression, toasts) = (expect_context::<Expression>(), expect_context::<Toasts>());
    let busy = RwSignal::new(false);
    // The upload on its way; those after it do not begin once it was cancelled.
    let sending = StoredValue::new_local(None::<web_sys::XmlHttpRequest>);
    let cancelled = StoredValue::new(false);
    let cancel = move |_| {
        cancelled.set_value(true);
        if let Some(request) = sending.try_update_value(Option::take).flatten() {
            drop(request.abort());
        }
    };
    let chosen = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        let files = input.files();
        let files: Vec<web_sys::File> =
            files.iter().flat_map(|f| (0..f.length()).filter_map(|at| f.get(at))).collect();
        busy.set(true);
        cancelled.set_value(false);
        spawn_local(async move {
            let stop = |request| drop(sending.try_set_value(Some(request)));
            for file in files {
                let name = file.name();
                let name = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem).to_owned();
                let outcome = api::add_sticker(pack, &name, &file, &stop).await;
                if cancelled.try_get_value() != Some(false) {
                    break;
                }
                if let Err(error) = outcome {
                    toasts.failed(format!("{name}: {}", error.sentence()));
                }
            }
            input.set_value("");
            let _was_there = busy.try_set(false);
            expression.reload_pack(pack);
            expression.reload_packs();
        });
    };
    view! {
        <Show when=move || busy.get()>
            <Button look=Look::Quiet on_click=cancel>{t(Key::AppCancel)}</Button>
        </Show>
        <label class="button button--primary" aria-busy=move || busy.get().then_some("true")>
            <input
                class="visually-hidden"
                type="file"
                accept="image/png,image/webp,image/gif,image/jpeg"
                multiple
                disabled=move || busy.get()
                on:change=chosen
            />
            <span class="button__text">
                {move || tr(if busy.get() { Key::StickersAdding } else { Key::StickersAdd })}
            </span>
        </label>
    }
    .into_any()
}

fn delete_button(at: RwSignal<Option<Manage>>, id: PackId) -> AnyView {
    let (expression, toasts) = (expect_context::<Expression>(), expect_context::<Toasts>());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<String>);
    let remove = move |()| {
        busy.set(true);
        spawn_local(async move {
            let outcome = api::delete_pack(id).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    toasts.done(tr(Key::StickersDeleted));
                    expression.reload_packs();
                    at.set(Some(Manage::Mine));
                }
                Err(error) => drop(failure.try_set(Some(error.sentence()))),
            }
        });
    };
    view! {
        <Button look=Look::Danger icon=Icon::Trash on_click=move |_| open.set(true)>
            {t(Key::StickersDeletePack)}
        </Button>
        <Confirm
            open
            title=t(Key::StickersDeletePack)
            text=t(Key::StickersDeletePackText)
            action=t(Key::StickersDeletePack)
            busy
            error=failure
            on_confirm=remove
        />
    }
    .into_any()
}
