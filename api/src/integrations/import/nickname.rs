//! Nicknames for people who only have a name.

use sha2::{Digest as _, Sha256};
use shared::validate;

/// The longest nickname.
const MAX: usize = 20;

/// Nicknames to try for a name, best first: the name in letters of a nickname, then with numbers.
pub fn candidates(name: &str) -> impl Iterator<Item = String> {
    let base = base(name);
    let numbered = base.clone();
    let numbered = (2..1000).map(move |n| {
        let tail = format!("_{n}");
        format!("{}{tail}", numbered[..numbered.len().min(MAX - tail.len())].trim_end_matches('_'))
    });
    std::iter::once(base).chain(numbered)
}

/// ASCII throughout, so that it may be cut anywhere.
fn base(name: &str) -> String {
    let mut nickname = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match latin(c) {
            Some(letters) => nickname.push_str(letters),
            None if c.is_ascii_alphanumeric() => nickname.push(c),
            None if !nickname.is_empty() && !nickname.ends_with('_') => nickname.push('_'),
            None => {}
        }
    }
    nickname.truncate(MAX);
    let nickname = nickname.trim_end_matches('_');
    if validate::nickname(nickname).is_ok() {
        return nickname.to_owned();
    }
    let digest = Sha256::digest(name);
    format!("guest_{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3])
}

/// Cyrillic letters as Ukrainian passports write them, with the Russian ones beside.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "h",
        'ґ' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' => "e",
        'є' => "ie",
        'ж' => "zh",
        'з' => "z",
        'и' => "y",
        'і' | 'й' => "i",
        'ї' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ы' => "y",
        'ю' => "iu",
        'я' => "ia",
        'ь' | 'ъ' | '\'' | '’' | 'ʼ' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_valid_nicknames() {
        for (name, want) in [
            ("warm_lemur2", "warm_lemur2"),
            ("Anna M. O'Neil", "anna_m_oneil"),
            ("Ганна Коваль", "hanna_koval"),
            ("A very long name of a person", "a_very_long_name_of"),
        ] {
            assert_eq!(candidates(name).next().as_deref(), Some(want));
        }
        for name in ["田中", "12345", "x", "Admin", "🙂", "", "__", "a_very_long_name_____of_x"]
        {
            for nickname in candidates(name).take(200) {
                assert_eq!(validate::nickname(&nickname), Ok(()), "{name}: {nickname}");
            }
        }
        assert_eq!(candidates("anna").nth(1).as_deref(), Some("anna_2"));
    }
}
