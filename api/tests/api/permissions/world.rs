//! The people of the tables and the space they meet in.

use crate::support::TestApp;
use crate::support::bakery::send as say;
use crate::support::client::{Client, PASSWORD};
use crate::support::expression::make_emoji;
use crate::support::files::png;
use crate::support::programs::{make_token, program};
use crate::support::staff::{Staff, text};
use serde_json::json;
use std::collections::HashMap;

/// All scopes but `read`.
pub const EVERY_WRITE: [&str; 5] =
    ["messages:write", "files:write", "spaces:manage", "profile:write", "stickers:write"];

/// What a bot of this person asks with these scopes. It need not be able to read who it is.
pub async fn bot_holding(owner: &Client, nickname: &str, scopes: &[&str]) -> Client {
    let bot = owner.post("/bots", json!({"nickname": nickname})).await.expect(201);
    let tokens = format!("/bots/{}/tokens", text(&bot["id"]));
    let reader = program(owner, &make_token(owner, &tokens, &["read"]).await);
    let me = serde_json::from_value(reader.get("/auth/me").await.expect(200)).unwrap();
    let mut client = program(owner, &make_token(owner, &tokens, scopes).await);
    client.me = Some(me);
    client
}

/// Everybody who stands in a column, and `tess`, a plain member who is acted on.
#[derive(Clone)]
pub struct Cast {
    staff: [Client; 6],
    pub tess: Client,
    banned: Client,
    left: Client,
    kicked: Client,
    bot_reader: Client,
    bot_writer: Client,
}

impl Cast {
    pub async fn gather(app: &TestApp) -> Self {
        let mut people = Vec::new();
        for nickname in ["anna", "adam", "mona", "mark", "rita", "zoe"] {
            people.push(app.user(nickname).await);
        }
        let anna = &people[0];
        Self {
            bot_reader: bot_holding(anna, "bot_reader", &["read"]).await,
            bot_writer: bot_holding(anna, "bot_writer", &EVERY_WRITE).await,
            staff: people.try_into().ok().unwrap(),
            tess: app.user("tess").await,
            banned: app.user("bela").await,
            left: app.user("lena").await,
            kicked: app.user("kurt").await,
        }
    }

    /// Brings the bots in as members, and others in and out again.
    async fn come_and_go(&self, staff: &Staff) {
        let anna = &staff.anna;
        for bot in [&self.bot_reader, &self.bot_writer] {
            let body = json!({"bot_id": bot.id()});
            anna.post(&staff.at("/bots"), body).await.expect(200);
        }
        for person in [&self.banned, &self.left, &self.kicked] {
            person.post(&staff.at("/join"), json!({})).await.expect(200);
        }
        let at = |act: &str, who: &Client| staff.at(&format!("/{act}/{}", who.id()));
        anna.post(&at("ban", &self.banned), json!({})).await.expect(204);
        anna.post(&at("kick", &self.kicked), json!({})).await.expect(204);
        self.left.post(&staff.at("/leave"), json!({})).await.expect(204);
    }
}

/// A space with one of each, and what the paths and bodies need.
pub struct World {
    cast: Cast,
    pub staff: Staff,
    pub values: HashMap<&'static str, String>,
}

impl World {
    /// A new space for the same people. `tess` is a plain member who is acted on.
    pub async fn found(cast: &Cast) -> Self {
        let staff = Staff::found(cast.staff.clone()).await;
        let tess = &cast.tess;
        tess.post(&staff.at("/join"), json!({})).await.expect(200);
        let role_id = staff.make_role(&staff.anna, "Baker", 3, &["view_chat"]).await;
        let chats = staff.at("/chats");
        let more = staff.anna.post(&chats, json!({"name": "Orders"})).await.expect(201);
        let space = staff.anna.get(&staff.space).await.expect(200);
        let chat_id = text(&space["default_chat_id"]);
        let category = staff.at("/categories");
        let category = staff.anna.post(&category, json!({"name": "Kitchen"})).await.expect(201);
        let message = say(tess, &chat_id, "Hello, bakery").await.expect(201);
        let passed_on = json!({"nonce": "p", "forward_of": message["id"]});
        let forward = tess.post(&format!("/messages/{chat_id}"), passed_on).await.expect(201);
        let bot_id = bot_of(tess).await;
        say(tess, &chat_id, "Look, @anna").await.expect(201);
        let inbox = staff.anna.get("/notifications").await.expect(200);
        let file_id = tess.uploaded("bread.png", &png()).await;
        let with_file = json!({"content": "", "nonce": "f", "attachment_ids": [file_id]});
        tess.post(&format!("/messages/{chat_id}"), with_file).await.expect(201);
        let group = json!({"user_ids": [staff.anna.id()], "name": "Two of us"});
        let group = tess.post("/chats", group).await.expect(201);
        let outsider = Client::register(staff.anna.address, &fresh()).await;
        cast.come_and_go(&staff).await;
        let invite = staff.invite(&staff.anna, json!({})).await;
        // By somebody below the administrator who has lost the right since.
        let host = staff.make_role(&staff.anna, "Host", 4, &["create_invites"]).await;
        staff.assign(&staff.anna, tess, &host).await.expect(204);
        let low_invite = staff.invite(tess, json!({})).await;
        staff.assign(&staff.anna, tess, &staff.role("Member")).await.expect(204);
        let report = json!({"reason": "spam"});
        let about = staff.at(&format!("/report/{}", tess.id()));
        staff.anna.post(&about, report).await.expect(204);
        let reports = staff.anna.get(&staff.at("/reports")).await.expect(200);
        let report_id = text(&reports["items"][0]["id"]);
        let emoji = make_emoji(&staff.anna, &staff.at("/emoji"), "cake").await.expect(201);
        let values = HashMap::from([
            ("emoji_id", text(&emoji["id"])),
            ("outsider", outsider.me.as_ref().unwrap().nickname.clone()),
            ("banned_id", cast.banned.id()),
            ("invite", invite),
            ("low_invite", low_invite),
            ("report_id", report_id),
            ("space_id", staff.id()),
            ("user_id", tess.id()),
            ("owner_id", staff.anna.id()),
            ("role_id", role_id),
            ("chat_id", chat_id),
            ("other_chat_id", text(&more["id"])),
            ("group_id", text(&group["id"])),
            ("file_id", file_id),
            ("message_id", text(&message["id"])),
            ("forward_id", text(&forward["id"])),
            ("category_id", text(&category["id"])),
            ("no_link", uuid::Uuid::now_v7().to_string()),
            ("notification_id", text(&inbox["items"][0]["id"])),
            ("password", PASSWORD.into()),
            ("bot_id", bot_id),
        ]);
        Self { cast: cast.clone(), staff, values }
    }

    /// Who asks in this column.
    pub fn column(&self, name: &str) -> Client {
        match name {
            "owner" => &self.staff.anna,
            "administrator" => &self.staff.adam,
            "moderator" => &self.staff.mona,
            "member" => &self.staff.mark,
            "restricted" => &self.staff.rita,
            "stranger" => &self.staff.zoe,
            "banned" => &self.cast.banned,
            "left" => &self.cast.left,
            "kicked" => &self.cast.kicked,
            "bot_reader" => &self.cast.bot_reader,
            "bot_writer" => &self.cast.bot_writer,
            "anonymous" => return Client::anonymous(self.staff.anna.address),
            other => panic!("no such column: {other}"),
        }
        .clone()
    }
}

pub fn fresh() -> String {
    let id = uuid::Uuid::now_v7().simple().to_string();
    format!("x{}", &id[20..])
}

pub fn fill(template: &str, values: &HashMap<&'static str, String>) -> String {
    let mut text = template.replace("{fresh}", &fresh());
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// The person's bot.
pub async fn bot_of(who: &Client) -> String {
    let known = who.get("/bots").await.expect(200);
    if let Some(id) = known["items"][0]["id"].as_str() {
        return id.to_owned();
    }
    text(&who.post("/bots", json!({"nickname": fresh()})).await.expect(201)["id"])
}
