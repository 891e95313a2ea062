//! The order of a space's chats and their categories: by dragging, or by the arrows.

use crate::api::organise as api;
use crate::form::Question;
use crate::i18n::{Key, t, tf, tr};
use crate::state::{Categories, Chats};
use crate::ui::button::IconLook;
use crate::ui::{Button, Dialog, Glyph, Icon, IconButton, Look, TextField, Toasts, focus};
use leptos::ev::{DragEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{ChatOrder, ChatPlace, NameCategory};
use shared::ids::{CategoryId, ChatId, SpaceId};
use shared::validate::Validate as _;

/// A line of the list: a heading, or a chat under the last heading before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Line {
    Heading(CategoryId),
    Chat(ChatId),
}

/// The dialog; saves all of it at once.
#[component]
fn ArrangeDialog(space: SpaceId, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ConversationArrange)>
            <Arrange space open />
        </Dialog>
    }
}

/// Moves a line up or down. Nothing stands before the first heading but chats: a heading moves with
/// what is under it.
fn moved(lines: &[Line], from: usize, to: usize) -> Vec<Line> {
    let mut lines = lines.to_vec();
    if from >= lines.len() || to >= lines.len() || from == to {
        return lines;
    }
    let line = lines.remove(from);
    lines.insert(to, line);
    lines
}

#[component]
fn Arrange(space: SpaceId, open: RwSignal<bool>) -> impl IntoView {
    let (chats, categories) = (expect_context::<Chats>(), expect_context::<Categories>());
    let toasts = expect_context::<Toasts>();
    let lines = RwSignal::new(untrack(|| current(chats, categories, space)));
    // Categories come and go at once; their lines follow.
    Effect::new(move |before: Option<()>| {
        let known = categories.of(space);
        if before.is_some() {
            lines.update(|lines| {
                lines.retain(|line| match line {
                    Line::Heading(id) => known.iter().any(|category| category.id == *id),
                    Line::Chat(_) => true,
                });
                for category in &known {
                    if !lines.contains(&Line::Heading(category.id)) {
                        lines.push(Line::Heading(category.id));
                    }
                }
            });
        }
    });
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let said = RwSignal::new(String::new());
    let dragged = RwSignal::new(None::<usize>);
    let name = move |line: Line| match line {
        Line::Heading(id) => {
            let all = categories.of(space);
            all.into_iter().find(|c| c.id == id).map(|c| c.name).unwrap_or_default()
        }
        Line::Chat(id) => chats.get(id).map(|chat| chats.title(&chat)).unwrap_or_default(),
    };
    let shift = move |line: Line, by: isize| {
        let at = lines.with_untracked(|lines| lines.iter().position(|other| *other == line));
        let Some(to) = at.and_then(|at| at.checked_add_signed(by)) else { return };
        let count = lines.with_untracked(Vec::len);
        if let (Some(at), true) = (at, to < count) {
            lines.update(|lines| *lines = moved(lines, at, to));
            let (place, all) = ((to + 1).to_string(), count.to_string());
            let name = untrack(|| name(line));
            said.set(tf(
                Key::ConversationMoved,
                &[("name", &name), ("place", &place), ("all", &all)],
            ));
        }
    };
    let save = move |_| {
        let order = lines.with_untracked(|lines| order(lines));
        busy.set(true);
        spawn_local(async move {
            let outcome = api::order_chats(space, &order).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    toasts.done(tr(Key::AppSaved));
                    open.set(false);
                }
                Err(problem) => drop(error.try_set(Some(problem.sentence()))),
            }
        });
    };
    let row = move |line: Line| {
        let is_heading = matches!(line, Line::Heading(_));
        let key = move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowUp" => -1,
                "ArrowDown" => 1,
                _ => return,
            };
            event.prevent_default();
            shift(line, by);
            keep_focus(line);
        };
        let at = move || lines.with_untracked(|lines| lines.iter().position(|l| *l == line));
        view! {
            <li
                class="arrange__line"
                class:arrange__line--heading=is_heading
                draggable="true"
                data-line=line_id(line)
                on:dragstart=move |_| dragged.set(at())
                on:dragover=move |event: DragEvent| event.prevent_default()
                on:dragend=move |_| dragged.set(None)
                on:drop=move |event: DragEvent| {
                    event.prevent_default();
                    if let (Some(from), Some(to)) = (dragged.get_untracked(), at()) {
                        lines.update(|lines| *lines = moved(lines, from, to));
                    }
                    dragged.set(None);
                }
            >
                <button
                    class="arrange__grip"
                    type="button"
                    aria-label=move || tf(Key::ConversationMove, &[("name", &name(line))])
                    on:keydown=key
                >
                    <Glyph icon=Icon::Grip size=18 />
                </button>
                {match line {
                    Line::Heading(id) => {
                        let name = Memo::new(move |_| name(line));
                        view! { <Heading space id name=name.into() error /> }.into_any()
                    }
                    Line::Chat(_) => {
                        view! {
                            <Glyph icon=Icon::Hash size=18 />
                            <span class="arrange__name">{move || name(line)}</span>
                        }
                            .into_any()
                    }
                }}
                <IconButton
                    icon=Icon::ArrowUp
                    label=t(Key::ConversationUp)
                    look=IconLook::Small
                    on_click=move |_| shift(line, -1)
                />
                <IconButton
                    icon=Icon::ArrowDown
                    label=t(Key::ConversationDown)
                    look=IconLook::Small
                    on_click=move |_| shift(line, 1)
                />
            </li>
        }
    };
    view! {
        <div class="dialog__body arrange">
            <p class="field__hint">{t(Key::ConversationArrangeHint)}</p>
            <ul class="arrange__list" aria-label=t(Key::ConversationArrange)>
                <For each=move || lines.get() key=|line| *line children=row />
            </ul>
            <NewCategory space error />
            <p class="visually-hidden" aria-live="polite">{move || said.get()}</p>
            {move || error.get().map(|e| view! { <p class="form-error" role="alert">{e}</p> })}
            <footer class="dialog__footer">
                <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                <Button look=Look::Primary busy on_click=save>{t(Key::AppSave)}</Button>
            </footer>
        </div>
    }
}

/// A category's name, to be changed in its place, and its end.
#[component]
fn Heading(
    space: SpaceId,
    id: CategoryId,
    name: Signal<String>,
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let rename = move |event: leptos::ev::Event| {
        let wanted = event_target_value(&event).trim().to_owned();
        if wanted == name.get_untracked() || wanted.is_empty() {
            return;
        }
        spawn_local(async move {
            let outcome = api::rename_category(space, id, wanted).await;
            drop(error.try_set(outcome.err().map(|problem| problem.sentence())));
        });
    };
    let removing = Question::default();
    // The list hears of it by an event.
    let remove = move || removing.answer(api::delete_category(space, id), || ());
    view! {
        <input
            class="field__input arrange__heading"
            aria-label=t(Key::ConversationCategoryName)
            prop:value=move || name.get()
            on:change=rename
        />
        <IconButton
            icon=Icon::Trash
            label=t(Key::ConversationCategoryDelete)
            look=IconLook::Small
            on_click=move |_| removing.ask()
        />
        {removing
            .dialog(t(Key::ConversationCategoryDelete), t(Key::ConversationCategoryDeleteText), remove)}
    }
}

#[component]
fn NewCategory(space: SpaceId, error: RwSignal<Option<String>>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let body = NameCategory { name: name.get_untracked().trim().to_owned() };
        if !body.validate().is_empty() {
            return;
        }
        spawn_local(async move {
            match api::create_category(space, body.name).await {
                Ok(_) => {
                    let _was_there = name.try_set(String::new());
                    let _was_there = error.try_set(None);
                }
                Err(problem) => drop(error.try_set(Some(problem.sentence()))),
            }
        });
    };
    view! {
        <form class="arrange__new" on:submit=add>
            <TextField label=t(Key::ConversationNewCategory) value=name />
            <Button submit=true icon=Icon::Plus>{t(Key::ConversationAddCategory)}</Button>
        </form>
    }
}

/// As the sidebar shows it.
fn current(chats: Chats, categories: Categories, space: SpaceId) -> Vec<Line> {
    let all = chats.of_space(space);
    let headings = categories.of(space);
    let is_known = |id: CategoryId| headings.iter().any(|heading| heading.id == id);
    let mut lines: Vec<Line> = all
        .iter()
        .filter(|(category, _)| category.is_none_or(|id| !is_known(id)))
        .map(|(_, chat)| Line::Chat(*chat))
        .collect();
    for heading in &headings {
        lines.push(Line::Heading(heading.id));
        let inside = all.iter().filter(|(category, _)| *category == Some(heading.id));
        lines.extend(inside.map(|(_, chat)| Line::Chat(*chat)));
    }
    lines
}

fn order(lines: &[Line]) -> ChatOrder {
    let mut order = ChatOrder::default();
    let mut category_id = None;
    for line in lines {
        match line {
            Line::Heading(id) => {
                category_id = Some(*id);
                order.categories.push(*id);
            }
            Line::Chat(chat_id) => order.chats.push(ChatPlace { chat_id: *chat_id, category_id }),
        }
    }
    order
}

fn line_id(line: Line) -> String {
    match line {
        Line::Heading(id) => format!("h{id}"),
        Line::Chat(id) => format!("c{id}"),
    }
}

/// A line that moved is another element for the browser: the keyboard goes with it.
fn keep_focus(line: Line) {
    request_animation_frame(move || {
        let grip = format!("[data-line=\"{}\"] .arrange__grip", line_id(line));
        if let Some(root) = document().document_element()
            && let Some(grip) = focus::all(&root, &grip).first()
        {
            focus::give(grip);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_an_order() {
        let (a, b) = (ChatId::new(), ChatId::new());
        let (x, y) = (CategoryId::new(), CategoryId::new());
        let lines = [Line::Chat(a), Line::Heading(x), Line::Heading(y), Line::Chat(b)];
        let found = order(&lines);
        assert_eq!(found.categories, [x, y]);
        let places: Vec<_> = found.chats.iter().map(|p| (p.chat_id, p.category_id)).collect();
        assert_eq!(places, [(a, None), (b, Some(y))]);
        assert_eq!(moved(&lines, 3, 0)[0], Line::Chat(b));
        assert_eq!(moved(&lines, 0, 9), lines);
    }
}

crate::lazy! {
    tools => pub fn arrange_dialog(space: SpaceId, open: RwSignal<bool>) -> AnyView {
        view! { <ArrangeDialog space open /> }.into_any()
    }
}
