//! Files that are dropped on the window or pasted.

use super::uploads::Uploads;
use crate::i18n::{Key, t};
use crate::state::Place;
use crate::ui::{Glyph, Icon, Toasts};
use leptos::ev;
use leptos::prelude::*;
use web_sys::{DragEvent, FileList};

fn has_files(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

/// Uploads files and says when not all of them can go.
pub fn add(uploads: Uploads, toasts: Toasts, place: Place, files: &FileList) {
    if let Some(sentence) = uploads.add(place, files) {
        toasts.failed(sentence);
    }
}

/// Takes what is dropped anywhere while a conversation is open, and shows that it would. A browser left
/// alone would go away to the file.
#[component]
pub fn DropZone(
    place: Place,
    uploads: Uploads,
    #[prop(into)] allowed: Signal<bool>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    // Entering an element comes before leaving the one around it.
    let depth = RwSignal::new(0_i32);
    let listen = [
        window_event_listener(ev::dragenter, move |event| {
            if has_files(&event) {
                event.prevent_default();
                depth.update(|depth| *depth += 1);
            }
        }),
        window_event_listener(ev::dragleave, move |event| {
            if has_files(&event) {
                depth.update(|depth| *depth = (*depth - 1).max(0));
            }
        }),
        window_event_listener(ev::dragover, move |event| {
            if has_files(&event) {
                event.prevent_default();
            }
        }),
        window_event_listener(ev::drop, move |event| {
            if !has_files(&event) {
                return;
            }
            event.prevent_default();
            depth.set(0);
            let files = event.data_transfer().and_then(|data| data.files());
            if let Some(files) = files.filter(|_| allowed.get_untracked()) {
                add(uploads, toasts, place, &files);
            }
        }),
    ];
    on_cleanup(move || listen.into_iter().for_each(|handle| handle.remove()));
    view! {
        <Show when=move || { depth.get() > 0 && allowed.get() }>
            <div class="drop-zone" aria-hidden="true">
                <span class="drop-zone__text">
                    <Glyph icon=Icon::Paperclip size=28 />
                    {t(Key::FilesDropHere)}
                </span>
            </div>
        </Show>
    }
}
