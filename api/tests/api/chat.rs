//! Chats and messages.

mod categories;
mod chats;
mod deletion;
mod edits;
mod explain;
mod forwards;
mod group_commit;
mod history;
mod messages;
mod pins;
mod previews;
mod previews_kept;
mod private;
mod reactions;
mod search;
mod search_filters;
mod search_forwards;
mod slow_mode;
mod stream;
mod threads;
mod unread;
