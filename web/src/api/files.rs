//! Files go up through `XMLHttpRequest`: it tells how far it is.

use super::client::{access_token, delete, get};
use super::{ApiError, ApiResult};
use shared::error::Problem;
use shared::files::{Attachment, FileLimits};
use shared::ids::{ChatId, FileId};
use shared::json;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

/// What may be uploaded.
pub async fn limits() -> ApiResult<FileLimits> {
    get("/files/limits").send().await
}

/// Gives up an upload that no message has.
pub async fn delete_file(file: FileId) -> ApiResult<()> {
    delete(format!("/files/{file}")).send().await
}

/// Uploads a file for a message. `stop` gets what ends the upload; `progress` hears how much is there,
/// from 0 to 1.
pub async fn upload(
    chat: ChatId,
    file: &File,
    stop: &dyn Fn(XmlHttpRequest),
    progress: Rc<dyn Fn(f64)>,
) -> ApiResult<Attachment> {
    let text = send(&format!("/files?chat_id={chat}"), file, stop, progress).await?;
    Ok(json::read(&text)?)
}

/// Uploads a picture to a path that makes something of it; returns the answer's text.
pub async fn send(
    path: &str,
    file: &File,
    stop: &dyn Fn(XmlHttpRequest),
    progress: Rc<dyn Fn(f64)>,
) -> ApiResult<String> {
    let token = access_token().await?;
    let broken = |_| ApiError::Unreadable;
    let request = XmlHttpRequest::new().map_err(broken)?;
    request.open("POST", &format!("/api/v1{path}")).map_err(broken)?;
    for (name, value) in [
        ("Authorization", format!("Bearer {token}")),
        ("Accept", "application/json".to_owned()),
        ("Accept-Language", crate::i18n::lang_untracked().tag().to_owned()),
    ] {
        request.set_request_header(name, &value).map_err(broken)?;
    }
    let form = FormData::new().map_err(broken)?;
    form.append_with_blob_and_filename("file", file, &file.name()).map_err(broken)?;
    let mut on_end = None;
    let ended = js_sys::Promise::new(&mut |resolve, _| on_end = Some(resolve));
    request.set_onloadend(on_end.as_ref());
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress(event.loaded() / event.total());
        }
    });
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    }
    request.send_with_opt_form_data(Some(&form)).map_err(broken)?;
    stop(request.clone());
    // The request is ended by `stop`, too: then its status is 0.
    drop(JsFuture::from(ended).await);
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match request.status().unwrap_or(0) {
        200..=299 => Ok(text),
        0 => Err(ApiError::Unreachable),
        _ => match json::read::<Problem>(&text) {
            Ok(problem) => Err(ApiError::Problem(Box::new(problem))),
            Err(_) => Err(ApiError::Unreachable),
        },
    }
}
