//! Whom a message concerns: mentions are resolved, and inboxes filled in its own transaction.

use crate::chat::access::ChatAccess;
use crate::chat::fan_out::FanOut;
use crate::chat::model::chat_changes::members_of;
use crate::chat::model::{group_mention, mention, people, thread};
use crate::error::ApiResult;
use crate::jobs::enqueue;
use crate::notifications::{AT_ONCE, By, NewNotification, do_notify, do_notify_again};
use crate::realtime::stream::Tx;
use crate::spaces::model::space::SpaceRow;
use crate::spaces::online::{HANDED, members_here};
use shared::chat::{ChatKind, MentionGroups, Message};
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use shared::markdown;
use shared::notifications::{MentionVia, NotificationDetail, NotificationKind, RoleRef};
use shared::permission::Permission;

/// The most names of one message that are looked up.
const MAX_MENTIONS: usize = 50;

/// Whom a text mentions, of those who may read the chat.
#[derive(Debug, Default)]
pub struct Mentioned {
    pub people: Vec<UserRef>,
    pub groups: MentionGroups,
    /// Who is online and may read, with `@here`.
    here: Vec<UserId>,
    /// How many may be told because of the groups: never less than are.
    reach: i64,
}

/// Finds out whom a text mentions. Everybody at once needs `mention_all`; without it, it is only text.
pub async fn mentioned(tx: &mut Tx, chat: &ChatAccess, content: &str) -> ApiResult<Mentioned> {
    let mut names = markdown::mentions(content);
    if names.is_empty() {
        return Ok(Mentioned::default());
    }
    names.truncate(MAX_MENTIONS);
    let space = chat.space_id().filter(|_| chat.view().kind() == ChatKind::Space);
    let overrides = chat.view().overrides();
    let mut people = people::named(tx, chat.chat_id(), space, &overrides, &names).await?;
    people.sort_by(|a, b| a.nickname.cmp(&b.nickname));
    let mut found = Mentioned { people, ..Mentioned::default() };
    let may_all = match chat.view().kind() {
        ChatKind::Space => chat.has(Permission::MentionAll),
        ChatKind::Group => true,
        ChatKind::Direct => false,
    };
    let names_everybody = |wanted: &[&str]| {
        names.iter().any(|name| wanted.iter().any(|word| name.eq_ignore_ascii_case(word)))
    };
    found.groups.all = may_all && names_everybody(&["all", "everyone"]);
    found.groups.here = may_all && names_everybody(&["here"]);
    let Some(space) = space else { return Ok(found) };
    let taken = |name: &&String| found.people.iter().any(|p| p.nickname.eq_ignore_ascii_case(name));
    let rest: Vec<String> = names.iter().filter(|name| !taken(name)).cloned().collect();
    for known in group_mention::named(tx, space, &rest).await? {
        if may_all || !known.is_everybody {
            found.reach += known.holders;
            found.groups.roles.push(known.role);
        }
    }
    if found.groups.all {
        found.reach = i64::MAX;
    }
    if found.groups.here {
        let live = tx.live().clone();
        let mut present = live.presences().present();
        if present.len() > HANDED {
            let space = SpaceRow::find(tx, space).await?;
            present = members_here(tx, &live, &space).await?;
        }
        found.here = people::readers_of(tx, space, &overrides, &present).await?;
        found.reach = found.reach.saturating_add(i64::try_from(found.here.len()).unwrap_or(0));
    }
    Ok(found)
}

impl Mentioned {
    /// Writes who is mentioned by a message; `is_new`: nothing was written of it before.
    pub async fn save(
        &self,
        tx: &mut Tx,
        message: MessageId,
        chat: ChatId,
        seq: i64,
        is_new: bool,
    ) -> ApiResult<()> {
        if !is_new || !self.people.is_empty() || !self.here.is_empty() {
            mention::replace(tx, message, chat, seq, &self.people, &self.here).await?;
        }
        match is_new {
            true => group_mention::insert(tx, message, chat, seq, &self.groups).await?,
            false => group_mention::replace(tx, message, chat, seq, &self.groups).await?,
        }
        Ok(())
    }

    /// Entries for all of them: himself first, then by role, then with the others. `None` when there
    /// are too many for one transaction.
    async fn entries(
        &self,
        tx: &mut Tx,
        chat: &ChatAccess,
        about: &About,
    ) -> ApiResult<Option<Vec<NewNotification>>> {
        let kind = NotificationKind::Mention;
        let by_name = |p: &UserRef| about.entry(p.id, kind, Some(MentionVia::You), None);
        let mut list: Vec<_> = self.people.iter().map(by_name).collect();
        if self.groups.is_empty() {
            return Ok(Some(list));
        }
        let Some(space) = chat.space_id() else {
            let id = chat.chat_id();
            let members = members_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
            let via = Some(if self.groups.all { MentionVia::All } else { MentionVia::Here });
            list.extend(members.iter().map(|member| about.entry(member.id, kind, via, None)));
            return Ok(Some(list));
        };
        let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let overrides = chat.view().overrides();
        if self.reach > limit && !self.groups.all {
            return Ok(None);
        }
        let readers = people::batch(tx, space, &overrides, None, limit).await?;
        if readers.next.is_some() {
            return self.of_roles(tx, space, &overrides, about, list).await;
        }
        for reader in &readers.people {
            let role = self.groups.roles.iter().find(|role| role.id == reader.role);
            let via = match role {
                Some(_) => MentionVia::Role,
                None if self.here.contains(&reader.id) => MentionVia::Here,
                None if self.groups.all => MentionVia::All,
                None => continue,
            };
            list.push(about.entry(reader.id, kind, Some(via), role.cloned()));
        }
        Ok(Some(list))
    }

    /// In a large space, when only few of it are meant.
    async fn of_roles(
        &self,
        tx: &mut Tx,
        space: SpaceId,
        overrides: &[shared::permission::ChatOverride],
        about: &About,
        mut list: Vec<NewNotification>,
    ) -> ApiResult<Option<Vec<NewNotification>>> {
        if self.groups.all {
            return Ok(None);
        }
        let kind = NotificationKind::Mention;
        for role in &self.groups.roles {
            for user in people::holders(tx, space, overrides, role.id).await? {
                list.push(about.entry(user, kind, Some(MentionVia::Role), Some(role.clone())));
            }
        }
        let here = Some(MentionVia::Here);
        list.extend(self.here.iter().map(|user| about.entry(*user, kind, here, None)));
        Ok(Some(list))
    }

    async fn order_fan_out(&self, tx: &mut Tx, message: MessageId) -> ApiResult<()> {
        let job = FanOut { message_id: message, here: self.here.clone(), after: None };
        Ok(enqueue(tx, &job).await?)
    }
}

/// Tells who is mentioned, answered, talked to, or follows its thread (whose first message is
/// `root_author`'s). Returns whom it mentions, also as one of many.
pub async fn do_tell_of_message(
    tx: &mut Tx,
    chat: &ChatAccess,
    message: &Message,
    mentioned: &Mentioned,
    root_author: Option<UserId>,
) -> ApiResult<Vec<UserId>> {
    let about = About::of(chat, (message.id, message.seq));
    let mut list = match mentioned.entries(tx, chat, &about).await? {
        Some(list) => list,
        None => {
            mentioned.order_fan_out(tx, message.id).await?;
            about.by_name(&mentioned.people)
        }
    };
    let told = list.iter().map(|new| new.user).filter(|user| *user != about.actor).collect();
    list.extend(others(tx, chat, &about, message, root_author).await?);
    do_notify(tx, list).await?;
    Ok(told)
}

/// Entries for those whom a message concerns without naming them: who is answered, follows its thread,
/// or is talked to.
async fn others(
    tx: &mut Tx,
    chat: &ChatAccess,
    about: &About,
    message: &Message,
    root_author: Option<UserId>,
) -> ApiResult<Vec<NewNotification>> {
    let mut list = Vec::new();
    let answered = message.reply_to.as_ref().and_then(|reply| reply.author.as_ref());
    if let Some(author) = answered.filter(|author| author.id != chat.user_id())
        && people::may_read(tx, chat, author.id).await?
    {
        list.push(about.entry(author.id, NotificationKind::Reply, None, None));
    }
    if let Some(root) = message.thread_root {
        let mut followers = thread::followers(tx, root).await?;
        // With the first reply; later on he follows or has decided not to.
        if let Some(author) = root_author
            && !thread::has_place(tx, root, author).await?
        {
            followers.push(author);
        }
        let readers = match chat.space_id() {
            Some(space) => {
                people::readers_of(tx, space, &chat.view().overrides(), &followers).await?
            }
            None => followers,
        };
        let kind = NotificationKind::Thread;
        list.extend(readers.into_iter().map(|user| about.entry(user, kind, None, None)));
    }
    if chat.space_id().is_none() {
        let id = chat.chat_id();
        let members = members_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
        let kind = NotificationKind::DirectMessage;
        list.extend(members.iter().map(|member| about.entry(member.id, kind, None, None)));
    }
    Ok(list)
}

/// Tells who is mentioned by the new text, and takes it from those who are not any more. `before` are
/// the groups that the old text mentioned.
pub async fn do_tell_of_edit(
    tx: &mut Tx,
    chat: &ChatAccess,
    message: &Message,
    mentioned: &Mentioned,
    before: &MentionGroups,
) -> ApiResult<()> {
    let about = About::of(chat, (message.id, message.seq));
    let others = others(tx, chat, &about, message, None).await?;
    match mentioned.entries(tx, chat, &about).await? {
        Some(list) => {
            do_notify_again(tx, message.id, By::Any, list, others).await?;
        }
        None => {
            let list = about.by_name(&mentioned.people);
            let gone = do_notify_again(tx, message.id, By::Name, list, others).await?;
            // Who was told of a group is not told again; who was named may be one of it.
            if gone > 0 || mentioned.groups != *before {
                mentioned.order_fan_out(tx, message.id).await?;
            }
        }
    }
    Ok(())
}

/// What entries about one message share.
pub struct About {
    pub space: Option<SpaceId>,
    pub chat: ChatId,
    pub actor: UserId,
    pub message: (MessageId, i64),
}

impl About {
    fn of(chat: &ChatAccess, message: (MessageId, i64)) -> Self {
        let (space, actor) = (chat.space_id(), chat.user_id());
        Self { space, chat: chat.chat_id(), actor, message }
    }

    /// An entry for one person.
    #[must_use]
    pub fn entry(
        &self,
        user: UserId,
        kind: NotificationKind,
        via: Option<MentionVia>,
        role: Option<RoleRef>,
    ) -> NewNotification {
        NewNotification {
            user,
            kind,
            space: self.space,
            chat: Some(self.chat),
            message: Some(self.message),
            actor: Some(self.actor),
            detail: NotificationDetail { via, role, ..Default::default() },
        }
    }

    fn by_name(&self, people: &[UserRef]) -> Vec<NewNotification> {
        let (kind, via) = (NotificationKind::Mention, Some(MentionVia::You));
        people.iter().map(|person| self.entry(person.id, kind, via, None)).collect()
    }
}
