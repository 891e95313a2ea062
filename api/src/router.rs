//! The whole route table.

use crate::app::App;
use crate::http::cors::cors;
use crate::http::deadline::deadline;
use crate::http::headers::headers;
use crate::http::idempotency::once;
use crate::http::methods::{Methods, fallback, parameters};
use crate::http::observe::observe;
use crate::http::one_path::one_path;
use crate::http::panics::caught;
use crate::http::problem::problems;
use crate::http::rate_limit::limit_requests;
use crate::jobs::Jobs;
use crate::openapi::{Contract, complete};
use crate::platform::web_assets;
use crate::realtime::command::Commands;
use crate::realtime::socket::{Door, Waiting, open_socket, queue_upgrades};
use crate::{
    asyncapi, chat, expression, files, health, identity, integrations, notifications, people,
    profiles, spaces,
};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{Error, web};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::SwaggerUi;

/// The commands of all slices.
#[must_use]
pub fn commands() -> Commands {
    identity::commands().merge(chat::commands())
}

/// The jobs of all slices.
#[must_use]
pub fn jobs() -> Jobs {
    identity::jobs().merge(notifications::jobs()).merge(chat::jobs())
}

fn v1(config: &mut ServiceConfig) {
    identity::routes(config);
    notifications::routes(config);
    files::routes(config);
    profiles::routes(config);
    spaces::routes(config);
    chat::routes(config);
    expression::routes(config);
    integrations::routes(config);
    people::routes(config);
    config.service(open_socket);
}

/// The service of one worker. `waiting` and `door` are shared by all of them.
pub fn service(
    app: App,
    waiting: Waiting,
    door: Door,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (service, contract) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Contract::openapi())
        .service(scope("/api/v1").configure(v1))
        .configure(health::routes)
        .split_for_parts();
    let methods = Methods::of(&contract);
    let cors = cors(&app.config.server.allowed_origins);
    service
        .service(web::redirect("/api/docs", "/api/docs/"))
        .service(SwaggerUi::new("/api/docs/{_:.*}").url("/api/openapi.json", complete(contract)))
        .service(web::resource("/api/asyncapi.json").route(web::get().to(asyncapi::serve)))
        .service(web::scope("/api").default_service(web::to(fallback)))
        .default_service(web::to(web_assets::serve))
        .app_data(web::Data::new(methods))
        .app_data(web::Data::new(app))
        .app_data(web::Data::new(commands()))
        .app_data(web::Data::new(waiting))
        .app_data(web::Data::new(door))
        // A write with a key is then refused and may be tried again.
        .wrap(from_fn(caught))
        .wrap(from_fn(once))
        .wrap(from_fn(parameters))
        .wrap(from_fn(limit_requests))
        .wrap(from_fn(deadline))
        .wrap(from_fn(queue_upgrades))
        .wrap(from_fn(one_path))
        // The layers are ours, too.
        .wrap(from_fn(caught))
        .wrap(from_fn(problems))
        .wrap(cors)
        .wrap(from_fn(headers))
        .wrap(from_fn(observe))
}

/// The REST contract of these routes.
#[must_use]
pub fn contract() -> OpenApi {
    let (_, api) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Contract::openapi())
        .service(scope("/api/v1").configure(v1))
        .configure(health::routes)
        .split_for_parts();
    complete(api)
}
