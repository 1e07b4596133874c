//! What is wrong with the fields that are no lists, in the words of UX §1.5.

use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::{FieldError, FieldErrors};

use super::field::Field;
use super::urls;
use super::values::Values;

/// The longest life of an ID token, in seconds: thirty days.
const MAX_JWT: u64 = 2_592_000;
/// Above this a word is said about long lives.
const DAY: u64 = 86_400;

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

/// Everything that stands in the way of saving, for a client of the type that is chosen.
pub(crate) fn check(values: &Values, errors: &mut FieldErrors) {
    let kind = values.kind;
    check_name(&values.name, errors);
    if kind == Some(ClientKind::NonInteractive) && values.method == AuthMethod::None {
        let text = "Non Interactive clients need a secret. Choose Post or Basic.";
        errors.push(FieldError::new(Field::Method.id(), "enum", text));
    }
    for field in [Field::Callbacks, Field::LogoutUrls, Field::Origins] {
        if field.is_for(kind) {
            let found = urls::problems(field, &values.urls(field));
            found
                .into_iter()
                .for_each(|problem| errors.push(FieldError::new(field.id(), "format", problem.text)));
        }
    }
    if Field::JwtLifetime.is_for(kind) {
        check_lifetime(&values.jwt_lifetime, errors);
    }
    if values.description.chars().count() > 140 {
        errors.push(FieldError::new("description", "max_length", "Use at most 140 characters."));
    }
    let asks_for_itself = values.grants.contains(&GrantType::ClientCredentials);
    if asks_for_itself && values.method == AuthMethod::None && kind != Some(ClientKind::NonInteractive) {
        let text = "Client Credentials needs a secret. Choose Post or Basic first.";
        errors.push(FieldError::new(Field::Grants.id(), "enum", text));
    }
}

fn check_lifetime(typed: &str, errors: &mut FieldErrors) {
    let is_whole = !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit());
    let text = match typed.parse::<u64>() {
        Ok(1..=MAX_JWT) if is_whole => return,
        _ if is_whole => "Use between 1 and 2592000 (30 days).",
        _ => "Enter a whole number of seconds.",
    };
    errors.push(FieldError::new(Field::JwtLifetime.id(), "type", text));
}

/// A word about a life that may be saved.
pub(crate) fn lifetime_note(typed: &str) -> Option<&'static str> {
    let is_long = typed.parse::<u64>().is_ok_and(|seconds| seconds > DAY && seconds <= MAX_JWT);
    is_long.then_some("Long-lived tokens stay valid after a person is blocked.")
}

/// A number of seconds as people say it: "10 hours"; nothing for what is no such number.
pub(crate) fn in_words(typed: &str) -> String {
    let Ok(seconds) = typed.parse::<u64>() else { return String::new() };
    let units = [(DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let mut parts = Vec::new();
    let mut rest = seconds;
    for (size, unit) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 && parts.len() < 2 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if seconds > 365 * DAY { String::new() } else { parts.join(" ") }
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
        check_lifetime(typed, &mut errors);
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
            ("0", ""),
            ("x", ""),
        ] {
            assert_eq!(in_words(typed), said);
        }
    }
}
