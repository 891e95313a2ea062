//! What goes over the wire between nodes, without nodes.

use crate::support::redis::OwnRedis;
use api::config::{RedisConfig, Secret};
use api::platform::redis::Redis;
use deadpool_redis::redis::{PushInfo, PushKind, Value, from_redis_value};
use tokio::sync::mpsc::unbounded_channel;

/// Channels of a cluster live in different places: what is said at once arrives all the same.
#[tokio::test]
async fn what_is_said_at_once_arrives_in_every_channel() {
    for server in [OwnRedis::start().await, OwnRedis::cluster().await] {
        let url = Some(Secret::new(server.url()));
        let redis = Redis::new(&RedisConfig { url, prefix: "test".into() }).unwrap().unwrap();
        let (to, mut heard) = unbounded_channel();
        let channels: Vec<String> = (0..20).map(|n| redis.name(format_args!("room-{n}"))).collect();
        let mut subscriber = redis.subscriber(to).await.unwrap();
        subscriber.subscribe(channels.clone()).await.unwrap();
        let said =
            ["first", "second"].iter().flat_map(|text| channels.iter().map(|c| (c.clone(), *text)));
        redis.publish(&said.collect::<Vec<_>>()).await.unwrap();
        let mut arrived = std::collections::BTreeMap::<String, Vec<String>>::new();
        while arrived.values().map(Vec::len).sum::<usize>() < 40 {
            let PushInfo { kind, data } = heard.recv().await.unwrap();
            if matches!(kind, PushKind::Message | PushKind::SMessage) {
                let [channel, text]: [Value; 2] = data.try_into().unwrap();
                let text: String = from_redis_value(text).unwrap();
                arrived.entry(from_redis_value(channel).unwrap()).or_default().push(text);
            }
        }
        assert_eq!(arrived.len(), 20);
        assert!(arrived.values().all(|texts| texts == &["first", "second"]), "{arrived:?}");
    }
}
