//! What the contract says about paths: 404 or 405 where no route took one, 400 for a query parameter
//! that the operation does not have.

use crate::error::ApiError;
use crate::http::json::NoContent;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::ALLOW;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, Responder as _, ResponseError as _, web};
use shared::error::{ErrorCode, FieldCode, FieldError};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

/// The paths of the contract and their methods.
#[derive(Clone, Debug, Default)]
pub struct Methods(Vec<(Vec<String>, Vec<Known>)>);

/// An operation.
#[derive(Clone, Debug)]
struct Known {
    method: &'static str,
    /// The names of its query parameters.
    query: Vec<String>,
}

impl Known {
    fn of(method: &'static str, operation: &Operation) -> Self {
        let parameters = operation.parameters.iter().flatten();
        let query = parameters.filter_map(|parameter| match parameter {
            RefOr::T(p) if p.parameter_in == ParameterIn::Query => Some(p.name.clone()),
            _ => None,
        });
        Self { method, query: query.collect() }
    }
}

impl Methods {
    /// Reads them from the contract.
    #[must_use]
    pub fn of(contract: &OpenApi) -> Self {
        let paths = contract.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ];
            let known = |(method, operation): (_, &Option<Operation>)| {
                operation.as_ref().map(|operation| Known::of(method, operation))
            };
            let segments = path.split('/').map(str::to_owned).collect();
            (segments, methods.into_iter().filter_map(known).collect())
        });
        Self(paths.collect())
    }

    fn known(&self, path: &str) -> impl Iterator<Item = &Known> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = move |segments: &Vec<String>| {
            segments.len() == asked.len()
                && segments
                    .iter()
                    .zip(&asked)
                    .all(|(known, asked)| known.starts_with('{') || known == asked)
        };
        self.0.iter().filter(move |(segments, _)| fits(segments)).flat_map(|(_, known)| known)
    }

    /// The first parameter of the query that the operation does not have. Of an unknown operation
    /// there is nothing to say.
    fn stranger(&self, method: &str, path: &str, query: &str) -> Option<String> {
        let known: Vec<&Known> = self.known(path).filter(|known| known.method == method).collect();
        let names = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
        let is_known = |name: &&str| known.iter().any(|k| k.query.iter().any(|own| own == name));
        let strange = names.into_iter().find(|name| !is_known(name));
        strange.filter(|_| !known.is_empty()).map(str::to_owned)
    }

    /// The methods of a path; empty when there is no such path.
    #[must_use]
    pub fn allowed(&self, path: &str) -> Vec<&'static str> {
        let mut allowed: Vec<_> = self.known(path).map(|known| known.method).collect();
        allowed.sort_unstable();
        allowed.dedup();
        allowed
    }
}

/// Refuses query parameters that the operation does not have: a typo never passes in silence.
///
/// # Errors
/// Those of the layers within.
pub async fn parameters<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    if !request.query_string().is_empty()
        && let Some(methods) = request.app_data::<web::Data<Methods>>()
        && let Some(name) =
            methods.stranger(request.method().as_str(), request.path(), request.query_string())
    {
        let error = ApiError {
            errors: vec![FieldError::new(&name, FieldCode::Unknown)],
            ..ApiError::new(ErrorCode::UnknownField)
        };
        return Ok(request.error_response(error).map_into_right_body());
    }
    next.call(request).await.map(ServiceResponse::map_into_left_body)
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
