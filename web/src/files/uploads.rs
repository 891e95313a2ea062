//! Files on their way up and those that wait for their message, by chat and thread. They stay when another
//! one is opened; a reload ends them.

use crate::api::ApiError;
use crate::api::files as api;
use crate::i18n::{Key, tf, tr};
use crate::state::Place;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::files::{Attachment, FileKind, FileLimits, MAX_ATTACHMENTS, clean_name};

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use web_sys::{File, FileList, Url, XmlHttpRequest};

/// How an upload stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// So much of it is there, in percent.
    Running(u32),
    /// A sentence; whether trying again may help.
    Failed(String, bool),
    Done(Attachment),
}

/// One file.
#[derive(Clone)]
pub struct Item {
    pub key: u32,
    pub name: String,
    pub size: i64,
    pub kind: FileKind,
    /// An address of the picture in this tab.
    pub preview: Option<String>,
    pub stage: ArcRwSignal<Stage>,
}

/// What cannot leave this thread.
#[derive(Default)]
struct Task {
    file: Option<File>,
    request: Option<XmlHttpRequest>,
}

thread_local! {
    static TASKS: RefCell<HashMap<u32, Task>> = RefCell::default();
    static NEXT: Cell<u32> = const { Cell::new(1) };
    static LIMITS: Cell<Option<FileLimits>> = const { Cell::new(None) };
}

/// See the module.
#[derive(Clone, Copy, Default)]
pub struct Uploads {
    items: RwSignal<HashMap<Place, Vec<Item>>>,
}

impl Uploads {
    /// The files of a place, reactively.
    #[must_use]
    pub fn of(&self, place: Place) -> Vec<Item> {
        self.items.with(|all| all.get(&place).cloned()).unwrap_or_default()
    }

    /// Whether there are files, reactively.
    #[must_use]
    pub fn any(&self, place: Place) -> bool {
        self.items.with(|all| all.contains_key(&place))
    }

    /// Whether one is still on its way, reactively.
    #[must_use]
    pub fn is_running(&self, place: Place) -> bool {
        self.of(place).iter().any(|item| item.stage.with(|s| matches!(s, Stage::Running(_))))
    }

    /// Whether one failed, reactively.
    #[must_use]
    pub fn has_failed(&self, place: Place) -> bool {
        self.of(place).iter().any(|item| item.stage.with(|s| matches!(s, Stage::Failed(..))))
    }

    /// Begins to upload files; a sentence when not all of them can go.
    pub fn add(&self, place: Place, files: &FileList) -> Option<String> {
        let list: Vec<File> = (0..files.length()).filter_map(|at| files.get(at)).collect();
        let there = untrack(|| self.of(place)).len();
        let room = MAX_ATTACHMENTS.saturating_sub(there);
        let too_many = list.len() > room;
        for file in list.into_iter().take(room) {
            self.begin(place, file);
        }
        let most = MAX_ATTACHMENTS.to_string();
        too_many.then(|| tf(Key::FilesTooMany, &[("n", &most)]))
    }

    fn begin(&self, place: Place, file: File) {
        let key = NEXT.replace(NEXT.get() + 1);
        let kind = kind_of(&file.type_());
        let item = Item {
            key,
            name: clean_name(&file.name()),
            size: file.size() as i64,
            kind,
            preview: (kind == FileKind::Image)
                .then(|| Url::create_object_url_with_blob(&file).ok())
                .flatten(),
            stage: ArcRwSignal::new(Stage::Running(0)),
        };
        TASKS.with_borrow_mut(|tasks| {
            tasks.insert(key, Task { file: Some(file), request: None });
        });
        let stage = item.stage.clone();
        let size = item.size;
        self.items.update(|all| all.entry(place).or_default().push(item));
        run(place, key, kind, size, stage);
    }

    /// Tries a failed one again.
    pub fn retry(&self, place: Place, key: u32) {
        let item = untrack(|| self.of(place)).into_iter().find(|item| item.key == key);
        if let Some(item) = item {
            item.stage.set(Stage::Running(0));
            run(place, key, item.kind, item.size, item.stage);
        }
    }

    /// Takes a file away: ends its upload, or gives up what is there.
    pub fn remove(&self, place: Place, key: u32) {
        let item = untrack(|| self.of(place)).into_iter().find(|item| item.key == key);
        self.forget(place, |item| item.key == key);
        if let Some(Stage::Done(file)) = item.map(|item| item.stage.get_untracked()) {
            spawn_local(async move {
                // What cannot be given up now goes after a day by itself.
                drop(api::delete_file(file.id).await);
            });
        }
    }

    /// Takes the files for a message, when all of them are there.
    pub fn take(&self, place: Place) -> Option<Vec<Attachment>> {
        let items = untrack(|| self.of(place));
        let done = items.iter().map(|item| match item.stage.get_untracked() {
            Stage::Done(file) => Some(file),
            _ => None,
        });
        let files: Option<Vec<Attachment>> = done.collect();
        if files.is_some() {
            self.forget(place, |_| true);
        }
        files
    }

    /// Gives back the files of a message that was given up.
    pub fn give_back(&self, place: Place, files: Vec<Attachment>) {
        if files.is_empty() {
            return;
        }
        let items = files.into_iter().map(|file| Item {
            key: NEXT.replace(NEXT.get() + 1),
            name: file.name.clone(),
            size: file.size,
            kind: file.kind,
            preview: (file.kind == FileKind::Image)
                .then(|| file.thumbnail_url.clone().unwrap_or_else(|| file.url.clone())),
            stage: ArcRwSignal::new(Stage::Done(file)),
        });
        self.items.update(|all| all.entry(place).or_default().extend(items));
    }

    fn forget(&self, place: Place, which: impl Fn(&Item) -> bool) {
        self.items.update(|all| {
            let Some(items) = all.get_mut(&place) else { return };
            items.retain(|item| {
                if !which(item) {
                    return true;
                }
                let task = TASKS.with_borrow_mut(|tasks| tasks.remove(&item.key));
                if let Some(request) = task.and_then(|task| task.request) {
                    // One that has ended takes no notice.
                    drop(request.abort());
                }
                if let Some(url) = item.preview.as_ref().filter(|url| url.starts_with("blob:")) {
                    drop(Url::revoke_object_url(url));
                }
                false
            });
            if items.is_empty() {
                all.remove(&place);
            }
        });
    }
}

/// What a browser says of a file; the server looks for itself.
fn kind_of(mime: &str) -> FileKind {
    match mime.split('/').next() {
        Some("image") if mime != "image/svg+xml" => FileKind::Image,
        Some("audio") => FileKind::Audio,
        Some("video") => FileKind::Video,
        _ => FileKind::Document,
    }
}

fn run(place: Place, key: u32, kind: FileKind, size: i64, stage: ArcRwSignal<Stage>) {
    spawn_local(async move {
        if send_off(place, key, kind, size, stage.clone()).await.is_err() {
            stage.set(Stage::Failed(tr(Key::FilesBroken).to_owned(), true));
        }
    });
}

crate::lazy! {
    tools => fn send_off(
        place: Place,
        key: u32,
        kind: FileKind,
        size: i64,
        stage: ArcRwSignal<Stage>,
    ) -> () {
        spawn_local(async move {
            let outcome = attempt(place, key, kind, size, &stage).await;
            let is_there = TASKS.with_borrow_mut(|tasks| {
                tasks.get_mut(&key).map(|task| task.request = None).is_some()
            });
            match outcome {
                // Taken away meanwhile.
                Ok(file) if !is_there => drop(api::delete_file(file.id).await),
                _ if !is_there => {}
                Ok(file) => stage.set(Stage::Done(file)),
                Err((sentence, again)) => stage.set(Stage::Failed(sentence, again)),
            }
        });
    }
}

async fn attempt(
    place: Place,
    key: u32,
    kind: FileKind,
    size: i64,
    stage: &ArcRwSignal<Stage>,
) -> Result<Attachment, (String, bool)> {
    let told = |error: ApiError| {
        let again = error.is_temporary();
        let sentence = match error {
            ApiError::Unreachable => tr(Key::FilesBroken).to_owned(),
            error => error.sentence(),
        };
        (sentence, again)
    };
    if LIMITS.get().is_none() {
        LIMITS.set(Some(api::limits().await.map_err(told)?));
    }
    if let Some(limits) = LIMITS.get() {
        let most = limits.of(kind);
        if size > most {
            return Err((tf(Key::FilesTooLarge, &[("size", &super::size(most))]), false));
        }
    }
    let file = TASKS.with_borrow(|tasks| tasks.get(&key).and_then(|task| task.file.clone()));
    let Some(file) = file else { return Err((String::new(), false)) };
    let stop = move |request: XmlHttpRequest| {
        TASKS.with_borrow_mut(|tasks| match tasks.get_mut(&key) {
            Some(task) => task.request = Some(request),
            None => drop(request.abort()),
        });
    };
    let shown = stage.clone();
    let progress: Rc<dyn Fn(f64)> = Rc::new(move |part: f64| {
        // The last percent is the server's: it looks at the file.
        let percent = (part * 99.0) as u32;
        if shown.get_untracked() != Stage::Running(percent) {
            shown.set(Stage::Running(percent));
        }
    });
    api::upload(place.chat, &file, &stop, progress).await.map_err(told)
}
