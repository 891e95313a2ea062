//! Event partitions are made, filled from the default one, and dropped.

use crate::support::bakery::Bakery;
use api::realtime::retention::maintain;
use chrono::{Days, Utc};
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl as _;
use serde_json::json;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[tokio::test]
async fn a_day_moves_into_its_partition_and_is_dropped_later() {
    let bakery = Bakery::open().await;
    bakery.say(&bakery.anna, "before the partition").await;
    let conn = &mut *bakery.app.app.conn().await.unwrap();
    let today = Utc::now().date_naive();
    assert!(maintain(conn, today, 7).await.unwrap().is_empty());
    assert!(maintain(conn, today, 7).await.unwrap().is_empty(), "twice is the same as once");
    bakery.say(&bakery.anna, "after it").await;
    let sql = "SELECT count(*) AS n FROM events_default";
    let left: Count = diesel::sql_query(sql).get_result(conn).await.unwrap();
    assert_eq!(left.n, 0);
    let mut socket = bakery.boris.socket().await;
    let join = json!({"chat_id": bakery.chat, "after_seq": 0});
    assert_eq!(socket.ask("join_room", join.clone()).await["recovered"], true);
    assert_eq!(socket.frame("new_message").await["data"]["content"], "before the partition");
    assert_eq!(socket.frame("new_message").await["data"]["content"], "after it");
    let later = today.checked_add_days(Days::new(8)).unwrap();
    let dropped = maintain(conn, later, 7).await.unwrap();
    assert_eq!(dropped, [format!("events_{}", today.format("%Y%m%d"))]);
    assert_eq!(socket.ask("join_room", join).await["recovered"], false);
}
