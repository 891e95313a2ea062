use super::*;
use chrono::Utc;
use shared::ids::ChatId;

fn person(nickname: &str) -> UserRef {
    UserRef {
        id: UserId::new(),
        nickname: nickname.into(),
        display_name: None,
        avatar_url: None,
        is_bot: false,
    }
}

fn message(seq: i64) -> Message {
    Message {
        id: MessageId::new(),
        chat_id: ChatId::default(),
        seq,
        author: person("anna"),
        content: format!("m{seq}"),
        attachments: Vec::new(),
        kind: shared::chat::MessageType::Text,
        sticker: None,
        subject: None,
        reply_to: None,
        reactions: Vec::new(),
        mentions: Vec::new(),
        forwarded: None,
        previews: Vec::new(),
        thread_root: None,
        thread: None,
        pinned: false,
        mention_groups: Default::default(),
        edited_at: None,
        created_at: Utc::now(),
        nonce: format!("n{seq}"),
    }
}

fn page(seqs: std::ops::Range<i64>, has_before: bool, has_after: bool) -> History {
    History { items: seqs.map(message).collect(), has_before, has_after }
}

fn seqs(window: &Window) -> Vec<i64> {
    window.entries().iter().map(|entry| entry.message.seq).collect()
}

#[test]
fn pages_join_without_doubles() {
    let mut window = Window::default();
    window.reset(page(10..13, true, true));
    window.prepend(page(8..11, false, true));
    window.append(page(12..15, true, false));
    assert_eq!(seqs(&window), [8, 9, 10, 11, 12, 13, 14]);
    assert!(!window.has_before && !window.has_after);
}

#[test]
fn is_bounded_on_both_sides() {
    let mut window = Window::default();
    window.reset(page(1000..1350, true, false));
    window.prepend(page(900..1000, true, true));
    assert_eq!(window.entries().len(), MAX_MESSAGES);
    assert_eq!(window.bounds(), Some((900, 1299)));
    assert!(window.has_after);
    window.append(page(1300..1360, true, false));
    assert_eq!(window.bounds(), Some((960, 1359)));
    assert!(window.has_before && !window.has_after);
}

#[test]
fn news_are_kept_only_at_the_end() {
    let mut window = Window::default();
    window.reset(page(1..4, false, true));
    assert!(!window.receive(message(9), false));
    window.has_after = false;
    assert!(window.receive(message(5), false));
    assert!(window.receive(message(4), false), "late, but in its place");
    assert_eq!(seqs(&window), [1, 2, 3, 4, 5]);
}

#[test]
fn an_own_message_keeps_its_row() {
    let mut window = Window::default();
    window.reset(page(1..4, false, false));
    let key = window.own_key("mine");
    let mut sent = message(4);
    sent.nonce = "mine".into();
    window.receive(sent.clone(), true);
    window.receive(sent, true);
    assert_eq!(seqs(&window), [1, 2, 3, 4]);
    assert_eq!(window.entries()[3].key, key);
}

#[test]
fn a_message_told_again_brings_no_older_text_back() {
    let mut window = Window::default();
    window.reset(page(1..4, false, false));
    let before = window.entries()[2].message.clone();
    let mut edited = before.clone();
    edited.content = "edited".into();
    assert!(window.put(edited));
    assert!(!window.receive(before, true), "the answer to its sending is late");
    assert_eq!(window.entries()[2].message.content, "edited");
}

#[test]
fn a_message_told_again_does_not_come_back_from_the_dead() {
    let mut window = Window::default();
    let sent = message(1);
    window.reset(page(0..0, false, false));
    assert_eq!(window.delete(sent.id), None, "its answer has not come, so nobody knows it");
    assert!(!window.receive(sent, true), "the answer to its sending is late");
    assert!(window.entries().is_empty());
}

#[test]
fn a_reset_keeps_rows_that_did_not_change() {
    let mut window = Window::default();
    let first = page(1..4, false, false);
    let mut second = first.clone();
    window.reset(first);
    let keys: Vec<_> = window.entries().iter().map(|entry| entry.key).collect();
    second.items[1].content = "other".into();
    window.reset(second);
    let now: Vec<_> = window.entries().iter().map(|entry| entry.key).collect();
    assert_eq!(keys, now);
    let versions: Vec<_> = window.entries().iter().map(|entry| entry.version).collect();
    assert_eq!(versions, [0, 1, 0]);
}

#[test]
fn reactions_follow_the_count_of_the_server() {
    let mut window = Window::default();
    window.reset(page(1..2, false, false));
    let (me, bob) = (person("me_me"), person("bob"));
    let id = window.entries()[0].message.id;
    let change = |user: &UserRef, count| ReactionChanged {
        message_id: id,
        chat_id: ChatId::default(),
        message_seq: 1,
        emoji: "👍".into(),
        user: user.clone(),
        count,
    };
    window.react(&change(&me, 1), true, Some(me.id));
    window.react(&change(&me, 1), true, Some(me.id));
    window.react(&change(&bob, 2), true, Some(me.id));
    let now = window.entries()[0].message.reactions.clone();
    assert_eq!((now.len(), now[0].count, now[0].me, now[0].users.len()), (1, 2, true, 2));
    window.react(&change(&me, 1), false, Some(me.id));
    let now = &window.entries()[0].message.reactions;
    assert_eq!((now[0].count, now[0].me, now[0].users.clone()), (1, false, vec![bob.clone()]));
    window.react(&change(&bob, 0), false, Some(me.id));
    assert!(window.entries()[0].message.reactions.is_empty());
}

#[test]
fn a_deleted_message_leaves_its_answers() {
    let mut window = Window::default();
    let mut items: Vec<_> = (1..3).map(message).collect();
    items[1].reply_to = Some(shared::chat::ReplyPreview {
        id: items[0].id,
        seq: 1,
        author: Some(items[0].author.clone()),
        excerpt: Some("m1".into()),
        file: None,
        sticker: None,
    });
    let (id, author) = (items[0].id, items[0].author.id);
    window.reset(History { items, has_before: false, has_after: false });
    assert_eq!(window.delete(id), Some(author));
    assert_eq!(window.delete(id), None);
    let left = &window.entries()[0].message;
    assert_eq!(
        left.reply_to.as_ref().map(|r| (r.author.is_none(), r.excerpt.is_none())),
        Some((true, true))
    );
    assert_eq!(window.at_or_after(1).map(|entry| entry.message.seq), Some(2));
}
