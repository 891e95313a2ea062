//! Addresses: which one is shown, going to another, and links. What an address shows says `app`.
//!
//! Small on purpose: every screen needs it, so it is fetched before anything is seen.

use leptos::ev::{self, MouseEvent};
use leptos::prelude::*;
use std::sync::LazyLock;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, HtmlElement, UrlSearchParams};

/// The address that is shown: path and query.
static HERE: LazyLock<ArcRwSignal<Address>> = LazyLock::new(|| ArcRwSignal::new(Address::bar()));

#[derive(Clone, PartialEq)]
struct Address {
    path: String,
    /// With its `?`; empty without a query.
    query: String,
}

impl Address {
    /// What the browser's bar says.
    fn bar() -> Self {
        let location = window().location();
        Self {
            path: location.pathname().unwrap_or_default(),
            query: location.search().unwrap_or_default(),
        }
    }
}

/// The parts of the address, each followed by itself.
#[derive(Clone, Copy)]
struct Parts {
    path: Memo<String>,
    query: Memo<String>,
}

/// Follows links and the browser's buttons, for the life of the page.
pub fn start() {
    provide_context(Parts {
        path: Memo::new(|_| HERE.with(|here| here.path.clone())),
        query: Memo::new(|_| HERE.with(|here| here.query.clone())),
    });
    // Never removed.
    let _clicks = window_event_listener(ev::click, |event| clicked(&event));
    let _buttons = window_event_listener(ev::popstate, |_| HERE.set(Address::bar()));
}

/// The path of the address.
#[must_use]
pub fn path() -> Memo<String> {
    expect_context::<Parts>().path
}

/// The path with its query.
#[must_use]
pub fn address() -> String {
    let Address { path, query } = HERE.get();
    path + &query
}

/// A value of the query, reactively. To be called inside of a view.
pub fn query(name: &'static str) -> impl Fn() -> Option<String> + Copy + Send + Sync + 'static {
    let query = expect_context::<Parts>().query;
    move || query.with(|query| UrlSearchParams::new_with_str(query).ok()?.get(name))
}

/// Part number `at` of the path, from 0, reactively. To be called inside of a view.
pub fn segment(at: usize) -> impl Fn() -> Option<String> + Copy + Send + Sync + 'static {
    let path = path();
    move || path.with(|path| path.split('/').nth(at + 1).map(str::to_owned))
}

/// Goes to an address of ours.
pub fn navigate(to: &str) {
    go(to, false);
}

/// Goes to an address of ours in place of this one, which the browser's way back then leaves out.
pub fn redirect(to: &str) {
    go(to, true);
}

fn go(to: &str, replace: bool) {
    let Ok(history) = window().history() else { return };
    let gone = if replace {
        history.replace_state_with_url(&JsValue::NULL, "", Some(to))
    } else if to == untrack(address) {
        Ok(())
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(to))
    };
    // Refused: not of this site.
    if gone.is_ok() {
        let bar = Address::bar();
        if HERE.with_untracked(|here| *here != bar) {
            HERE.set(bar);
        }
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// A click on a link of ours changes only what is shown; other tabs, sites and files are the browser's.
fn clicked(event: &MouseEvent) {
    let has_key = event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key();
    if event.default_prevented() || event.button() != 0 || has_key {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else {
        return;
    };
    let is_browsers = !link.target().is_empty()
        || link.has_attribute("download")
        || link.rel().split_whitespace().any(|word| word == "external")
        || window().location().origin().ok() != Some(link.origin());
    if is_browsers {
        return;
    }
    event.prevent_default();
    match link.get_attribute("href").as_deref().and_then(|href| href.strip_prefix('#')) {
        Some(id) => focus_on(id),
        None => navigate(&(link.pathname() + &link.search() + &link.hash())),
    }
}

/// A link within the page gives the keyboard to what it leads to.
fn focus_on(id: &str) {
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.scroll_into_view();
        // What cannot have the keyboard is only shown.
        drop(element.focus());
    }
}

/// Whether a link leads to this path, or, unless `exact`, to one above it.
fn leads_here(href: &str, path: &str, exact: bool) -> bool {
    let href = href.split(['?', '#']).next().unwrap_or_default();
    let rest = path.strip_prefix(href);
    rest.is_some_and(|rest| rest.is_empty() || !exact && rest.starts_with('/'))
}

/// A link; marked (`aria-current`) where it leads here.
#[component]
pub fn A(
    #[prop(into)] href: Signal<String>,
    /// Not marked on pages below its own.
    #[prop(optional)]
    exact: bool,
    children: Children,
) -> impl IntoView {
    let path = path();
    let is_here = move || href.with(|href| path.with(|path| leads_here(href, path, exact)));
    view! {
        <a href=move || href.get() aria-current=move || is_here().then_some("page")>
            {children()}
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::leads_here;

    #[test]
    fn links_above_are_marked_too() {
        for (href, path) in [
            ("/", "/"),
            ("/d", "/d"),
            ("/d", "/d/1"),
            ("/s/1", "/s/1/c/2"),
            ("/s/1/c/2?m=4", "/s/1/c/2"),
            ("/settings/account#top", "/settings/account"),
        ] {
            assert!(leads_here(href, path, false), "{href} {path}");
        }
        for (href, path) in [("/", "/d"), ("/d", "/discover"), ("/d/1", "/d"), ("/s/1", "/s/10")] {
            assert!(!leads_here(href, path, false), "{href} {path}");
        }
        assert!(leads_here("/d", "/d", true) && !leads_here("/d", "/d/1", true));
    }
}
