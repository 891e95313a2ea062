use super::{Secret, Source};

/// Letters.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// `SMTP_URL`: the server that takes letters, such as `smtps://user:password@mail.example.org`
    /// or `smtp://mail.example.org:587?tls=required`. Default: none; letters become files in
    /// `mail/` of `SPACE_DATA_DIR`.
    pub smtp_url: Option<Secret>,
    /// `SMTP_FROM`: who writes, such as `The Space <space@example.org>`. Default: `noreply@` and the
    /// host of `PUBLIC_URL`.
    pub from: Option<String>,
}

impl MailConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        Self { smtp_url: source.secret("SMTP_URL"), from: source.text("SMTP_FROM") }
    }
}
