//! On a phone a finger that goes to the right leads back, as the button of the head does: from a panel to
//! what it covers, from a page to the list of chats.

use crate::ui::{Glyph, Icon};
use js_sys::Reflect;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, PointerEvent};

/// Who lets go so far from where he began goes back, in pixels.
const FAR: i32 = 80;
/// A finger that moved less has not decided yet.
const SLOP: i32 = 8;
/// What leads back, the nearest first.
const WAYS: [&str; 2] = [".panel__header > .icon-button", ".content .page__menu > a"];
/// What has a use of its own for a finger.
const TAKEN: &str = "input, textarea, select, audio, video, [draggable=true], dialog, [popover]";

/// What a finger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finger {
    Undecided,
    /// Along the page.
    Scrolls,
    GoesAside,
}

/// What a finger does that has moved so far.
const fn judge(right: i32, down: i32) -> Finger {
    if right.abs() < SLOP && down.abs() < SLOP {
        Finger::Undecided
    } else if right.abs() > 2 * down.abs() {
        Finger::GoesAside
    } else {
        Finger::Scrolls
    }
}

/// The arrow at the edge while a finger pulls it out; full when letting go leads back.
#[component]
fn SwipeBack() -> impl IntoView {
    let (from, goes_aside) = (StoredValue::new(None::<Start>), StoredValue::new(false));
    // In hundredths of the way.
    let pull = RwSignal::new(0);
    let stop = move || {
        from.set_value(None);
        goes_aside.set_value(false);
        pull.set(0);
    };
    let start = move |event: PointerEvent| {
        stop();
        if event.is_primary() && event.pointer_type() == "touch" && is_free(&event) {
            let leads = !is_selecting() && way_back().is_some();
            from.set_value(Some(Start { x: event.client_x(), y: event.client_y(), leads }));
        }
    };
    let moved = move |event: PointerEvent| {
        let Some(from) = from.get_value() else { return };
        let (right, down) = (event.client_x() - from.x, event.client_y() - from.y);
        if !goes_aside.get_value() {
            match judge(right, down) {
                Finger::Undecided => return,
                Finger::Scrolls => return stop(),
                Finger::GoesAside => goes_aside.set_value(true),
            }
        }
        if from.leads {
            pull.set((100 * right / FAR).clamp(0, 100));
        }
    };
    let end = move |_| {
        let is_far = pull.get_untracked() == 100;
        stop();
        if let Some(way) = way_back().filter(|_| is_far) {
            way.click();
        }
    };
    // The browser asks here, after the pointer has moved, whether the finger is its own. Where nothing
    // scrolls to the side it would go back or forth in its own way.
    let keep = move |event: ev::TouchEvent| {
        if goes_aside.get_value() && event.cancelable() {
            event.prevent_default();
        }
    };
    // Of the window the browser would not wait for an answer.
    if let Ok(Some(shell)) = document().query_selector(".shell") {
        let listeners = [
            shell.on(ev::pointerdown, start),
            shell.on(ev::pointermove, moved),
            shell.on(ev::pointerup, end),
            shell.on(ev::pointercancel, move |_| stop()),
            shell.on(ev::touchmove, keep),
        ];
        on_cleanup(move || drop(listeners));
    }
    view! {
        <Show when=move || { pull.get() > 0 }>
            <span
                class="swipe"
                class:swipe--far=move || pull.get() == 100
                aria-hidden="true"
                style:--pull=move || format!("{}%", pull.get())
            >
                <Glyph icon=Icon::ArrowLeft />
            </span>
        </Show>
    }
}

/// Where a finger began, and whether from there it may lead back.
#[derive(Clone, Copy)]
struct Start {
    x: i32,
    y: i32,
    leads: bool,
}

/// The button or link that leads back, where one is seen.
fn way_back() -> Option<HtmlElement> {
    let ways = WAYS.iter().filter_map(|way| document().query_selector(way).ok().flatten());
    ways.filter_map(|way| way.dyn_into::<HtmlElement>().ok()).find(|way| way.offset_width() > 0)
}

/// Whether nothing under the finger has a use for it: a field, something that floats or scrolls to the
/// side, a page that was made larger.
fn is_free(event: &PointerEvent) -> bool {
    let mut at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    if at.as_ref().is_some_and(|at| !matches!(at.closest(TAKEN), Ok(None))) || is_zoomed() {
        return false;
    }
    while let Some(element) = at {
        if scrolls_sideways(&element) {
            return false;
        }
        at = element.parent_element();
    }
    true
}

fn is_selecting() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}

fn is_zoomed() -> bool {
    let viewport = Reflect::get(&window(), &JsValue::from_str("visualViewport"));
    let scale = viewport.and_then(|viewport| Reflect::get(&viewport, &JsValue::from_str("scale")));
    scale.ok().and_then(|scale| scale.as_f64()).is_some_and(|scale| scale > 1.01)
}

fn scrolls_sideways(element: &Element) -> bool {
    if element.scroll_width() <= element.client_width() {
        return false;
    }
    let style = window().get_computed_style(element).ok().flatten();
    let overflow = style.and_then(|style| style.get_property_value("overflow-x").ok());
    overflow.is_some_and(|overflow| overflow == "auto" || overflow == "scroll")
}

crate::lazy! {
    live => pub fn swipe_back() -> AnyView {
        view! { <SwipeBack /> }.into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::{Finger, judge};

    #[test]
    fn a_finger_goes_aside_when_it_does_not_go_along_the_page() {
        for (right, down, wanted) in [
            (0, 0, Finger::Undecided),
            (7, -7, Finger::Undecided),
            (30, 5, Finger::GoesAside),
            (-30, -14, Finger::GoesAside),
            (30, 20, Finger::Scrolls),
            (4, 60, Finger::Scrolls),
        ] {
            assert_eq!(judge(right, down), wanted, "{right} {down}");
        }
    }
}
