//! A picture in thirty characters (blurha.sh), as the colour that stands in its place until it comes.

const DIGITS: &[u8; 83] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// The average colour, as CSS takes it.
#[must_use]
pub fn average(hash: &str) -> Option<String> {
    let digits = hash.as_bytes().get(2..6)?;
    let value = digits.iter().try_fold(0_usize, |sum, digit| {
        Some(sum * 83 + DIGITS.iter().position(|known| known == digit)?)
    })?;
    let (red, green, blue) = (value >> 16 & 255, value >> 8 & 255, value & 255);
    Some(["rgb(", &format!("{red} {green} {blue}"), ")"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_is_read() {
        assert_eq!(average("LEHV6nWB2yk8pyo0adR*.7kCMdnj").as_deref(), Some("rgb(151 150 149)"));
        assert_eq!(average("x"), None);
        assert_eq!(average("00\u{7f}\u{7f}\u{7f}\u{7f}"), None);
    }
}
