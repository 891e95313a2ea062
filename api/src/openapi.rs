//! The REST contract, collected from the routes.

mod complete;

pub use complete::complete;

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

/// Title, tags and security; the paths come from the router.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "The Space",
        description = "One self-hosted place where a community, a school or a small business talks. \
            Errors are `application/problem+json` with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/", description = "This server")),
    components(schemas(shared::error::Problem)),
    modifiers(&Security),
    security(("bearer" = [])),
    tags(
        (name = "auth", description = "Accounts, logins, tokens"),
        (name = "profile", description = "Profiles and presence"),
        (name = "spaces", description = "Spaces, members, roles"),
        (name = "chats", description = "Chats and read state"),
        (name = "messages", description = "Messages, reactions, search"),
        (name = "stickers", description = "Sticker packs"),
        (name = "bots", description = "Accounts for programs"),
        (name = "notifications", description = "The inbox and what comes into it"),
        (name = "realtime", description = "The WebSocket; its frames are in asyncapi.json"),
        (name = "service", description = "Health")
    )
)]
pub struct Contract;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}
