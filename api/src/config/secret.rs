use std::fmt;

/// A value that never shows in logs or error messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself; the only way to it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Why the value must not protect anything, if so.
    #[must_use]
    pub fn weakness(&self) -> Option<&'static str> {
        const GIVEAWAYS: [&str; 8] = [
            "changeme", "secret", "password", "example", "default", "insecure", "12345678",
            "qwerty",
        ];
        let plain: String =
            self.0.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let distinct: std::collections::HashSet<char> = self.0.chars().collect();
        if self.0.len() < 32 {
            Some("it is shorter than 32 characters")
        } else if distinct.len() < 12 {
            Some("it repeats too few characters")
        } else if GIVEAWAYS.iter().any(|word| plain.contains(word)) {
            Some("it contains a word of well-known defaults")
        } else {
            None
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
