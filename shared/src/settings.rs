//! What a person set: looks and language of the client, and privacy. Kept with the account.

use crate::text::Lang;
use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$default:meta])* $choice:ident = $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$default])* $choice,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$choice,)*];

            /// The key on the wire, in the database, in the catalogue and of attributes in the page.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$choice => $key,)* }
            }

            /// The choice of a key.
            #[must_use]
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.key() == key)
            }
        }
    };
}
pub(crate) use choices;

choices! {
    /// Light or dark.
    Theme { #[default] System = "system", Light = "light", Dark = "dark", }
}
choices! {
    /// The accent.
    Scheme {
        #[default] Maroon = "maroon",
        Blue = "blue",
        Green = "green",
        Purple = "purple",
        Orange = "orange",
        Teal = "teal",
    }
}
choices! {
    /// The base font size: 13, 15 or 17 px.
    FontSize { Small = "small", #[default] Medium = "medium", Large = "large", }
}
choices! {
    /// How much air there is between rows.
    Density { #[default] Comfortable = "comfortable", Compact = "compact", }
}
choices! {
    /// Whether things may move.
    Motion { #[default] System = "system", Reduced = "reduced", }
}
choices! {
    /// How messages look.
    MessageLook { #[default] Rows = "rows", Bubbles = "bubbles", }
}
choices! {
    /// Whether messages show the pages behind their links.
    LinkPreviews { #[default] Shown = "shown", Hidden = "hidden", }
}
choices! {
    /// Who may open a direct chat with a person.
    DirectFrom {
        /// Everybody who shares a space.
        #[default] Shared = "shared",
        Nobody = "nobody",
    }
}

/// How the client looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Looks {
    pub theme: Theme,
    pub scheme: Scheme,
    pub size: FontSize,
    pub density: Density,
    pub motion: Motion,
    pub messages: MessageLook,
    pub previews: LinkPreviews,
}

/// `GET /profile/me/settings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserSettings {
    /// Absent until they were chosen on some device.
    pub looks: Option<Looks>,
    /// Absent: the browser's.
    pub lang: Option<Lang>,
    pub direct_from: DirectFrom,
    /// `false`: others always see the person offline.
    pub shows_online: bool,
}

impl Default for UserSettings {
    fn default() -> Self {
        Self { looks: None, lang: None, direct_from: DirectFrom::default(), shows_online: true }
    }
}

/// `PATCH /profile/me/settings`: absent keeps, `null` clears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateSettings {
    /// Replaces all looks; what is absent inside is the default.
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Looks>))]
    pub looks: Option<Option<Looks>>,
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Lang>))]
    pub lang: Option<Option<Lang>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_from: Option<DirectFrom>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows_online: Option<bool>,
}
