//! What is wrong with the fields that are no lists, in the words of UX §1.5.
//!
//! Bounds of the page itself hold for what was changed only: what an import brought is not accused.
//! Behind them stand the bounds of the model, which hold for every way in.

use std::collections::HashSet;

use doorward_model::client::Client;
use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::edit;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::signing_alg::SigningAlg;

use super::change;
use super::field::Field;
use super::urls;
use super::values::Values;

/// The longest life of an ID token, in seconds: thirty days.
const MAX_JWT: u64 = 2_592_000;
/// The longest life of a refresh token: five years.
const MAX_REFRESH: u64 = 157_788_000;
/// Above this a word is said about long lives.
const DAY: u64 = 86_400;
/// Names above this are cut in lists.
const LONG_NAME: usize = 80;
/// The most pairs of metadata, and the longest key and value.
const MOST_PAIRS: usize = 10;
const LONGEST_TEXT: usize = 255;

/// The name of a client, here and in the form that makes one.
pub(crate) fn check_name(name: &str, errors: &mut FieldErrors) {
    let text = if name.is_empty() {
        "Enter a name for this client."
    } else if name.contains(['<', '>']) {
        "Use a name without < or >."
    } else if name.contains(|c: char| c.is_control() || c == '\u{fffd}') {
        "Use a name of letters, digits and signs only."
    } else {
        return;
    };
    errors.push(FieldError::new("name", "pattern", text));
}

/// A word about a name that may be saved.
pub(crate) fn name_note(name: &str) -> Option<&'static str> {
    (name.chars().count() > LONG_NAME).then_some("Long names are cut in lists.")
}

/// Everything that stands in the way of saving, for a client of the type that is chosen.
pub(crate) fn check(typed: &Values, client: &Client) -> FieldErrors {
    let saved = Values::of(client);
    let mut errors = FieldErrors::default();
    let changed = |field: Field| field.is_for(typed.kind) && typed.differs(field, &saved);
    for field in Field::ALL.into_iter().filter(|field| changed(*field)) {
        check_field(field, typed, &mut errors);
    }
    check_secret(typed, &saved, &mut errors);
    let known: HashSet<String> = errors.all().iter().map(|error| error.path.clone()).collect();
    if let Err(found) = edit::apply(&client.settings, change::patch(typed, client)) {
        for error in by_field(&found).all().iter().filter(|error| !known.contains(&error.path)) {
            errors.push(error.clone());
        }
    }
    errors
}

fn check_field(field: Field, typed: &Values, errors: &mut FieldErrors) {
    match field {
        Field::Name => check_name(&typed.name, errors),
        Field::Callbacks | Field::LogoutUrls | Field::Origins => {
            for problem in urls::problems(field, &typed.urls(field)) {
                errors.push(FieldError::new(field.id(), "format", problem.text));
            }
        }
        Field::JwtLifetime => {
            seconds(field, &typed.jwt_lifetime, (1, MAX_JWT), "2592000 (30 days)", errors);
        }
        Field::RefreshLifetime if !typed.refresh_lifetime.is_empty() => {
            seconds(field, &typed.refresh_lifetime, (1, MAX_REFRESH), "157788000 (5 years)", errors);
        }
        Field::RefreshIdle if !typed.refresh_idle.is_empty() => {
            seconds(field, &typed.refresh_idle, (1, MAX_REFRESH), "157788000 (5 years)", errors);
        }
        Field::RefreshLeeway => {
            seconds(field, &typed.refresh_leeway, (0, MAX_REFRESH), "157788000 (5 years)", errors);
        }
        Field::Description if typed.description.chars().count() > 140 => {
            errors.push(FieldError::new(field.id(), "max_length", "Use at most 140 characters."));
        }
        Field::Metadata => check_metadata(&typed.metadata, errors),
        _ => {}
    }
}

/// What cannot be without a secret.
fn check_secret(typed: &Values, saved: &Values, errors: &mut FieldErrors) {
    let is_changed = |field| typed.differs(field, saved);
    if typed.method != AuthMethod::None {
        return;
    }
    if typed.kind == Some(ClientKind::NonInteractive)
        && (is_changed(Field::Method) || is_changed(Field::Type))
    {
        let text = "Non Interactive clients need a secret. Choose Post or Basic.";
        errors.push(FieldError::new(Field::Method.id(), "enum", text));
        return;
    }
    let asks_for_itself = typed.grants.contains(&GrantType::ClientCredentials);
    if asks_for_itself && (is_changed(Field::Grants) || is_changed(Field::Method)) {
        let text = "Client Credentials needs a secret. Choose Post or Basic first.";
        errors.push(FieldError::new(Field::Grants.id(), "enum", text));
    }
    let signs_with_it = typed.algorithm == SigningAlg::HS256;
    if signs_with_it && (is_changed(Field::Algorithm) || is_changed(Field::Method)) {
        let text = "HS256 signs with the client secret. Choose Post or Basic first, or RS256.";
        errors.push(FieldError::new(Field::Algorithm.id(), "enum", text));
    }
}

fn seconds(field: Field, typed: &str, (least, most): (u64, u64), bound: &str, errors: &mut FieldErrors) {
    let is_whole = !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit());
    let text = match typed.parse::<u64>() {
        Ok(seconds) if is_whole && (least..=most).contains(&seconds) => return,
        _ if is_whole => format!("Use between {least} and {bound}."),
        _ => "Enter a whole number of seconds.".to_owned(),
    };
    errors.push(FieldError::new(field.id(), "type", text));
}

fn check_metadata(pairs: &[(String, String)], errors: &mut FieldErrors) {
    let mut push = |text: &str| errors.push(FieldError::new(Field::Metadata.id(), "max_length", text));
    if pairs.len() > MOST_PAIRS {
        push("Use at most 10 pairs.");
    }
    let too_long = |text: &str| text.chars().count() > LONGEST_TEXT;
    if pairs.iter().any(|(key, value)| too_long(key) || too_long(value)) {
        push("Keys and values can have at most 255 characters.");
    }
    if pairs.iter().any(|(key, _)| key.is_empty()) {
        push("Enter a key for each value.");
    }
    let stands_twice = |at: usize| pairs[..at].iter().any(|(other, _)| *other == pairs[at].0);
    if (0..pairs.len()).any(|at| !pairs[at].0.is_empty() && stands_twice(at)) {
        push("This key is there twice.");
    }
}

/// A word about a life that may be saved.
pub(crate) fn lifetime_note(typed: &str) -> Option<&'static str> {
    let is_long = typed.parse::<u64>().is_ok_and(|seconds| seconds > DAY && seconds <= MAX_JWT);
    is_long.then_some("Long-lived tokens stay valid after a person is blocked.")
}

/// A number of seconds as people say it: "10 hours"; nothing for what is no such number.
pub(crate) fn in_words(typed: &str) -> String {
    let Ok(seconds) = typed.parse::<u64>() else { return String::new() };
    let units = [(365 * DAY, "year"), (DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let mut parts = Vec::new();
    let mut rest = seconds;
    for (size, unit) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 && parts.len() < 2 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if seconds > 10 * 365 * DAY { String::new() } else { parts.join(" ") }
}

/// The findings of the model under the fields of the form: for what only the model looks at.
pub(crate) fn by_field(errors: &FieldErrors) -> FieldErrors {
    let mut named = FieldErrors::default();
    for error in errors.all() {
        named.push(FieldError::new(Field::of_setting(&error.path).id(), error.rule, error.text.as_str()));
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifetime(typed: &str) -> Option<String> {
        let mut errors = FieldErrors::default();
        seconds(Field::JwtLifetime, typed, (1, MAX_JWT), "2592000 (30 days)", &mut errors);
        errors.all().first().map(|error| error.text.clone())
    }

    #[test]
    fn a_lifetime_is_a_whole_number_within_bounds() {
        let whole = Some("Enter a whole number of seconds.".to_owned());
        let bounds = Some("Use between 1 and 2592000 (30 days).".to_owned());
        for (typed, found) in [
            ("36000", &None),
            ("1", &None),
            ("2592000", &None),
            ("0", &bounds),
            ("2592001", &bounds),
            ("99999999999999999999999", &bounds),
            ("", &whole),
            ("ten", &whole),
            ("-5", &whole),
            ("+5", &whole),
            ("1.5", &whole),
        ] {
            assert_eq!(lifetime(typed), *found, "{typed}");
        }
        assert!(lifetime_note("86400").is_none() && lifetime_note("86401").is_some());
    }

    #[test]
    fn seconds_are_said_in_words() {
        for (typed, said) in [
            ("36000", "10 hours"),
            ("1", "1 second"),
            ("86461", "1 day 1 minute"),
            ("90061", "1 day 1 hour"),
            ("31536000", "1 year"),
            ("0", ""),
            ("x", ""),
        ] {
            assert_eq!(in_words(typed), said);
        }
    }

    #[test]
    fn pairs_of_metadata_are_few_short_named_and_told_apart() {
        let found = |pairs: &[(&str, &str)]| -> Vec<String> {
            let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            let mut errors = FieldErrors::default();
            check_metadata(&pairs, &mut errors);
            errors.all().iter().map(|error| error.text.clone()).collect()
        };
        assert_eq!(found(&[("a", ""), ("b", "1")]), Vec::<String>::new());
        assert_eq!(found(&[("a", "1"), ("a", "2")]), ["This key is there twice."]);
        assert_eq!(found(&[("", "1")]), ["Enter a key for each value."]);
        let long = "é".repeat(256);
        assert_eq!(found(&[("a", &long)]), ["Keys and values can have at most 255 characters."]);
        let keys: Vec<String> = (0..11).map(|number| number.to_string()).collect();
        let eleven: Vec<_> = keys.iter().map(|key| (key.as_str(), "v")).collect();
        assert_eq!(found(&eleven), ["Use at most 10 pairs."]);
    }
}
