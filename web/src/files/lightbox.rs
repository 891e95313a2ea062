//! The full view of pictures: one after the other, larger, moved, saved.

use crate::i18n::{Key, t, tf};
use crate::ui::{Glyph, Icon, IconButton, focus};
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;
use shared::files::Attachment;
use shared::ids::FileId;

const LARGEST: f64 = 8.0;
const STEP: f64 = 1.4;

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewing {
    pub files: Vec<Attachment>,
    pub at: usize,
}

impl Viewing {
    /// A picture among others; `None` when it is not there.
    #[must_use]
    pub fn open(files: Vec<Attachment>, id: FileId) -> Option<Self> {
        let at = files.iter().position(|file| file.id == id)?;
        Some(Self { files, at })
    }
}

/// How a picture lies: larger than to fit, and moved from the middle in pixels.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    zoom: f64,
    x: f64,
    y: f64,
}

const FIT: Place = Place { zoom: 1.0, x: 0.0, y: 0.0 };

/// See the module; open while there is something in `viewing`.
#[component]
fn Lightbox(viewing: RwSignal<Option<Viewing>>) -> impl IntoView {
    view! {
        <Show when=move || viewing.with(Option::is_some)>
            <View viewing />
        </Show>
    }
}

#[component]
fn View(viewing: RwSignal<Option<Viewing>>) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    focus::return_on_cleanup();
    node.on_load(move |dialog| {
        // Fails only when it is open already.
        drop(dialog.show_modal());
    });
    let place = RwSignal::new(FIT);
    let held = StoredValue::new(None::<(i32, i32)>);
    let current =
        Memo::new(move |_| viewing.with(|v| v.as_ref().and_then(|v| v.files.get(v.at).cloned())));
    let count = move || viewing.with(|v| v.as_ref().map_or((0, 0), |v| (v.at, v.files.len())));
    let go = move |by: isize| {
        viewing.update(|viewing| {
            if let Some(v) = viewing
                && let Some(to) = v.at.checked_add_signed(by).filter(|to| *to < v.files.len())
            {
                v.at = to;
            }
        });
        place.set(FIT);
    };
    let zoom = move |by: f64| {
        place.update(|place| {
            let zoom = (place.zoom * by).clamp(1.0, LARGEST);
            let ratio = zoom / place.zoom;
            *place = if zoom <= 1.0 {
                FIT
            } else {
                Place { zoom, x: place.x * ratio, y: place.y * ratio }
            };
        });
    };
    let key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" => go(-1),
            "ArrowRight" => go(1),
            "+" | "=" => zoom(STEP),
            "-" => zoom(1.0 / STEP),
            "0" => place.set(FIT),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let name = move || current.get().map(|file| file.name).unwrap_or_default();
    let place_style = move || {
        let Place { zoom, x, y } = place.get();
        format!("translate({x}px, {y}px) scale({zoom})")
    };
    view! {
        <dialog
            class="lightbox"
            node_ref=node
            aria-label=name
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                viewing.set(None);
            }
            on:close=move |_| viewing.set(None)
            on:keydown=key
        >
            <header class="lightbox__bar">
                <span class="lightbox__name">{name}</span>
                <span class="lightbox__count">
                    {move || {
                        let (at, all) = count();
                        (all > 1)
                            .then(|| {
                                let (at, all) = ((at + 1).to_string(), all.to_string());
                                tf(Key::FilesOneOf, &[("n", &at), ("all", &all)])
                            })
                    }}
                </span>
                <IconButton
                    icon=Icon::ZoomOut
                    label=t(Key::FilesSmaller)
                    disabled=Signal::derive(move || place.get().zoom <= 1.0)
                    on_click=move |_| zoom(1.0 / STEP)
                />
                <IconButton icon=Icon::ZoomIn label=t(Key::FilesLarger) on_click=move |_| zoom(STEP) />
                {move || {
                    current
                        .get()
                        .map(|file| {
                            let label = tf(Key::FilesDownload, &[("name", &file.name)]);
                            view! {
                                <a
                                    class="icon-button"
                                    href=format!("{}?download=true", file.url)
                                    download=file.name
                                    aria-label=label.clone()
                                    data-tip=label
                                >
                                    <Glyph icon=Icon::Download />
                                </a>
                                <a
                                    class="icon-button"
                                    href=file.url
                                    target="_blank"
                                    rel="noopener"
                                    aria-label=t(Key::FilesOpenOriginal)
                                    data-tip=t(Key::FilesOpenOriginal)
                                >
                                    <Glyph icon=Icon::ExternalLink />
                                </a>
                            }
                        })
                }}
                <IconButton
                    icon=Icon::Close
                    label=t(Key::AppClose)
                    on_click=move |_| viewing.set(None)
                />
            </header>
            <div
                class="lightbox__stage"
                class:lightbox__stage--large=move || { place.get().zoom > 1.0 }
                on:wheel=move |event: WheelEvent| {
                    event.prevent_default();
                    zoom(if event.delta_y() < 0.0 { STEP } else { 1.0 / STEP });
                }
                on:dblclick=move |_| {
                    if place.get_untracked().zoom > 1.0 { place.set(FIT) } else { zoom(2.5) }
                }
                on:click=move |event: MouseEvent| {
                    // Beside the picture.
                    if event.target() == event.current_target() {
                        viewing.set(None);
                    }
                }
                on:pointerdown=move |event: PointerEvent| {
                    held.set_value(Some((event.client_x(), event.client_y())));
                }
                on:pointermove=move |event: PointerEvent| {
                    let Some((x, y)) = held.get_value() else { return };
                    if place.get_untracked().zoom <= 1.0 {
                        return;
                    }
                    let (dx, dy) = (event.client_x() - x, event.client_y() - y);
                    held.set_value(Some((event.client_x(), event.client_y())));
                    place.update(|place| {
                        place.x += f64::from(dx);
                        place.y += f64::from(dy);
                    });
                }
                on:pointerup=move |_| held.set_value(None)
                on:pointerleave=move |_| held.set_value(None)
            >
                {move || {
                    current
                        .get()
                        .map(|file| {
                            view! {
                                <img
                                    class="lightbox__picture"
                                    src=file.url
                                    alt=file.name
                                    width=file.width
                                    height=file.height
                                    draggable="false"
                                    style:transform=place_style
                                />
                            }
                        })
                }}
            </div>
            <Show when=move || { count().0 > 0 }>
                <span class="lightbox__side lightbox__side--before">
                    <IconButton icon=Icon::ArrowLeft label=t(Key::FilesBefore) on_click=move |_| go(-1) />
                </span>
            </Show>
            <Show when=move || count().0 + 1 < count().1>
                <span class="lightbox__side lightbox__side--after">
                    <IconButton icon=Icon::ArrowRight label=t(Key::FilesAfter) on_click=move |_| go(1) />
                </span>
            </Show>
        </dialog>
    }
}

crate::lazy! {
    tools => pub fn lightbox(viewing: RwSignal<Option<Viewing>>) -> AnyView {
        view! { <Lightbox viewing /> }.into_any()
    }
}
