//! 404 or 405: what to say about a path of the API that no route took.

use crate::error::ApiError;
use crate::http::json::NoContent;
use actix_web::http::header::ALLOW;
use actix_web::{HttpRequest, HttpResponse, Responder as _, ResponseError as _, web};
use shared::error::ErrorCode;
use utoipa::openapi::OpenApi;

/// The paths of the contract and their methods.
#[derive(Clone, Debug, Default)]
pub struct Methods(Vec<(Vec<String>, Vec<&'static str>)>);

impl Methods {
    /// Reads them from the contract.
    #[must_use]
    pub fn of(contract: &OpenApi) -> Self {
        let paths = contract.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let segments = path.split('/').map(str::to_owned).collect();
            (segments, methods.into_iter().filter(|m| m.1).map(|m| m.0).collect())
        });
        Self(paths.collect())
    }

    /// The methods of a path; empty when there is no such path.
    #[must_use]
    pub fn allowed(&self, path: &str) -> Vec<&'static str> {
        let asked: Vec<&str> = path.split('/').collect();
        let mut allowed: Vec<&'static str> = self
            .0
            .iter()
            .filter(|(segments, _)| {
                segments.len() == asked.len()
                    && segments
                        .iter()
                        .zip(&asked)
                        .all(|(known, asked)| known.starts_with('{') || known == asked)
            })
            .flat_map(|(_, methods)| methods.iter().copied())
            .collect();
        allowed.sort_unstable();
        allowed.dedup();
        allowed
    }
}

/// Answers requests below `/api/` that no route took.
pub async fn fallback(request: HttpRequest, methods: web::Data<Methods>) -> HttpResponse {
    let allowed = methods.allowed(request.path());
    if allowed.is_empty() {
        return ApiError::not_found().error_response();
    }
    let allow = allowed.join(", ");
    if request.method() == actix_web::http::Method::OPTIONS {
        let mut response = NoContent.respond_to(&request);
        if let Ok(value) = allow.parse() {
            response.headers_mut().insert(ALLOW, value);
        }
        return response;
    }
    let mut response = ApiError::new(ErrorCode::MethodNotAllowed).error_response();
    if let Ok(value) = allow.parse() {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_several_methods() {
        let methods = Methods::of(&crate::router::contract());
        assert_eq!(methods.allowed("/api/v1/chats"), ["GET", "POST"]);
        assert_eq!(methods.allowed("/api/v1/messages/x"), ["DELETE", "GET", "PATCH", "POST"]);
        assert!(methods.allowed("/api/v1/nothing").is_empty());
    }
}
