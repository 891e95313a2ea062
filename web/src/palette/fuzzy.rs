//! How well a few typed letters fit a name.

/// The better the higher; `None` when a letter is missing. Letters may be left out, not swapped.
#[must_use]
pub fn score(wanted: &str, name: &str) -> Option<i32> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let mut score = 0;
    let mut at = 0;
    let mut last = None;
    for letter in wanted.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let found = at + name[at..].iter().position(|c| *c == letter)?;
        let opens_word = found == 0 || !name[found - 1].is_alphanumeric();
        score += match (last, opens_word) {
            (Some(before), _) if before + 1 == found => 8,
            (_, true) => 10,
            _ => 1,
        };
        last = Some(found);
        at = found + 1;
    }
    // Of two that fit alike the shorter one was meant.
    let spare = i32::try_from(name.len()).unwrap_or(i32::MAX).min(100);
    (at > 0).then_some(score * 10 - spare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_fit() {
        assert!(score("gnl", "general").is_some());
        assert!(score("lng", "general").is_none());
        assert!(score("rye course", "Rye course").is_some());
        assert!(score("", "general").is_none());
        assert!(score("общ", "Общий").is_some());
    }

    #[test]
    fn beginnings_and_runs_are_better() {
        let better = |a: &str, b: &str, wanted: &str| {
            assert!(score(wanted, a) > score(wanted, b), "{a} before {b} for {wanted}");
        };
        better("general", "regent", "gen");
        better("Rye course", "marry excuse", "rc");
        better("news", "new server", "new");
    }
}
