//! What a new password of a database connection must be.
//!
//! Owns the five levels, the least length, and the report that says which rule is kept and which is
//! not. Must not know how passwords are stored. The old passwords of a connection whose rules became
//! stricter still work.
//!
//! Source: the Management API's `passwordPolicy` and `password_complexity_options`; where a connection
//! says nothing, NIST SP 800-63B §3.1.1.2: length counts, kinds of characters do not.

use serde_json::{Value, json};

use super::common_passwords::is_common;

/// The least length where a connection has no policy of its own.
const OWN_LENGTH: usize = 8;
/// What counts as a special character.
const SPECIAL: &str = "!@#$%^&*";
/// How many equal characters in a row the strictest level takes.
const MOST_IN_A_ROW: usize = 2;

/// A level of strictness, under its word on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordPolicy {
    /// Any password that is not empty.
    None,
    /// At least six characters.
    Low,
    /// At least eight, with lower-case and upper-case letters and digits.
    Fair,
    /// At least eight, of three of the four kinds.
    Good,
    /// At least ten, of three of the four kinds, never three equal ones in a row.
    Excellent,
}

impl PasswordPolicy {
    /// All levels.
    pub const ALL: [Self; 5] = [Self::None, Self::Low, Self::Fair, Self::Good, Self::Excellent];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Fair => "fair",
            Self::Good => "good",
            Self::Excellent => "excellent",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text)
    }

    fn length(self) -> usize {
        match self {
            Self::None => 1,
            Self::Low => 6,
            Self::Fair | Self::Good => 8,
            Self::Excellent => 10,
        }
    }
}

/// The rules of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordRules {
    policy: Option<PasswordPolicy>,
    length: usize,
    /// Words that no password may be, beside the common ones; none when the common ones may be, too.
    words: Option<Vec<String>>,
    is_personal_refused: bool,
}

/// A kind of character.
struct Kind {
    code: &'static str,
    name: &'static str,
    holds: fn(char) -> bool,
}

const LOWER: Kind =
    Kind { code: "lowerCase", name: "lower-case letters (a-z)", holds: |c| c.is_ascii_lowercase() };
const UPPER: Kind =
    Kind { code: "upperCase", name: "upper-case letters (A-Z)", holds: |c| c.is_ascii_uppercase() };
const DIGITS: Kind = Kind { code: "numbers", name: "digits (0-9)", holds: |c| c.is_ascii_digit() };
const SPECIALS: Kind =
    Kind { code: "specialCharacters", name: "special characters (!@#$%^&*)", holds: |c| SPECIAL.contains(c) };

impl PasswordRules {
    /// The rules of a level; `length` takes the place of the level's own.
    #[must_use]
    pub fn new(policy: Option<PasswordPolicy>, length: Option<usize>) -> Self {
        let own = policy.map_or(OWN_LENGTH, PasswordPolicy::length);
        Self { policy, length: length.unwrap_or(own), words: None, is_personal_refused: false }
    }

    /// No password may be one that very many people choose, or one of these words.
    #[must_use]
    pub fn without_words(self, words: Vec<String>) -> Self {
        Self { words: Some(words), ..self }
    }

    /// No password may hold what is known of the person.
    #[must_use]
    pub fn without_personal_words(self) -> Self {
        Self { is_personal_refused: true, ..self }
    }

    /// Looks at a new password of somebody of whom these words are known, lower-cased.
    ///
    /// ```
    /// use doorward_model::connection::password::{PasswordPolicy, PasswordRules};
    /// let rules = PasswordRules::new(Some(PasswordPolicy::Good), None);
    /// assert!(rules.check("Correct horse 1", &[]).is_kept());
    /// assert!(!rules.check("correcthorse", &[]).is_kept());
    /// ```
    #[must_use]
    pub fn check(&self, password: &str, known: &[String]) -> PasswordReport {
        let mut rules = vec![Rule {
            code: "lengthAtLeast",
            text: "have at least %d characters",
            format: json!([self.length]),
            is_kept: password.chars().count() >= self.length,
            kinds: Vec::new(),
        }];
        match self.policy {
            Some(PasswordPolicy::Fair) => rules.push(all_of(password, &[LOWER, UPPER, DIGITS])),
            Some(PasswordPolicy::Good) => rules.push(three_of_four(password)),
            Some(PasswordPolicy::Excellent) => {
                rules.push(three_of_four(password));
                rules.push(not_in_a_row(password));
            }
            None | Some(PasswordPolicy::None | PasswordPolicy::Low) => {}
        }
        let lower = password.to_lowercase();
        if let Some(words) = &self.words {
            let is_one = is_common(password) || words.iter().any(|word| word.to_lowercase() == lower);
            rules.push(plain("passwordDictionary", "not be one that many people choose", !is_one));
        }
        if self.is_personal_refused {
            let is_in = known.iter().any(|word| lower.contains(word));
            rules.push(plain("passwordNoUserInfo", "not contain the person's name or address", !is_in));
        }
        PasswordReport(rules)
    }
}

/// Which rules a password keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReport(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    code: &'static str,
    /// What a password must do; each `%d` and `%s` stands for the next value of `format`.
    text: &'static str,
    format: Value,
    is_kept: bool,
    kinds: Vec<(&'static str, &'static str, bool)>,
}

impl PasswordReport {
    /// Whether all rules are kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.0.iter().all(|rule| rule.is_kept)
    }

    /// What is wrong and what would be right, in sentences for whoever chose the password.
    #[must_use]
    pub fn text(&self) -> String {
        let broken = self.0.iter().filter(|rule| !rule.is_kept);
        let sentences: Vec<String> = broken.map(|rule| format!("It must {}.", rule.sentence())).collect();
        format!("The password is too weak. {}", sentences.join(" "))
    }

    /// The report in the original's form: the `description` of a refusal.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let rules: Vec<Value> = self.0.iter().map(Rule::to_json).collect();
        json!({ "rules": rules, "verified": self.is_kept() })
    }
}

impl Rule {
    fn sentence(&self) -> String {
        let mut text = self.text.to_owned();
        for value in self.format.as_array().into_iter().flatten() {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let place = if value.is_string() { "%s" } else { "%d" };
            text = text.replacen(place, &shown, 1);
        }
        let kinds: Vec<&str> = self.kinds.iter().map(|(_, name, _)| *name).collect();
        if kinds.is_empty() { text } else { format!("{text} {}", kinds.join(", ")) }
    }

    fn to_json(&self) -> Value {
        let mut rule = json!({
            "message": self.text, "format": self.format, "code": self.code, "verified": self.is_kept,
        });
        if !self.kinds.is_empty() {
            let item = |(code, name, is_there): &(&str, &str, bool)| json!({ "message": name, "code": code, "verified": is_there });
            rule["items"] = self.kinds.iter().map(item).collect();
        }
        rule
    }
}

fn seen(password: &str, kinds: &[Kind]) -> Vec<(&'static str, &'static str, bool)> {
    kinds.iter().map(|kind| (kind.code, kind.name, password.chars().any(kind.holds))).collect()
}

fn all_of(password: &str, kinds: &[Kind]) -> Rule {
    let kinds = seen(password, kinds);
    let is_kept = kinds.iter().all(|(_, _, is_there)| *is_there);
    Rule { code: "shouldContain", text: "contain all of:", format: json!([]), is_kept, kinds }
}

fn three_of_four(password: &str) -> Rule {
    let kinds = seen(password, &[LOWER, UPPER, DIGITS, SPECIALS]);
    let is_kept = kinds.iter().filter(|(_, _, is_there)| *is_there).count() >= 3;
    Rule { code: "containsAtLeast", text: "contain %d of these %d:", format: json!([3, 4]), is_kept, kinds }
}

fn plain(code: &'static str, text: &'static str, is_kept: bool) -> Rule {
    Rule { code, text, format: json!([]), is_kept, kinds: Vec::new() }
}

fn not_in_a_row(password: &str) -> Rule {
    let (mut last, mut count, mut most) = (None, 0, 0);
    for c in password.chars() {
        count = if last == Some(c) { count + 1 } else { 1 };
        last = Some(c);
        most = most.max(count);
    }
    Rule {
        code: "identicalChars",
        text: "not repeat a character more than %d times in a row (\"%s\" does)",
        format: json!([MOST_IN_A_ROW, "aaa"]),
        is_kept: most <= MOST_IN_A_ROW,
        kinds: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps(policy: Option<PasswordPolicy>, length: Option<usize>, password: &str) -> bool {
        PasswordRules::new(policy, length).check(password, &[]).is_kept()
    }

    #[test]
    fn each_level_takes_its_least_password_and_refuses_less() {
        use PasswordPolicy::{Excellent, Fair, Good, Low, None as Any};
        for (policy, kept, broken) in [
            (Any, &["x", " "][..], &[""][..]),
            (Low, &["abcdef", "éééééé"], &["abcde", "ééééé"]),
            (Fair, &["abcdefG1"], &["abcdefg1", "ABCDEFG1", "abcdefgH", "abcdG1!"]),
            (Good, &["abcdefG1", "abcdef1!", "ABCDEF1!", "abcdefG!"], &["abcdefgh", "abcdefg1", "abcG1!x"]),
            (Excellent, &["abcdefghI1", "aabbccddE1"], &["abcdefgI1", "aaabcdefI1", "abcdefghi1"]),
        ] {
            for password in kept {
                assert!(keeps(Some(policy), None, password), "{policy:?} {password}");
            }
            for password in broken {
                assert!(!keeps(Some(policy), None, password), "{policy:?} {password}");
            }
        }
    }

    #[test]
    fn a_length_of_its_own_takes_the_place_of_the_levels() {
        assert!(keeps(Some(PasswordPolicy::Good), Some(4), "aB1x"));
        assert!(!keeps(Some(PasswordPolicy::Low), Some(12), "elevenchars"));
        assert!(keeps(None, Some(1), "x"));
    }

    #[test]
    fn without_a_policy_length_alone_counts() {
        assert!(keeps(None, None, "eightlow"));
        assert!(!keeps(None, None, "seven77"));
    }

    #[test]
    fn a_report_says_what_is_missing() {
        let report = PasswordRules::new(Some(PasswordPolicy::Excellent), None).check("aaab", &[]);
        assert_eq!(
            report.text(),
            "The password is too weak. It must have at least 10 characters. It must contain 3 of these 4: \
             lower-case letters (a-z), upper-case letters (A-Z), digits (0-9), special characters (!@#$%^&*). \
             It must not repeat a character more than 2 times in a row (\"aaa\" does)."
        );
        assert!(!report.text().contains("aaab"), "a password is never repeated");
    }

    #[test]
    fn a_report_has_the_originals_form() {
        let report = PasswordRules::new(Some(PasswordPolicy::Fair), None).check("abcdefgh", &[]).to_json();
        assert_eq!(report["verified"], false);
        assert_eq!(report["rules"][0]["code"], "lengthAtLeast");
        assert_eq!(
            (&report["rules"][0]["format"], &report["rules"][0]["verified"]),
            (&json!([8]), &json!(true))
        );
        let items = report["rules"][1]["items"].as_array().unwrap();
        let found: Vec<_> =
            items.iter().map(|item| (item["code"].as_str().unwrap(), item["verified"].as_bool())).collect();
        assert_eq!(found, [("lowerCase", Some(true)), ("upperCase", Some(false)), ("numbers", Some(false))]);
    }

    #[test]
    fn words_and_what_is_known_are_refused_where_a_connection_says_so() {
        let known = ["ada".to_owned(), "lovelace".to_owned()];
        let lax = PasswordRules::new(None, None);
        let words = lax.clone().without_words(vec!["Enchantress".to_owned()]);
        let personal = lax.clone().without_personal_words();
        for password in ["password1", "enchantress", "x-LoveLace-x"] {
            assert!(lax.check(password, &known).is_kept(), "{password}");
        }
        let codes = |rules: &PasswordRules, password: &str| -> Vec<&'static str> {
            let broken = rules.check(password, &known).0.into_iter().filter(|rule| !rule.is_kept);
            broken.map(|rule| rule.code).collect()
        };
        assert_eq!(codes(&words, "Password1"), ["passwordDictionary"]);
        assert_eq!(codes(&words, "ENCHANTRESS"), ["passwordDictionary"]);
        assert!(codes(&words, "enchantress of numbers").is_empty());
        assert_eq!(codes(&personal, "x-LoveLace-x"), ["passwordNoUserInfo"]);
        assert!(codes(&personal, "password1").is_empty());
    }
}
