//! The inbox: what somebody should know, until he has seen it. Tables: `notifications`,
//! `notification_settings`, `notification_levels`. Events on the person's own topic:
//! `notification_created`, `notifications_read`, `notifications_unread`,
//! `notifications_deleted`, `notification_settings_changed`.
//!
//! Slices above call [`do_notify`] in the transaction of the change they tell about, once for all
//! the people it concerns. A person's stream is locked before his entries are counted, so the count
//! that an event carries is exact on every device.

mod actions;
pub mod digest;
pub mod jobs;
pub mod model;
mod routes;

pub use actions::notify::{
    AT_ONCE, NewNotification, do_forget_chats, do_forget_invitation, do_forget_messages, do_notify,
    do_notify_again, do_renew_invitation,
};
pub use actions::read::{do_read_chats, do_read_up_to, do_unread_from};
pub use model::outgoing::By;

use crate::jobs::Jobs;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(routes::inbox::list_notifications)
        .service(routes::inbox::count_unread_notifications)
        .service(routes::inbox::read_all_notifications)
        .service(routes::letters::list_deliveries)
        .service(routes::letters::unsubscribe)
        .service(routes::settings::find_notification_settings)
        .service(routes::settings::update_notification_settings)
        .service(routes::inbox::read_notification)
        .service(routes::inbox::delete_notification);
}

/// The jobs.
#[must_use]
pub fn jobs() -> Jobs {
    Jobs::default()
        .on::<jobs::ForgetMessages>()
        .on::<jobs::TellForgotten>()
        .on::<jobs::ForgetMentions>()
        .on::<digest::SendDigest>()
        .every::<digest::FindDigests>(digest::PERIOD)
        .every::<jobs::CleanUp>(jobs::CLEAN_UP_PERIOD)
}
