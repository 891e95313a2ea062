//! Who may call what: one table of routes and roles. A route of the contract without a row fails.
//!
//! `permissions/<slice>.txt`, a line a case: `METHOD path | body | status of each column`. The columns
//! are owner, administrator, moderator, member, restricted, stranger (owner of another space) and
//! anonymous. `{name}` is filled from [`World::values`]; `{fresh}` is new each time. In tables headed
//! `columns: person anonymous`, the person is freshly registered for each call.

use crate::support::TestApp;
use crate::support::bakery::send as say;
use crate::support::client::{Client, PASSWORD, send};
use crate::support::expression::{add_sticker, make_emoji, make_pack};
use crate::support::files::png;
use crate::support::staff::{Staff, text};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

const TABLES: [&str; 5] = [
    include_str!("permissions/spaces.txt"),
    include_str!("permissions/chat.txt"),
    include_str!("permissions/identity.txt"),
    include_str!("permissions/notifications.txt"),
    include_str!("permissions/files.txt"),
];

struct Row {
    method: Method,
    path: String,
    body: String,
    statuses: Vec<u16>,
}

struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Row>,
}

fn tables() -> Vec<Table> {
    TABLES.iter().map(|text| table(text)).collect()
}

fn table(text: &'static str) -> Table {
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let head = lines.next().and_then(|line| line.strip_prefix("columns:"));
    let columns: Vec<_> = head.expect("a head").split_whitespace().collect();
    let rows = lines.map(|line| row(line, columns.len())).collect();
    Table { columns, rows }
}

fn row(line: &str, columns: usize) -> Row {
    let parts: Vec<_> = line.split('|').map(str::trim).collect();
    let [call, body, statuses] = parts[..] else { panic!("three parts, not: {line}") };
    let (method, path) = call.split_once(' ').unwrap_or_else(|| panic!("no path: {line}"));
    let statuses: Vec<_> = statuses.split_whitespace().map(|s| s.parse().unwrap()).collect();
    assert_eq!(statuses.len(), columns, "{line}");
    Row { method: method.parse().unwrap(), path: path.trim().into(), body: body.into(), statuses }
}

/// The route without query and names of parameters: `GET /spaces/{}`.
fn route(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let segment = |s: &str| if s.starts_with('{') { "{}".to_owned() } else { s.to_owned() };
    let path: Vec<_> = path.split('/').map(segment).collect();
    format!("{} {}", method.to_uppercase(), path.join("/"))
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let contract = serde_json::to_value(api::router::contract()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1") else { continue };
        routes.extend(item.as_object().unwrap().keys().map(|method| route(method, path)));
    }
    let rows: BTreeSet<_> = tables()
        .iter()
        .flat_map(|table| &table.rows)
        .map(|row| route(row.method.as_str(), &row.path))
        .collect();
    let missing: Vec<_> = routes.difference(&rows).collect();
    let unknown: Vec<_> = rows.difference(&routes).collect();
    assert!(missing.is_empty(), "add a row to api/tests/api/permissions/: {missing:#?}");
    assert!(unknown.is_empty(), "no such route: {unknown:#?}");
}

/// A space with one of each, and what the paths and bodies need.
struct World {
    staff: Staff,
    values: HashMap<&'static str, String>,
}

impl World {
    /// `tess` is a plain member who is acted on.
    async fn found(people: [Client; 6], tess: &Client) -> Self {
        let staff = Staff::found(people).await;
        tess.post(&staff.at("/join"), json!({})).await.expect(200);
        let role_id = staff.make_role(&staff.anna, "Baker", 3, &["view_chat"]).await;
        let chats = staff.at("/chats");
        let more = staff.anna.post(&chats, json!({"name": "Orders"})).await.expect(201);
        let space = staff.anna.get(&staff.space).await.expect(200);
        let chat_id = text(&space["default_chat_id"]);
        let category = staff.at("/categories");
        let category = staff.anna.post(&category, json!({"name": "Kitchen"})).await.expect(201);
        let message = say(tess, &chat_id, "Hello, bakery").await.expect(201);
        let bot_id = bot_of(tess).await;
        say(tess, &chat_id, "Look, @anna").await.expect(201);
        let inbox = staff.anna.get("/notifications").await.expect(200);
        let file_id = tess.uploaded("bread.png", &png()).await;
        let with_file = json!({"content": "", "nonce": "f", "attachment_ids": [file_id]});
        tess.post(&format!("/messages/{chat_id}"), with_file).await.expect(201);
        let group = json!({"user_ids": [staff.anna.id()], "name": "Two of us"});
        let group = tess.post("/chats", group).await.expect(201);
        let outsider = Client::register(staff.anna.address, &fresh()).await;
        let banned = Client::register(staff.anna.address, &fresh()).await;
        banned.post(&staff.at("/join"), json!({})).await.expect(200);
        staff.anna.post(&staff.at(&format!("/ban/{}", banned.id())), json!({})).await.expect(204);
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
            ("banned_id", banned.id()),
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
            ("category_id", text(&category["id"])),
            ("no_link", uuid::Uuid::now_v7().to_string()),
            ("notification_id", text(&inbox["items"][0]["id"])),
            ("password", PASSWORD.into()),
            ("bot_id", bot_id),
        ]);
        Self { staff, values }
    }

    fn column(&self, name: &str) -> Client {
        match name {
            "owner" => self.staff.anna.clone(),
            "administrator" => self.staff.adam.clone(),
            "moderator" => self.staff.mona.clone(),
            "member" => self.staff.mark.clone(),
            "restricted" => self.staff.rita.clone(),
            "stranger" => self.staff.zoe.clone(),
            "anonymous" => Client::anonymous(self.staff.anna.address),
            other => panic!("no such column: {other}"),
        }
    }

    fn people(&self) -> [Client; 6] {
        let s = &self.staff;
        [&s.anna, &s.adam, &s.mona, &s.mark, &s.rita, &s.zoe].map(Client::clone)
    }
}

fn fresh() -> String {
    let id = uuid::Uuid::now_v7().simple().to_string();
    format!("x{}", &id[20..])
}

fn fill(template: &str, values: &HashMap<&'static str, String>) -> String {
    let mut text = template.replace("{fresh}", &fresh());
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

async fn call(who: &Client, row: &Row, values: &HashMap<&'static str, String>) -> u16 {
    let mut request = who.request(row.method.clone(), &fill(&row.path, values));
    if let Some(form) = row.body.strip_prefix("form:") {
        request = request
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(fill(form, values));
    } else if !row.body.is_empty() {
        let body: Value = serde_json::from_str(&fill(&row.body, values)).unwrap();
        request = request.json(&body);
    }
    let answer = send(request).await;
    if answer.status >= 400 {
        answer.problem(answer.status);
    }
    answer.status
}

/// Rows that do not answer as the table says.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn note(&mut self, row: &Row, columns: &[&str], found: &[u16]) {
        if row.statuses != found {
            let Row { method, path, statuses, .. } = row;
            self.0.push(format!(
                "{method} {path}\n  {columns:?}\n  {statuses:?} in the table\n  {found:?} in truth"
            ));
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} rows are wrong:\n{}", self.0.len(), self.0.join("\n"));
    }
}

async fn roles_of_a_space(table: Table) {
    let app = TestApp::start().await;
    let tess = app.user("tess").await;
    let mut people = Vec::new();
    for nickname in ["anna", "adam", "mona", "mark", "rita", "zoe"] {
        people.push(app.user(nickname).await);
    }
    let mut world = World::found(people.try_into().ok().unwrap(), &tess).await;
    let mut wrong = Wrong::default();
    for row in &table.rows {
        let mut found = Vec::new();
        for column in &table.columns {
            let status = call(&world.column(column), row, &world.values).await;
            found.push(status);
            // What was allowed has changed the world: make another one.
            if status < 300 && row.method != Method::GET {
                world = World::found(world.people(), &tess).await;
            }
        }
        wrong.note(row, &table.columns, &found);
    }
    wrong.none();
}

#[tokio::test]
async fn spaces_answer_by_role() {
    roles_of_a_space(table(TABLES[0])).await;
}

#[tokio::test]
async fn chats_answer_by_role() {
    roles_of_a_space(table(TABLES[1])).await;
}

/// Makes a token; returns its id.
async fn token_of(who: &Client, path: &str) -> String {
    let body = json!({"name": "A program", "scopes": ["read"]});
    text(&who.post(path, body).await.expect(201)["id"])
}

/// The person's bot.
async fn bot_of(who: &Client) -> String {
    let known = who.get("/bots").await.expect(200);
    if let Some(id) = known["items"][0]["id"].as_str() {
        return id.to_owned();
    }
    text(&who.post("/bots", json!({"nickname": fresh()})).await.expect(201)["id"])
}

#[tokio::test]
async fn inboxes_answer_to_their_owner() {
    roles_of_a_space(table(TABLES[3])).await;
}

#[tokio::test]
async fn files_answer_by_role() {
    roles_of_a_space(table(TABLES[4])).await;
}

async fn session_of(who: &Client) -> String {
    text(&who.get("/auth/sessions").await.expect(200)["items"][0]["id"])
}

#[tokio::test]
async fn accounts_answer_by_being_known() {
    let app = TestApp::start().await;
    let table = table(TABLES[2]);
    let mut wrong = Wrong::default();
    for row in &table.rows {
        let mut found = Vec::new();
        for column in &table.columns {
            let (person, other) = (app.user(&fresh()).await, app.user(&fresh()).await);
            let me = person.me.as_ref().unwrap();
            let bot_id = bot_of(&person).await;
            let own_pack = make_pack(&person, "Mine", "private").await;
            let sticker = add_sticker(&person, &own_pack, "Bun", None).await.expect(201);
            let bot_token = token_of(&person, &format!("/bots/{bot_id}/tokens")).await;
            let values = HashMap::from([
                ("user_id", person.id()),
                ("other_id", other.id()),
                ("session_id", session_of(&person).await),
                ("foreign_id", session_of(&other).await),
                ("nickname", me.nickname.clone()),
                ("password", PASSWORD.into()),
                ("refresh_token", person.refresh_token.clone()),
                ("token_id", token_of(&person, "/auth/tokens").await),
                ("foreign_token", token_of(&other, "/auth/tokens").await),
                ("pack_id", "00000000-0000-7000-8000-000000000001".into()),
                ("sticker_id", text(&sticker["id"])),
                ("own_pack", own_pack),
                ("foreign_pack", make_pack(&other, "Theirs", "private").await),
                ("bot_id", bot_id),
                ("bot_token", bot_token),
                ("foreign_bot", bot_of(&other).await),
            ]);
            let who = if *column == "person" { person } else { Client::anonymous(app.address) };
            found.push(call(&who, row, &values).await);
        }
        wrong.note(row, &table.columns, &found);
    }
    wrong.none();
}
