//! Conversations: the list of chats, the messages of one, the composer.

pub mod chat_list;
pub mod conversation_page;
pub mod highlight;
pub mod virtual_list;

pub use chat_list::ChatList;
pub use conversation_page::ConversationPage;
