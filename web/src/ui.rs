//! The kit: small parts of the interface. It knows no API and no state of the product.

pub mod avatar;
pub mod badge;
pub mod button;
pub mod choice;
pub mod dialog;
pub mod dom;
pub mod empty;
pub mod field;
pub mod focus;
pub mod icon;
pub mod lazy;
pub mod menu;
pub mod popover;
pub mod skeleton;
pub mod tabs;
pub mod tip;
pub mod toast;

pub use avatar::{Avatar, AvatarSize, StatusDot};
pub use badge::Badge;
pub use button::{Button, IconButton, Look};
pub use choice::{Choice, Choices, Tick};
pub use dialog::{Confirm, Dialog};
pub use empty::{Empty, Failure, Picture};
pub use field::{PasswordField, SelectField, TextArea, TextField};
pub use icon::{Glyph, Icon};
pub use lazy::{later, on_its_way, once_open, once_open_as};
pub use menu::{Menu, MenuItem, MenuLine};
pub use popover::{Anchor, Popover};
pub use skeleton::{SkeletonRows, Spinner};
pub use tabs::{Tab, Tabs};
pub use tip::TipLayer;
pub use toast::{ToastRegion, Toasts};

use std::sync::atomic::{AtomicU32, Ordering};

/// An id for `aria-describedby` and the like, unique in this tab.
#[must_use]
pub fn unique_id(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
