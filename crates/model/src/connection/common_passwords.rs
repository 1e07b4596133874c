//! Passwords that very many people choose, and with which whoever guesses begins.
//!
//! Owns the list and what is taken for the same word: upper case, digits and signs at the end, and signs for
//! letters (`P@ssw0rd1!` is `password`). Source: NIST SP 800-63B §3.1.1.2, "blocklist"; the words are our own
//! choice of what everybody knows.

/// Words, names, teams and keys that lie beside each other.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "abc", "abcabc", "access", "admin", "administrator", "andrew", "angel", "apple", "arsenal", "asdf",
    "asdfgh", "asdfghjkl", "ashley", "azerty", "banana", "baseball", "basketball", "batman", "buster",
    "butterfly", "changeme", "charlie", "cheese", "chelsea", "chocolate", "computer", "cookie", "corvette",
    "daniel", "default", "doorward", "dragon", "eminem", "family", "flower", "football", "freedom", "friends",
    "ginger", "guest", "hallo", "hello", "hockey", "hunter", "iloveu", "iloveyou", "internet", "jennifer",
    "jessica", "jesus", "jordan", "joshua", "killer", "letmein", "liverpool", "login", "lovely", "loveme",
    "maggie", "master", "matrix", "matthew", "michael", "michelle", "monkey", "mustang", "mypassword",
    "naruto", "nicole", "ninja", "nothing", "pass", "passpass", "passw", "passwd", "password",
    "passwordpassword", "passwort", "pepper", "pokemon", "princess", "purple", "qazwsx", "qazwsxedc", "qwer",
    "qwert", "qwerty", "qwertyqwerty", "qwertyuiop", "qwertz", "ranger", "robert", "root", "samsung",
    "secret", "shadow", "soccer", "starwars", "summer", "sunshine", "superman", "test", "tester", "testing",
    "testtest", "thomas", "tigger", "trustno", "user", "welcome", "whatever", "winter", "yankees", "zaq",
    "zxcvb", "zxcvbn", "zxcvbnm",
];
/// Rows of keys and the order of letters: any part of one, in either direction, is a word too.
const ROWS: &[&str] = &[
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t6z7u8i9o0p",
    "1q2w3e4r5t6y",
];

/// Whether very many people would choose this one.
///
/// ```
/// use doorward_model::connection::common_passwords::is_common;
/// assert!(is_common("P@ssw0rd1!") && is_common("87654321") && is_common("aaaaaaaa"));
/// assert!(!is_common("correct horse battery"));
/// ```
#[must_use]
pub fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let word = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    [lower.as_str(), word].into_iter().any(|text| is_one(text) || is_one(&spelt(text)))
}

fn is_one(text: &str) -> bool {
    WORDS.contains(&text) || is_one_character(text) || is_row(text)
}

fn is_one_character(text: &str) -> bool {
    let mut all = text.chars();
    all.next().is_some_and(|first| all.all(|c| c == first))
}

fn is_row(text: &str) -> bool {
    let back: String = text.chars().rev().collect();
    text.len() > 2 && ROWS.iter().any(|row| row.contains(text) || row.contains(&back))
}

/// With letters for the signs that stand for them.
fn spelt(text: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    let spelt: String = text.chars().map(letter).collect();
    spelt.trim_end_matches(|c: char| !c.is_alphabetic()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_would_try_is_common_in_each_of_its_spellings() {
        for password in [
            "password",
            "PASSWORD",
            "Password123",
            "p4$$w0rd",
            "Passw0rd!",
            "letmein!!",
            "12345678",
            "876543",
            "00000000",
            "qwertyuiop",
            "poiuytrewq",
            "asdfgh",
            "1q2w3e4r",
            "abcdefgh",
            "Welcome2026",
            "trustno1",
            "zzzzzzzzzz",
        ] {
            assert!(is_common(password), "{password}");
        }
        for password in [
            "",
            "correct horse",
            "passwordless thoughts",
            "13571113",
            "Tr0ub4dor&3",
            "monkey wrench gang",
            "éàü",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn the_list_is_in_order_and_holds_what_is_compared_with_it() {
        assert!(WORDS.is_sorted_by(|a, b| a < b));
        assert!(WORDS.iter().all(|word| word.chars().all(|c| c.is_ascii_lowercase())));
    }
}
