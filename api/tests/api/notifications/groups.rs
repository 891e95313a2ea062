//! `@all`, `@here`, `@role`: who may, who is told, what is counted. (Hole 7: never who may not read.)

use super::{id, inbox, unread};
use crate::support::TestApp;
use crate::support::bakery::send;
use crate::support::client::Client;
use crate::support::mail::{Post, run_jobs};
use crate::support::staff::{Staff, text};
use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};

struct House {
    post: Post,
    staff: Staff,
    chat: String,
}

impl House {
    async fn open() -> Self {
        let post = Post::open().await;
        let staff = Staff::open(&post.app).await;
        let space = staff.anna.get(&staff.space).await.expect(200);
        let chat = text(&space["default_chat_id"]);
        // What these tests are not about: the roles they were given.
        for who in [&staff.adam, &staff.mona, &staff.rita] {
            for entry in inbox(who).await {
                who.delete(&format!("/notifications/{}", id(&entry))).await.expect(204);
            }
        }
        Self { post, staff, chat }
    }

    async fn say(&self, who: &Client, content: &str) -> Value {
        send(who, &self.chat, content).await.expect(201)
    }

    /// Mentions of a person that are unread in the chat.
    async fn mentions(&self, who: &Client) -> i64 {
        who.get(&format!("/chats/{}", self.chat)).await.expect(200)["read"]["mentions"]
            .as_i64()
            .unwrap()
    }

    /// How the newest entry names the person.
    async fn via(&self, who: &Client) -> Option<String> {
        let all = inbox(who).await;
        all.first().map(|entry| text(&entry["detail"]["via"]))
    }
}

#[tokio::test]
async fn everybody_is_told_by_who_may_and_by_nobody_else() {
    let h = House::open().await;
    let s = &h.staff;
    for word in ["@all", "@everyone", "@here", "@Member"] {
        let message = h.say(&s.mark, &format!("{word} look")).await;
        assert!(message.get("mention_groups").is_none(), "{word}: {message}");
    }
    assert_eq!((unread(&s.anna).await, h.mentions(&s.anna).await), (0, 0));
    let message = h.say(&s.adam, "@all look, @mona").await;
    assert_eq!(message["mention_groups"]["all"], true);
    assert_eq!(message["mentions"].as_array().unwrap().len(), 1, "by name only who was named");
    for (who, via) in [(&s.anna, "all"), (&s.mark, "all"), (&s.rita, "all"), (&s.mona, "you")] {
        assert_eq!(h.via(who).await.as_deref(), Some(via));
        assert_eq!((unread(who).await, h.mentions(who).await), (1, 1));
    }
    assert_eq!((unread(&s.adam).await, h.mentions(&s.adam).await), (0, 0), "not himself");
    assert!(inbox(&s.zoe).await.is_empty());
    let page = s.mark.get(&format!("/messages/{}", h.chat)).await.expect(200);
    let last = page["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["mention_groups"], message["mention_groups"], "REST says what the event said");
}

#[tokio::test]
async fn here_is_who_is_there() {
    let h = House::open().await;
    let s = &h.staff;
    let _mark = s.mark.socket().await;
    let _adam = s.adam.socket().await;
    let _zoe = s.zoe.socket().await;
    let message = h.say(&s.anna, "@here now").await;
    assert_eq!(message["mention_groups"]["here"], true);
    assert_eq!(message["mentions"], json!([]));
    assert_eq!(h.via(&s.mark).await.as_deref(), Some("here"));
    assert_eq!((h.mentions(&s.mark).await, h.mentions(&s.mona).await), (1, 0));
    assert_eq!((unread(&s.adam).await, unread(&s.mona).await, unread(&s.zoe).await), (1, 0, 0));
}

#[tokio::test]
async fn a_role_is_told_by_any_member() {
    let h = House::open().await;
    let s = &h.staff;
    let role = s.make_role(&s.anna, "Head bakers", 30, &["view_chat"]).await;
    s.assign(&s.anna, &s.rita, &role).await.expect(204);
    let message = h.say(&s.mark, "@[Head bakers] and @moderator, please").await;
    let names: Vec<_> = message["mention_groups"]["roles"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 2);
    assert_eq!(names[0]["name"], "Head bakers");
    let entry = inbox(&s.rita).await.remove(0);
    assert_eq!(
        (&entry["detail"]["via"], &entry["detail"]["role"]["name"]),
        (&json!("role"), &json!("Head bakers"))
    );
    assert_eq!((h.mentions(&s.rita).await, h.mentions(&s.mona).await), (1, 1));
    assert_eq!((unread(&s.adam).await, unread(&s.anna).await), (0, 0));
    // Who gets the role later counts it as his, who loses it does not.
    s.assign(&s.anna, &s.rita, &s.role("Restricted")).await.expect(204);
    assert_eq!(h.mentions(&s.rita).await, 0);
}

#[tokio::test]
async fn hole_7_of_many_only_those_are_told_who_may_read() {
    let h = House::open().await;
    let s = &h.staff;
    let body = json!({"name": "office", "overrides": [{
        "target": {"kind": "role", "id": s.role("Member")}, "allow": [], "deny": ["view_chat"],
    }]});
    let office = s.anna.post(&s.at("/chats"), body).await.expect(201);
    send(&s.anna, id(&office), "@all salaries, @Moderator").await.expect(201);
    assert!(inbox(&s.mark).await.is_empty());
    assert_eq!(h.via(&s.mona).await.as_deref(), Some("role"));
    assert_eq!(h.via(&s.adam).await.as_deref(), Some("all"));
}

#[tokio::test]
async fn edits_and_deletions_take_it_back() {
    let h = House::open().await;
    let s = &h.staff;
    let message = h.say(&s.anna, "look").await;
    let path = format!("/messages/{}", id(&message));
    s.anna.patch(&path, json!({"content": "@all look"})).await.expect(200);
    assert_eq!((unread(&s.mark).await, h.mentions(&s.mark).await), (1, 1));
    s.anna.patch(&path, json!({"content": "@mona look"})).await.expect(200);
    assert_eq!((unread(&s.mark).await, h.mentions(&s.mark).await), (0, 0));
    assert_eq!(unread(&s.mona).await, 1);
    s.anna.patch(&path, json!({"content": "@all look"})).await.expect(200);
    s.anna.delete(&path).await.expect(204);
    for who in [&s.mark, &s.mona, &s.adam] {
        assert_eq!((unread(who).await, h.mentions(who).await), (0, 0));
    }
}

#[tokio::test]
async fn in_a_group_everybody_may_call_everybody() {
    let h = House::open().await;
    let s = &h.staff;
    let body = json!({"user_ids": [s.mona.id(), s.adam.id()], "name": "Night shift"});
    let group = s.mark.post("/chats", body).await.expect(201);
    let message = send(&s.mark, id(&group), "@all awake?").await.expect(201);
    assert_eq!(message["mention_groups"]["all"], true);
    assert_eq!(inbox(&s.mona).await[0]["kind"], "mention");
    let direct = s.mark.post("/chats", json!({"user_id": s.mona.id()})).await.expect(201);
    let message = send(&s.mark, id(&direct), "@all").await.expect(201);
    assert!(message.get("mention_groups").is_none());
}

#[tokio::test]
async fn many_are_told_by_a_job_once_each_and_forget_by_another() {
    let h = House::open().await;
    let s = &h.staff;
    // 700 more members, made at once.
    let role = s.role("Member");
    let sql = format!(
        "INSERT INTO users (id, nickname, nickname_key) SELECT gen_random_uuid(), 'p' || n, 'p' || n \
         FROM generate_series(1, 700) n; \
         INSERT INTO space_members (space_id, user_id, role_id) \
         SELECT '{}', id, '{role}' FROM users WHERE nickname ~ '^p[0-9]+$';",
        s.id()
    );
    let conn = &mut *h.post.app.app.conn().await.unwrap();
    conn.batch_execute(&sql).await.unwrap();
    let message = h.say(&s.anna, "@all look, @mark").await;
    assert_eq!(unread(&s.mark).await, 1, "by name, at once");
    assert_eq!(unread(&s.mona).await, 0, "not in the request");
    // Who has read the message before he is told need not be told.
    s.adam.post(&format!("/chats/{}/read", h.chat), json!({"seq": 1})).await.expect(200);
    assert!(run_jobs(&h.post.app).await >= 2, "in batches");
    assert_eq!((unread(&s.mona).await, unread(&s.mark).await, unread(&s.adam).await), (1, 1, 0));
    assert_eq!(count(&h.post.app).await, 700 + 3, "the 700, mark, mona and rita");
    s.anna.delete(&format!("/messages/{}", id(&message))).await.expect(204);
    assert!(inbox(&s.mona).await[0].get("message").is_none(), "nothing of it shows at once");
    run_jobs(&h.post.app).await;
    assert_eq!(count(&h.post.app).await, 0);
    assert_eq!(unread(&s.mona).await, 0);
}

#[tokio::test]
async fn few_and_many_take_the_same_statements() {
    let h = House::open().await;
    let s = &h.staff;
    h.say(&s.anna, "@all warm up").await;
    let (_, few) = h.post.app.counting(h.say(&s.anna, "@all five")).await;
    let sql = format!(
        "INSERT INTO users (id, nickname, nickname_key) SELECT gen_random_uuid(), 'p' || n, 'p' || n \
         FROM generate_series(1, 190) n; \
         INSERT INTO space_members (space_id, user_id, role_id) \
         SELECT '{}', id, '{}' FROM users WHERE nickname ~ '^p[0-9]+$';",
        s.id(),
        s.role("Member")
    );
    h.post.app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    h.say(&s.anna, "@all their streams begin").await;
    let began = std::time::Instant::now();
    let (_, many) = h.post.app.counting(h.say(&s.anna, "@all two hundred")).await;
    println!("195 people were told in {:?}", began.elapsed());
    assert_eq!(few, many);
    assert!(many < 40, "{many}");
}

async fn count(app: &TestApp) -> i64 {
    use api::platform::schema::notifications as n;
    use diesel::{QueryDsl as _, dsl::count_star};
    use diesel_async::RunQueryDsl as _;
    n::table.select(count_star()).first(&mut app.app.conn().await.unwrap()).await.unwrap()
}
