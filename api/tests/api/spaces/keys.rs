//! Hole 23: no permission is decoration. Each key alone opens something that is shut without it.

use crate::support::TestApp;
use crate::support::bakery::send as say;
use crate::support::client::{Answer, Client, send};
use crate::support::staff::{Staff, text};
use reqwest::Method;
use serde_json::{Value, json};
use shared::permission::Permission;

/// What a key opens, and what must be held beside it so that the key itself decides.
struct Case {
    beside: &'static [&'static str],
    method: Method,
    path: String,
    body: Value,
}

struct Scene {
    b: Staff,
    chat: String,
    /// Of the person who tries.
    own: String,
    /// Of another person.
    other: String,
    target: Client,
    loose: String,
}

impl Scene {
    fn case(
        &self,
        beside: &'static [&'static str],
        method: Method,
        path: &str,
        body: Value,
    ) -> Case {
        let path = path
            .replace("{space}", &self.b.space)
            .replace("{chat}", &self.chat)
            .replace("{own}", &self.own)
            .replace("{other}", &self.other)
            .replace("{target}", &self.target.id())
            .replace("{loose}", &self.loose);
        Case { beside, method, path, body }
    }

    /// The case of a key, if the key is one that this slice or the chats answer for.
    fn of(&self, key: Permission) -> Option<Case> {
        use Permission as P;
        let fresh = uuid::Uuid::now_v7().simple().to_string();
        let say = json!({"content": "x", "nonce": fresh});
        let read: &[&str] = &["view_chat"];
        let write: &[&str] = &["view_chat", "send_messages"];
        let none = json!({});
        let (beside, method, path, body): (&'static [&'static str], _, _, _) = match key {
            P::ManageSpace => (&[], Method::PATCH, "{space}", json!({"visibility": "public"})),
            P::ChangeInfo => (&[], Method::PATCH, "{space}", json!({"name": fresh})),
            P::DeleteSpace => (&[], Method::DELETE, "{space}", none),
            P::ViewAudit => (&[], Method::GET, "{space}/audit", none),
            P::ManageChats => (&[], Method::POST, "{space}/chats", json!({"name": fresh})),
            P::AddMembers => (&[], Method::POST, "{space}/members", json!({"nickname": "zoe"})),
            P::CreateInvites => (&[], Method::POST, "{space}/invites", none),
            P::KickMembers => (&[], Method::POST, "{space}/kick/{target}", none),
            P::BanMembers => (&[], Method::POST, "{space}/ban/{target}", none),
            P::RestrictMembers => {
                let body = json!({"permissions_denied": ["add_reactions"]});
                (&[], Method::POST, "{space}/restrict/{target}", body)
            }
            P::PromoteMembers => (&[], Method::POST, "{space}/assign-role/{target}/{loose}", none),
            P::ViewChat => (&[], Method::GET, "/messages/{chat}", none),
            P::SendMessages => (read, Method::POST, "/messages/{chat}", say),
            P::AddReactions => {
                (read, Method::POST, "/messages/{other}/reaction", json!({"emoji": "👍"}))
            }
            P::EditOwnMessages => {
                (write, Method::PATCH, "/messages/{own}", json!({"content": "y"}))
            }
            P::DeleteOwnMessages => (read, Method::DELETE, "/messages/{own}", none),
            P::DeleteAnyMessages => (read, Method::DELETE, "/messages/{other}", none),
            // See the test of the untouchable, and the slices that own these.
            P::Untouchable
            | P::SendMedia
            | P::SendStickers
            | P::SendFiles
            | P::MentionAll
            | P::PinMessages => return None,
        };
        Some(self.case(beside, method, path, body))
    }
}

async fn call(who: &Client, case: &Case) -> Answer {
    send(who.request(case.method.clone(), &case.path).json(&case.body)).await
}

#[tokio::test]
async fn each_key_opens_what_is_shut_without_it() {
    let app = TestApp::start().await;
    let people = {
        let mut people = Vec::new();
        for nickname in ["anna", "adam", "mona", "mark", "rita", "zoe"] {
            people.push(app.user(nickname).await);
        }
        <[Client; 6]>::try_from(people).ok().unwrap()
    };
    let target = app.user("tess").await;
    let mut tried = 0;
    for key in Permission::ALL {
        let b = Staff::found(people.clone()).await;
        target.post(&b.at("/join"), json!({})).await.expect(200);
        let chat = text(&b.anna.get(&b.space).await.expect(200)["default_chat_id"]);
        let own = text(&say(&b.mark, &chat, "mine").await.expect(201)["id"]);
        let other = text(&say(&target, &chat, "hers").await.expect(201)["id"]);
        let loose = b.make_role(&b.anna, "Loose", 2, &[]).await;
        let scene = Scene { b, chat, own, other, target: target.clone(), loose };
        let Some(case) = scene.of(*key) else { continue };
        let b = &scene.b;
        let role = b.make_role(&b.anna, "Tried", 50, case.beside).await;
        b.assign(&b.anna, &b.mark, &role).await.expect(204);
        let shut = call(&b.mark, &case).await;
        let refused = if *key == Permission::ViewChat { 404 } else { 403 };
        shut.problem(refused);
        if refused == 403 {
            assert_eq!(shut.json()["permission"], key.key(), "{}", shut.text);
        }
        let mut keys = case.beside.to_vec();
        keys.push(key.key());
        let path = b.at(&format!("/roles/{role}"));
        b.anna.patch(&path, json!({"permissions": keys})).await.expect(200);
        let open = call(&b.mark, &case).await;
        assert!(open.status < 300, "{} does not open: {}", key.key(), open.text);
        tried += 1;
    }
    assert_eq!(tried, 17);
}
