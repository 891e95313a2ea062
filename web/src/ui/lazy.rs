//! Screens whose code is fetched when they are first shown: everything that is not needed to read and
//! write in a chat. They wait for the other texts and styles that come after the first screen, too.
//!
//! [`lazy!`](crate::lazy) makes the boundary, [`later`] and [`once_open`] put the screen into a view.
//! Only the release build splits (`scripts/split-web.mjs`, `--cfg split`); elsewhere the code is there.

use super::{Failure, SkeletonRows, Toasts};
use crate::boot;
use crate::effect::Effect;
use crate::i18n::{self, Key, t, tr};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::reactive::owner::WeakOwner;
use leptos::task::spawn_local;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

/// The code of a screen could not be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Missing;

#[cfg(split)]
impl From<leptos::wasm_split::SplitLoaderError> for Missing {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

/// What a lazy function gives: the screen, once its code is there.
pub type Part<T = AnyView> = Result<T, Missing>;

type Load = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Part>>> + Send + Sync>;

fn erase<F>(load: impl Fn() -> F + Send + Sync + 'static) -> Load
where
    F: Future<Output = Part> + 'static,
{
    Arc::new(move || Box::pin(load()))
}

/// `lazy! { name => pub fn screen(chat: ChatId) -> AnyView { … } }` declares an async function whose
/// body, and what only it uses, is fetched with the first call. Functions of the same name travel
/// together. The body must not be generic.
#[macro_export]
macro_rules! lazy {
    ($($part:ident => $(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $out:ty $body:block)+) => {$(
        #[cfg(split)]
        #[::leptos::wasm_split::wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible)]
        $(#[$doc])*
        $vis fn $name($($arg: $type),*) -> $crate::ui::lazy::Part<$out> {
            Ok($body)
        }
        #[cfg(not(split))]
        $(#[$doc])*
        $vis async fn $name($($arg: $type),*) -> $crate::ui::lazy::Part<$out> {
            Ok($body)
        }
    )+};
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Not asked for.
    Idle,
    Loading,
    Ready,
    Failed,
}

/// The place of a screen whose code may not be here yet.
#[derive(Clone, Copy)]
struct Place {
    /// The view that the screen stands in: what the screen makes lives as long as that.
    owner: StoredValue<WeakOwner>,
    load: StoredValue<Load>,
    state: RwSignal<State>,
    made: StoredValue<Option<AnyView>, LocalStorage>,
}

impl Place {
    fn new(load: Load) -> Self {
        let owner = Owner::current().unwrap_or_default().downgrade();
        Self {
            owner: StoredValue::new(owner),
            load: StoredValue::new(load),
            state: RwSignal::new(State::Idle),
            made: StoredValue::new_local(None),
        }
    }

    /// Fetches and makes the screen, once; again after a failure.
    fn start(self, on_failure: Option<Callback<()>>) {
        if matches!(self.state.get_untracked(), State::Loading | State::Ready) {
            return;
        }
        let Some(owner) = self.owner.with_value(WeakOwner::upgrade) else { return };
        self.state.set(State::Loading);
        let screen = self.load.with_value(|load| load());
        let mut made = Box::pin(owner.with(|| ScopedFuture::new_untracked(screen)));
        spawn_local(async move {
            // The code comes in the middle of it: nothing is made where the view has gone meanwhile.
            let made = poll_fn(move |context| match self.state.is_disposed() {
                true => Poll::Ready(Err(Missing)),
                false => made.as_mut().poll(context),
            });
            let outcome = match i18n::ready().await && boot::styles().await {
                true => made.await.map(|view| self.made.try_set_value(Some(view))),
                false => Err(Missing),
            };
            let gone = self.state.try_set(match outcome {
                Ok(_) => State::Ready,
                Err(Missing) => State::Failed,
            });
            if let (Err(Missing), Some(tell), None) = (outcome, on_failure, gone) {
                tell.run(());
            }
        });
    }

    fn view(self, waiting: fn() -> AnyView, failed: fn(Self) -> AnyView) -> AnyView {
        let shown = move || match self.state.get() {
            State::Idle => ().into_any(),
            State::Loading => waiting(),
            State::Ready => self.made.try_update_value(Option::take).flatten().into_any(),
            State::Failed => failed(self),
        };
        shown.into_any()
    }
}

/// The screen once its code is there; until then rows without content, and a way to try again.
pub fn later<F>(load: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = Part> + 'static,
{
    let place = Place::new(erase(load));
    place.start(None);
    place.view(
        || view! { <SkeletonRows label=t(Key::AppLoading) /> }.into_any(),
        |place| {
            view! {
                <Failure
                    sentence=Signal::derive(|| tr(Key::AppUnreachable).to_owned())
                    on_retry=move |()| place.start(None)
                />
            }
            .into_any()
        },
    )
}

/// As [`later`], with something else in its place until then, and nothing where its code can't be had.
pub fn later_as<F>(
    load: impl Fn() -> F + Send + Sync + 'static,
    waiting: fn() -> AnyView,
) -> AnyView
where
    F: Future<Output = Part> + 'static,
{
    let place = Place::new(erase(load));
    place.start(None);
    place.view(waiting, |_| ().into_any())
}

/// A dialog or menu: its code is fetched when `open` is true for the first time. A failure is told
/// with a button that tries again; opening once more does too.
pub fn once_open<F>(
    open: impl Fn() -> bool + Send + Sync + 'static,
    load: impl Fn() -> F + Send + Sync + 'static,
) -> AnyView
where
    F: Future<Output = Part> + 'static,
{
    first_time(Signal::derive(open), erase(load), on_its_way)
}

/// As [`once_open`], with something else in its place until the code is there.
pub fn once_open_as<F>(
    open: impl Fn() -> bool + Send + Sync + 'static,
    load: impl Fn() -> F + Send + Sync + 'static,
    waiting: fn() -> AnyView,
) -> AnyView
where
    F: Future<Output = Part> + 'static,
{
    first_time(Signal::derive(open), erase(load), waiting)
}

fn first_time(open: Signal<bool>, load: Load, waiting: fn() -> AnyView) -> AnyView {
    let place = Place::new(load);
    let toasts = expect_context::<Toasts>();
    let failed = Callback::new(move |()| {
        let again = Callback::new(move |()| place.start(None));
        toasts.offer(tr(Key::AppUnreachable), tr(Key::AppRetry), again);
    });
    Effect::new(move |_| {
        if open.get() {
            place.start(Some(failed));
        }
    });
    place.view(waiting, |_| ().into_any())
}

/// Says that the code of a dialog or menu is on its way.
pub fn on_its_way() -> AnyView {
    view! { <span class="lazy-wait" role="status" aria-label=t(Key::AppLoading)></span> }.into_any()
}
