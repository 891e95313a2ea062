//! Named people: anna owns the bakery, everybody else holds one role of it; zoe stands outside.

use super::TestApp;
use super::client::Client;
use serde_json::{Value, json};
use std::collections::HashMap;

pub struct Staff {
    /// Owner.
    pub anna: Client,
    /// Administrator.
    pub adam: Client,
    /// Moderator.
    pub mona: Client,
    /// Member.
    pub mark: Client,
    /// Restricted.
    pub rita: Client,
    /// Not a member; owns the garage.
    pub zoe: Client,
    /// Path of the bakery.
    pub space: String,
    /// Path of the garage.
    pub garage: String,
    roles: HashMap<String, String>,
}

impl Staff {
    pub async fn open(app: &TestApp) -> Self {
        let anna = app.user("anna").await;
        let adam = app.user("adam").await;
        let mona = app.user("mona").await;
        let mark = app.user("mark").await;
        let rita = app.user("rita").await;
        let zoe = app.user("zoe").await;
        Self::found([anna, adam, mona, mark, rita, zoe]).await
    }

    /// New spaces for people who are there already.
    pub async fn found(people: [Client; 6]) -> Self {
        let [anna, adam, mona, mark, rita, zoe] = people;
        let space = create(&anna, "Bakery").await;
        let garage = create(&zoe, "Garage").await;
        let roles = anna.get(&format!("{space}/roles")).await.expect(200);
        let roles = roles["items"].as_array().unwrap().iter();
        let id_of = |role: &Value| (text(&role["name"]), text(&role["id"]));
        let staff = Self {
            roles: roles.map(id_of).collect(),
            anna,
            adam,
            mona,
            mark,
            rita,
            zoe,
            space,
            garage,
        };
        for person in [&staff.adam, &staff.mona, &staff.mark, &staff.rita] {
            person.post(&staff.at("/join"), json!({})).await.expect(200);
        }
        for (person, role) in [
            (&staff.adam, "Administrator"),
            (&staff.mona, "Moderator"),
            (&staff.rita, "Restricted"),
        ] {
            staff.assign(&staff.anna, person, &staff.role(role)).await.expect(204);
        }
        staff
    }

    /// A path in the bakery.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.space)
    }

    /// Id of the bakery.
    pub fn id(&self) -> String {
        self.space.rsplit('/').next().unwrap().into()
    }

    /// Id of a preset role by its English name.
    pub fn role(&self, name: &str) -> String {
        self.roles[name].clone()
    }

    /// Lets somebody give somebody a role.
    pub async fn assign(&self, by: &Client, to: &Client, role: &str) -> super::client::Answer {
        by.post(&self.at(&format!("/assign-role/{}/{role}", to.id())), json!({})).await
    }

    /// Lets somebody make an invitation; returns its code.
    pub async fn invite(&self, by: &Client, body: Value) -> String {
        text(&by.post(&self.at("/invites"), body).await.expect(201)["code"])
    }

    /// The latest lines of the audit log: action, actor's and person's nickname.
    pub async fn audit(&self, query: &str) -> Vec<[String; 3]> {
        let page = self.anna.get(&self.at(&format!("/audit?{query}"))).await.expect(200);
        let name = |v: &Value| v["nickname"].as_str().unwrap_or_default().to_owned();
        let lines = page["items"].as_array().unwrap().iter();
        lines.map(|l| [text(&l["action"]), name(&l["actor"]), name(&l["user"])]).collect()
    }

    /// Lets somebody make a role; returns its id.
    pub async fn make_role(&self, by: &Client, name: &str, rank: i32, keys: &[&str]) -> String {
        let body = json!({"name": name, "color": "#123456", "priority": rank, "permissions": keys});
        text(&by.post(&self.at("/roles"), body).await.expect(201)["id"])
    }
}

/// Makes a public space; returns its path.
pub async fn create(owner: &Client, name: &str) -> String {
    let body = json!({"name": name, "visibility": "public"});
    let space = owner.post("/spaces", body).await.expect(201);
    format!("/spaces/{}", text(&space["id"]))
}

/// The text of a JSON string.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).into()
}
