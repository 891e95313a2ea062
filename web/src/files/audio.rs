//! Sounds: one plays at a time, and goes on when its message is scrolled away. The rows of the list hold
//! no state; the player writes into whichever row of its sound is in the page.

use crate::i18n::{Key, tr};
use crate::ui::dom;
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, AudioContext, Element, HtmlAudioElement, HtmlInputElement, Response};

const SPEEDS: [f64; 4] = [1.0, 1.5, 2.0, 0.75];
/// Bars of a drawn sound.
const BARS: usize = 64;
/// Larger sounds are not drawn, in bytes: decoding them takes memory.
const DRAWN: f64 = 12_000_000.0;

struct Player {
    audio: HtmlAudioElement,
    /// The sound that plays or played last.
    id: String,
    speed: usize,
    waves: HashMap<String, String>,
}

thread_local! {
    static PLAYER: RefCell<Option<Player>> = const { RefCell::new(None) };
}

/// `1:05`.
#[must_use]
pub fn clock(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.max(0.0) as u32 } else { 0 };
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn player<T>(work: impl FnOnce(&mut Player) -> T) -> Option<T> {
    PLAYER.with_borrow_mut(|player| {
        if player.is_none() {
            *player = start();
        }
        player.as_mut().map(work)
    })
}

fn start() -> Option<Player> {
    let audio = HtmlAudioElement::new().ok()?;
    let tick = Closure::<dyn Fn()>::new(show);
    for event in ["timeupdate", "play", "pause", "ended", "durationchange"] {
        drop(audio.add_event_listener_with_callback(event, tick.as_ref().unchecked_ref()));
    }
    let failed = Closure::<dyn Fn()>::new(fail);
    drop(audio.add_event_listener_with_callback("error", failed.as_ref().unchecked_ref()));
    // The player lives as long as the tab.
    tick.forget();
    failed.forget();
    Some(Player { audio, id: String::new(), speed: 0, waves: HashMap::new() })
}

fn row(id: &str) -> Option<Element> {
    document().query_selector(&format!("[data-sound=\"{id}\"]")).ok().flatten()
}

fn part(row: &Element, selector: &str) -> Option<Element> {
    row.query_selector(selector).ok().flatten()
}

fn of(element: &Element) -> Option<(Element, String)> {
    let row = element.closest("[data-sound]").ok().flatten()?;
    let id = row.get_attribute("data-sound")?;
    Some((row, id))
}

/// Plays the sound of a row, or lets it rest.
fn play(element: &Element) {
    let Some((row, id)) = of(element) else { return };
    let url = row.get_attribute("data-url").unwrap_or_default();
    let before = player(|player| {
        let before = std::mem::replace(&mut player.id, id.clone());
        if before != id {
            player.audio.set_src(&url);
            player.audio.set_playback_rate(SPEEDS[player.speed]);
        }
        let is_resting = player.audio.paused();
        (before, player.audio.clone(), is_resting)
    });
    let Some((before, audio, is_resting)) = before else { return };
    if before != id {
        if let Some(row) = self::row(&before) {
            rest(&row);
        }
        draw(&row, &id, url);
    }
    if !is_resting && before == id {
        // Resting cannot fail.
        drop(audio.pause());
    } else if let Ok(promise) = audio.play() {
        spawn_local(async move {
            // A failure is told by the element's own event.
            drop(JsFuture::from(promise).await);
        });
    }
}

/// The next speed.
fn speed(element: &Element) {
    let Some((row, _)) = of(element) else { return };
    let label = player(|player| {
        player.speed = (player.speed + 1) % SPEEDS.len();
        player.audio.set_playback_rate(SPEEDS[player.speed]);
        format!("{}×", SPEEDS[player.speed])
    });
    if let (Some(button), Some(label)) = (part(&row, ".sound__speed"), label) {
        button.set_text_content(Some(&label));
    }
}

/// The reader has moved the mark of a sound.
fn seek(element: &Element) {
    let Some((_, id)) = of(element) else { return };
    let Some(input) = element.dyn_ref::<HtmlInputElement>() else { return };
    let share = input.value_as_number() / 1000.0;
    let is_its = player(|player| {
        let length = player.audio.duration();
        if player.id == id && length.is_finite() {
            player.audio.set_current_time(length * share);
        }
        player.id == id
    });
    if is_its == Some(false) {
        input.set_value("0");
    }
}

fn rest(row: &Element) {
    drop(row.remove_attribute("data-playing"));
    if let Some(button) = part(row, ".sound__play") {
        dom::set(&button, "aria-label", tr(Key::FilesPlay));
    }
}

/// Writes where the sound is into its row, if that is in the page.
fn show() {
    let state = PLAYER.with_borrow(|player| {
        let player = player.as_ref()?;
        let audio = &player.audio;
        Some((player.id.clone(), audio.paused(), audio.current_time(), audio.duration()))
    });
    let Some((id, is_resting, at, length)) = state else { return };
    let Some(row) = row(&id) else { return };
    if is_resting {
        rest(&row);
    } else {
        dom::set(&row, "data-playing", "");
        if let Some(button) = part(&row, ".sound__play") {
            dom::set(&button, "aria-label", tr(Key::FilesPause));
        }
    }
    let share = if length.is_finite() && length > 0.0 { at / length } else { 0.0 };
    dom::style(&row, "--played", &format!("{:.1}%", share * 100.0));
    let seek = part(&row, ".sound__seek").and_then(|e| e.dyn_into::<HtmlInputElement>().ok());
    if let Some(seek) = seek {
        seek.set_value(&format!("{:.0}", share * 1000.0));
        dom::set(&seek, "aria-valuetext", &clock(at));
    }
    if let Some(time) = part(&row, ".sound__time") {
        let shown = if length.is_finite() { length - at } else { at };
        time.set_text_content(Some(&clock(shown)));
    }
}

fn fail() {
    let id = PLAYER.with_borrow(|player| player.as_ref().map(|player| player.id.clone()));
    let Some(row) = id.and_then(|id| row(&id)) else { return };
    rest(&row);
    if let Some(time) = part(&row, ".sound__time") {
        time.set_text_content(Some(tr(Key::FilesNotPlayed)));
    }
}

/// Draws a sound into its row, once it is known how it looks.
fn draw(row: &Element, id: &str, url: String) {
    if let Some(path) = player(|player| player.waves.get(id).cloned()).flatten() {
        return put_wave(row, &path);
    }
    let size = row.get_attribute("data-size").and_then(|size| size.parse().ok());
    if size.is_none_or(|size: f64| size > DRAWN) {
        return;
    }
    let id = id.to_owned();
    spawn_local(async move {
        let Some(path) = wave(&url).await else { return };
        if let Some(row) = self::row(&id) {
            put_wave(&row, &path);
        }
        player(|player| player.waves.insert(id, path));
    });
}

/// The loudness along a sound, as a path in a box of [`BARS`] × 24.
async fn wave(url: &str) -> Option<String> {
    let response = JsFuture::from(window().fetch_with_str(url)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    let bytes = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    let context = AudioContext::new().ok()?;
    let decoded = JsFuture::from(context.decode_audio_data(&bytes.unchecked_into()).ok()?).await;
    drop(context.close());
    let buffer: AudioBuffer = decoded.ok()?.dyn_into().ok()?;
    let samples = buffer.get_channel_data(0).ok()?;
    let step = (samples.len() / BARS).max(1);
    let peaks: Vec<f32> = samples
        .chunks(step)
        .take(BARS)
        .map(|chunk| chunk.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs())))
        .collect();
    let loudest = peaks.iter().copied().fold(0.01_f32, f32::max);
    let bar = |(at, peak): (usize, &f32)| {
        let half = (peak / loudest * 11.0).max(1.0);
        format!("M{}.5 {:.1}V{:.1}", at, 12.0 - half, 12.0 + half)
    };
    Some(peaks.iter().enumerate().map(bar).collect())
}

fn put_wave(row: &Element, path: &str) {
    let Some(track) = part(row, ".sound__track") else { return };
    if part(&track, "svg").is_some() {
        return;
    }
    dom::set(row, "data-drawn", "");
    for class in ["sound__wave", "sound__wave sound__wave--played"] {
        let made = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "svg");
        let Ok(svg) = made else { return };
        dom::set(&svg, "class", class);
        dom::set(&svg, "viewBox", &format!("0 0 {BARS} 24"));
        dom::set(&svg, "preserveAspectRatio", "none");
        dom::set(&svg, "aria-hidden", "true");
        if let Ok(line) = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "path") {
            dom::set(&line, "d", path);
            drop(svg.append_child(&line));
        }
        drop(track.append_child(&svg));
    }
}

/// What people do with a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Play, or let it rest.
    Play,
    /// The next speed.
    Speed,
    /// The mark was moved.
    Seek,
}

crate::lazy! {
    tools => pub fn perform(deed: Deed, element: Element) -> () {
        match deed {
            Deed::Play => play(&element),
            Deed::Speed => speed(&element),
            Deed::Seek => seek(&element),
        }
    }
}
