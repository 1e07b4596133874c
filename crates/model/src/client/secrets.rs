//! Secrets of a client: several at once, of which one is *the* `client_secret`.
//!
//! Owns their bounds and how long an old one outlives a new one. Must not know how secrets are kept
//! or compared. The client secret itself has no end; the others may have one.
//!
//! Source: the brief, "Client Secret"; RFC 6749 appendix A.2 (its characters); RFC 7518 §3.2 (its
//! length); the Management API's `client_secret`.

use crate::fields::{FieldError, FieldErrors};
use crate::ids::{ClientId, SecretId};
use crate::json::{Object, flag, seconds, text, time, unknown};
use crate::secret::{SealedSecret, Secret};
use crate::time::{Lifetime, Timestamp};

/// How many secrets a client may have.
pub const MAX_SECRETS: u32 = 10;
/// The longest label, in characters.
pub const MAX_LABEL: usize = 64;
/// The longest overlap: a year.
pub const MAX_OVERLAP: i64 = 365 * 86_400;
/// The bounds of a secret that somebody chose, in characters. Shorter ones can be guessed, and sign
/// nothing (RFC 7518 §3.2).
const OWN_SECRET: std::ops::RangeInclusive<usize> = 32..=512;

/// One of a client's secrets, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// Its id.
    pub id: SecretId,
    /// The client it belongs to.
    pub client: ClientId,
    /// The secret, sealed.
    pub sealed: SealedSecret,
    /// What it is for, in the admin's words.
    pub label: Option<String>,
    /// Whether the API shows this one as `client_secret`.
    pub primary: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; none means never.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_use: Option<LastUse>,
}

impl ClientSecret {
    /// Whether it works at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.expires_at, now)
    }
}

/// Whether something that ends at `expires_at` is still good at `now`.
#[must_use]
pub fn is_live(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_none_or(|end| now < end)
}

/// When and from where a secret was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    /// When.
    pub at: Timestamp,
    /// The address that it came from.
    pub ip: Option<String>,
}

/// How long the old client secret stays good beside a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// It stops at once.
    None,
    /// It stops after this time.
    For(Lifetime),
    /// It works until somebody stops it.
    UntilStopped,
}

impl Overlap {
    /// Where nothing is said: seven days.
    pub const DEFAULT: Overlap = Overlap::For(Lifetime::from_seconds(7 * 86_400));
}

/// A secret that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSecret {
    /// What it is for.
    pub label: Option<String>,
    /// What it is to be.
    pub rank: Rank,
}

/// What a new secret is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// The client secret, in the place of the one until now.
    Primary(Overlap),
    /// Another one beside it, until then or for good.
    Beside(Option<Timestamp>),
}

impl NewSecret {
    /// Reads what is wanted from the body of a request.
    ///
    /// ```
    /// use doorward_model::client::secrets::{NewSecret, Overlap, Rank};
    /// let read = |body: serde_json::Value| NewSecret::from_json(body.as_object().unwrap());
    /// let beside = read(serde_json::json!({ "label": "server B" })).unwrap();
    /// assert_eq!(beside.rank, Rank::Beside(None));
    /// let primary = read(serde_json::json!({ "is_primary": true })).unwrap();
    /// assert_eq!(primary.rank, Rank::Primary(Overlap::DEFAULT));
    /// let endless = read(serde_json::json!({ "is_primary": true, "keep_old_for": null })).unwrap();
    /// assert_eq!(endless.rank, Rank::Primary(Overlap::UntilStopped));
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (mut label, mut expires_at, mut is_primary, mut overlap) = (None, None, false, None);
        for (key, value) in body {
            let (path, e) = (key.as_str(), &mut errors);
            match path {
                "label" if value.is_null() => {}
                "label" => label = text(value, path, e).filter(|label| check_label(label, e)),
                "expires_at" if value.is_null() => {}
                "expires_at" => expires_at = time(value, path, e),
                "is_primary" => is_primary = flag(value, path, e).unwrap_or_default(),
                "keep_old_for" if value.is_null() => overlap = Some(Overlap::UntilStopped),
                "keep_old_for" => overlap = seconds(value, path, e).and_then(|life| overlap_of(life, e)),
                _ => e.push(unknown(path)),
            }
        }
        if is_primary && body.get("expires_at").is_some_and(|value| !value.is_null()) {
            let text = "The client secret has no end. Leave this out, or make a secret beside it.";
            errors.push(FieldError::new("expires_at", "one_of", text));
        }
        if !is_primary && body.contains_key("keep_old_for") {
            let text = "This is for a new client secret only. Send is_primary: true with it.";
            errors.push(FieldError::new("keep_old_for", "one_of", text));
        }
        let rank = if is_primary {
            Rank::Primary(overlap.unwrap_or(Overlap::DEFAULT))
        } else {
            Rank::Beside(expires_at)
        };
        errors.into_result(Self { label, rank })
    }
}

/// Looks at a label; gives whether it will do.
fn check_label(label: &str, errors: &mut FieldErrors) -> bool {
    let finding = if label.is_empty() {
        Some(("min_length", "The label is empty. Enter a word, or leave it out."))
    } else if label.chars().count() > MAX_LABEL {
        Some(("max_length", "Use at most 64 characters."))
    } else if label.chars().any(char::is_control) {
        Some(("pattern", "A label is one line without control characters."))
    } else {
        None
    };
    errors.extend(finding.map(|(rule, text)| FieldError::new("label", rule, text)));
    finding.is_none()
}

fn overlap_of(life: Lifetime, errors: &mut FieldErrors) -> Option<Overlap> {
    match life.seconds() {
        0 => Some(Overlap::None),
        1..=MAX_OVERLAP => Some(Overlap::For(life)),
        _ => {
            let text = "Use at most 31536000 seconds (a year), or null for: until it is stopped.";
            errors.push(FieldError::new("keep_old_for", "maximum", text));
            None
        }
    }
}

/// Looks at a client secret that somebody chose.
///
/// ```
/// use doorward_model::client::secrets::check_own;
/// use doorward_model::secret::Secret;
/// let secret = |text: &str| check_own(&Secret::new(text.to_owned()));
/// assert!(secret("LUFqPx+sRLjbL7peYRPFmFu-bbvE7u7og4YUNe_C345=683341").is_ok());
/// assert_eq!(secret("hunter2").unwrap_err().rule, "min_length");
/// ```
///
/// # Errors
/// What is wrong with it.
pub fn check_own(secret: &Secret) -> Result<(), FieldError> {
    let text = secret.expose();
    let wrong = |rule, text: &str| Err(FieldError::new("client_secret", rule, text));
    if !text.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        return wrong("pattern", "A client secret holds printable ASCII characters only.");
    }
    if text.len() < *OWN_SECRET.start() {
        return wrong("min_length", "Use at least 32 characters: a shorter one can be guessed.");
    }
    if text.len() > *OWN_SECRET.end() {
        return wrong("max_length", "Use at most 512 characters.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: &Value) -> Result<NewSecret, Vec<(String, &'static str)>> {
        NewSecret::from_json(body.as_object().unwrap())
            .map_err(|errors| errors.all().iter().map(|e| (e.path.clone(), e.rule)).collect())
    }

    #[test]
    fn an_overlap_is_nothing_a_time_or_endless() {
        let overlap = |value: Value| match read(&json!({ "is_primary": true, "keep_old_for": value })) {
            Ok(NewSecret { rank: Rank::Primary(overlap), .. }) => Ok(overlap),
            Ok(other) => panic!("{other:?}"),
            Err(errors) => Err(errors[0].1),
        };
        assert_eq!(overlap(json!(0)), Ok(Overlap::None));
        assert_eq!(overlap(json!(3600)), Ok(Overlap::For(Lifetime::from_seconds(3600))));
        assert_eq!(overlap(json!(31_536_000)), Ok(Overlap::For(Lifetime::from_seconds(31_536_000))));
        assert_eq!(overlap(json!(31_536_001)), Err("maximum"));
        assert_eq!(overlap(json!(null)), Ok(Overlap::UntilStopped));
        for bad in [json!(-1), json!("1h"), json!(1.5), json!(true)] {
            assert_eq!(overlap(bad.clone()), Err("type"), "{bad}");
        }
    }

    #[test]
    fn what_a_new_secret_cannot_be_is_found() {
        let one = |body: Value| read(&body).unwrap_err();
        let found = |path: &str, rule| vec![(path.to_owned(), rule)];
        let end = "2030-01-01T00:00:00Z";
        assert_eq!(one(json!({ "is_primary": true, "expires_at": end })), found("expires_at", "one_of"));
        assert_eq!(one(json!({ "keep_old_for": 60 })), found("keep_old_for", "one_of"));
        assert_eq!(one(json!({ "expires_at": "tomorrow" })), found("expires_at", "format"));
        assert_eq!(one(json!({ "label": "" })), found("label", "min_length"));
        assert_eq!(one(json!({ "label": "é".repeat(65) })), found("label", "max_length"));
        assert_eq!(one(json!({ "label": "a\nb" })), found("label", "pattern"));
        assert_eq!(one(json!({ "secret": "mine" })), found("secret", "additional_properties"));
        assert!(read(&json!({ "label": "é".repeat(64), "expires_at": end })).is_ok());
        assert!(read(&json!({ "label": null, "expires_at": null })).is_ok());
    }

    #[test]
    fn an_own_secret_is_long_and_printable() {
        let rule = |text: &str| check_own(&Secret::new(text.to_owned())).map_err(|error| error.rule);
        assert_eq!(rule(&"x".repeat(31)), Err("min_length"));
        assert_eq!(rule(&"x".repeat(32)), Ok(()));
        assert_eq!(rule(&"x".repeat(512)), Ok(()));
        assert_eq!(rule(&"x".repeat(513)), Err("max_length"));
        assert_eq!(rule(&format!("{}\n", "x".repeat(40))), Err("pattern"));
        assert_eq!(rule(&"é".repeat(40)), Err("pattern"));
        assert_eq!(rule(""), Err("min_length"));
    }

    #[test]
    fn a_secret_ends_at_its_end() {
        let end = Timestamp::from_seconds(100);
        assert!(is_live(None, end));
        assert!(is_live(Some(end), Timestamp::from_millis(99_999)));
        assert!(!is_live(Some(end), end));
    }
}
