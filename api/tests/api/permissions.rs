//! Who may call what: one table of routes and roles. A route of the contract without a row fails.
//!
//! `permissions/<slice>.txt`, a line a case: `METHOD path | body | status of each column`. The columns
//! are owner, administrator, moderator, member, restricted, stranger (owner of another space),
//! anonymous, a person who is banned, one who left, one who was removed, a bot that may only read
//! and one with every scope but that. `{name}` is filled from [`World::values`]; `{fresh}` is new
//! each time. In the table headed `columns: person`, the person is freshly registered for each call,
//! and the bots are that person's. Who hears which event: `permissions/events.txt`.

mod events;
mod world;

use crate::support::TestApp;
use crate::support::client::{Client, PASSWORD, send};
use crate::support::expression::{add_sticker, make_pack};
use crate::support::staff::text;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use world::{Cast, EVERY_WRITE, World, bot_holding, bot_of, fill, fresh};

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
    let cast = Box::pin(Cast::gather(&app)).await;
    let mut world = Box::pin(World::found(&cast)).await;
    let mut wrong = Wrong::default();
    for row in &table.rows {
        let mut found = Vec::new();
        for column in &table.columns {
            let status = call(&world.column(column), row, &world.values).await;
            found.push(status);
            // What was allowed has changed the world: make another one.
            if status < 300 && row.method != Method::GET {
                world = Box::pin(World::found(&cast)).await;
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
            let who = match *column {
                "person" => person,
                "bot_reader" => bot_holding(&person, &fresh(), &["read"]).await,
                "bot_writer" => bot_holding(&person, &fresh(), &EVERY_WRITE).await,
                _ => Client::anonymous(app.address),
            };
            found.push(call(&who, row, &values).await);
        }
        wrong.note(row, &table.columns, &found);
    }
    wrong.none();
}
