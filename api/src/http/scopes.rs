//! What a token for programs must hold, for every route and every socket command. The one table; a
//! test compares it with the contract.

use actix_web::http::Method;
use shared::integrations::Scope;

/// What is needed beside being known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Only a person who signed in himself: accounts, logins, tokens, bots.
    Login,
    /// A login, or a token with this scope.
    Scope(Scope),
    /// The same, but no bot.
    PersonsScope(Scope),
}

use Need::{Login, PersonsScope};
use Scope::{FilesWrite, MessagesWrite, ProfileWrite, Read, SpacesManage, StickersWrite};

/// The first row that fits counts. A method (`*`: any), a path below `/api/v1` (`*`: one segment,
/// `**`: whatever follows, also nothing) and what is needed.
const ROUTES: &[(&str, &str, Need)] = &[
    ("GET", "/auth/me", Need::Scope(Read)),
    ("*", "/auth/**", Login),
    ("*", "/bots/**", Login),
    ("*", "/admin/**", Login),
    ("*", "/account/**", Login),
    ("*", "/profile/me/deletion", Login),
    ("*", "/profile/me/export", Login),
    ("GET", "/**", Need::Scope(Read)),
    ("*", "/messages/**", Need::Scope(MessagesWrite)),
    ("POST", "/chats", Need::Scope(MessagesWrite)),
    ("POST", "/chats/*/read", Need::Scope(MessagesWrite)),
    ("POST", "/chats/*/unread", Need::Scope(MessagesWrite)),
    ("POST", "/chats/read-all", Need::Scope(MessagesWrite)),
    ("POST", "/chats/*/typing", Need::Scope(MessagesWrite)),
    ("*", "/chats/**", Need::Scope(SpacesManage)),
    ("*", "/files/**", Need::Scope(FilesWrite)),
    // Bots come into spaces by who may add members, and own none.
    ("POST", "/spaces", PersonsScope(SpacesManage)),
    ("DELETE", "/spaces/*", PersonsScope(SpacesManage)),
    ("POST", "/spaces/*/join", PersonsScope(SpacesManage)),
    ("POST", "/spaces/*/transfer", PersonsScope(SpacesManage)),
    ("POST", "/spaces/*/bots", PersonsScope(SpacesManage)),
    ("*", "/spaces/**", Need::Scope(SpacesManage)),
    ("POST", "/invites/*/accept", PersonsScope(SpacesManage)),
    ("*", "/invites/**", Need::Scope(SpacesManage)),
    ("*", "/profile/**", Need::Scope(ProfileWrite)),
    ("*", "/status/**", Need::Scope(ProfileWrite)),
    ("*", "/notifications/**", Need::Scope(ProfileWrite)),
    ("*", "/settings/**", Need::Scope(ProfileWrite)),
    ("*", "/stickers/**", Need::Scope(StickersWrite)),
];

/// What a route needs. What the table does not know needs a login.
#[must_use]
pub fn of_route(method: &Method, path: &str) -> Need {
    listed(method.as_str(), path.strip_prefix("/api/v1").unwrap_or(path)).unwrap_or(Login)
}

/// The row of a path below `/api/v1`.
#[must_use]
pub fn listed(method: &str, path: &str) -> Option<Need> {
    let method = if method == "HEAD" { "GET" } else { method };
    let row = ROUTES.iter().find(|(allowed, pattern, _)| {
        (*allowed == "*" || *allowed == method) && fits(pattern, path)
    });
    row.map(|(_, _, need)| *need)
}

/// What a socket command needs; `hello` needs what reading needs.
#[must_use]
pub fn of_command(kind: &str) -> Option<Need> {
    Some(match kind {
        "hello" | "reauthenticate" | "join_room" | "leave_room" | "heartbeat" => Need::Scope(Read),
        "send_message" | "edit_message" | "delete_message" | "add_reaction" | "typing"
        | "mark_read" => Need::Scope(MessagesWrite),
        "set_status" => Need::Scope(ProfileWrite),
        _ => return None,
    })
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut asked = path.split('/').skip(1);
    for part in pattern.split('/').skip(1) {
        match (part, asked.next()) {
            ("**", _) => return true,
            ("*", Some(segment)) if !segment.is_empty() => {}
            (part, Some(segment)) if part == segment => {}
            _ => return false,
        }
    }
    asked.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_that_fits_counts() {
        let need = |method, path| listed(method, path);
        assert_eq!(need("GET", "/auth/me"), Some(Need::Scope(Read)));
        assert_eq!(need("GET", "/auth/tokens"), Some(Login));
        assert_eq!(need("GET", "/bots"), Some(Login));
        assert_eq!(need("HEAD", "/spaces"), Some(Need::Scope(Read)));
        assert_eq!(need("POST", "/spaces"), Some(PersonsScope(SpacesManage)));
        assert_eq!(need("POST", "/spaces/x/roles"), Some(Need::Scope(SpacesManage)));
        assert_eq!(need("POST", "/chats/x/read"), Some(Need::Scope(MessagesWrite)));
        assert_eq!(need("POST", "/chats/x/members"), Some(Need::Scope(SpacesManage)));
        assert_eq!(need("POST", "/nothing/of/the/kind"), None);
        assert_eq!(of_route(&Method::POST, "/api/v1/nothing"), Login);
    }
}
