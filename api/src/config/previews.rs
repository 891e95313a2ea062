use super::Source;
use crate::platform::fetch::addresses::Network;

const MB: u64 = 1_000_000;

/// What is shown of the pages that messages link to.
#[derive(Clone, Debug)]
pub struct PreviewsConfig {
    /// `SPACE_PREVIEWS`: `on` or `off`. With `off` no link is asked; what messages show already stays. Default `on`.
    pub is_on: bool,
    /// `SPACE_PREVIEWS_ALLOW`: networks beside the open internet that may be asked, at any port, as
    /// `10.1.0.0/16`, comma-separated. Whoever may write can then read titles of pages there. Default
    /// none.
    pub allow: Vec<Network>,
    /// `SPACE_PREVIEWS_QUOTA_MB`: room for all pictures of pages, 0-10000000; a page for which there is none is shown
    /// without. In bytes. Default 5000.
    pub quota: u64,
}

impl PreviewsConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        let is_on = match source.text_or("SPACE_PREVIEWS", "on").as_str() {
            "on" => true,
            "off" => false,
            other => {
                source.problem(format!("SPACE_PREVIEWS is `{other}`; it can be `on` or `off`."));
                false
            }
        };
        let mut allow = Vec::new();
        for text in source.list("SPACE_PREVIEWS_ALLOW") {
            match text.parse() {
                Ok(network) => allow.push(network),
                Err(_) => source.problem(format!(
                    "SPACE_PREVIEWS_ALLOW holds `{text}`, which is not a network like `10.1.0.0/16`."
                )),
            }
        }
        let quota = MB * source.number("SPACE_PREVIEWS_QUOTA_MB", 5_000, 0..=10_000_000);
        Self { is_on, allow, quota }
    }
}
