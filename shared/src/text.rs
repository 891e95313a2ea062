//! The one catalogue of texts: English, Russian, Ukrainian, for the UI and for `detail` of errors.
//!
//! Texts live in `shared/locales/<lang>/<slice>.json`; the key `send` of `chat.json` is
//! [`Key::ChatSend`]. A value is a text or `{one, few, many, other}`; `{name}` is filled by [`fill`].
//! The server has them built in; the browser fetches one language ([`catalogue`]).

use serde::{Deserialize, Serialize};

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// A language of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Lang {
    #[default]
    En,
    Ru,
    Uk,
}

impl Lang {
    pub const ALL: &[Self] = &[Self::En, Self::Ru, Self::Uk];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Uk => "uk",
        }
    }

    /// The language of a tag.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|lang| lang.tag() == tag)
    }

    /// The language's name in itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
            Self::Uk => "Українська",
        }
    }

    /// The first language we speak in an `Accept-Language` list or among browser languages.
    #[must_use]
    pub fn negotiate(list: &str) -> Self {
        let mut wanted: Vec<(f32, Self)> = list
            .split(',')
            .filter_map(|item| {
                let mut parts = item.trim().split(';');
                let tag = parts.next()?.trim().to_ascii_lowercase();
                let quality =
                    parts.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
                let primary = tag.split('-').next()?.to_owned();
                let lang = Self::ALL.iter().copied().find(|l| l.tag() == primary)?;
                (quality > 0.0).then_some((quality, lang))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.first().map_or(Self::En, |(_, lang)| *lang)
    }

    /// The plural form of `n`: index into one, few, many, other.
    const fn form(self, n: u64) -> usize {
        match self {
            Self::En => {
                if n == 1 {
                    0
                } else {
                    3
                }
            }
            Self::Ru | Self::Uk => match (n % 10, n % 100) {
                (1, rest) if rest != 11 => 0,
                (2..=4, rest) if rest < 12 || rest > 14 => 1,
                _ => 2,
            },
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod built_in;
pub mod catalogue;
mod fingerprint;

#[cfg(not(target_arch = "wasm32"))]
use built_in as source;
#[cfg(target_arch = "wasm32")]
use catalogue as source;

/// The text in a language.
#[must_use]
pub fn text(lang: Lang, key: Key) -> &'static str {
    source::forms(lang, key)[3]
}

/// The text for `n` of something, with `{n}` filled in.
#[must_use]
pub fn plural(lang: Lang, key: Key, n: i64) -> String {
    let form = lang.form(n.unsigned_abs());
    fill(source::forms(lang, key)[form], &[("n", &n.to_string())])
}

/// The text named `<slice>.<key>`, or the name itself where there is none.
#[must_use]
pub fn named(lang: Lang, name: &str) -> String {
    source::named(lang, name).unwrap_or(name).to_owned()
}

/// Puts values into the `{placeholders}` of a text.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => out.push_str(value),
            None => {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorCode, FieldCode};
    use crate::permission::{Permission, PermissionGroup};

    #[test]
    fn negotiates() {
        assert_eq!(Lang::negotiate("de, uk-UA;q=0.8, ru;q=0.9"), Lang::Ru);
        assert_eq!(Lang::negotiate("uk"), Lang::Uk);
        assert_eq!(Lang::negotiate(""), Lang::En);
        assert_eq!(Lang::negotiate("ru;q=0, en"), Lang::En);
    }

    #[test]
    fn fills() {
        assert_eq!(fill("{a} and {b} {c", &[("a", "1"), ("b", "{a}")]), "1 and {a} {c");
    }

    #[test]
    fn slavic_plurals() {
        let forms: Vec<_> = [1, 2, 5, 11, 12, 21, 22, 25, 111].map(|n| Lang::Uk.form(n)).into();
        assert_eq!(forms, [0, 1, 2, 2, 2, 0, 1, 2, 2]);
    }

    #[test]
    fn every_code_and_permission_has_a_text() {
        let names = ErrorCode::ALL
            .iter()
            .map(|c| format!("error.{}", c.key()))
            .chain(FieldCode::ALL.iter().map(|c| format!("field.{}", c.key())))
            .chain(PermissionGroup::ALL.iter().map(|g| format!("permission.group_{}", g.key())))
            .chain(Permission::ALL.iter().flat_map(|p| {
                [format!("permission.{}", p.key()), format!("permission.{}_hint", p.key())]
            }));
        for name in names {
            assert!(source::named(Lang::En, &name).is_some(), "no text {name}");
        }
    }
}
