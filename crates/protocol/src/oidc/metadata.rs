//! Claims of the standard that have no field of their own: what metadata says under exactly their names.
//!
//! Owns which they are and what each must look like. What looks otherwise is left out, as if nobody had said
//! it: applications kept things under these names before anybody read them here. People write their
//! `user_metadata` themselves, so no claim that others build trust on comes from there: no email, no telephone number, nothing
//! `_verified`, and no `preferred_username`, which applications take for the name of an account.
//!
//! Source: OpenID Connect Core §5.1, §5.1.1.

use doorward_model::client::urls::check_web_page;
use doorward_model::user::User;
use serde_json::{Map, Value};

/// The longest text, in characters.
const MAX_TEXT: usize = 500;
/// The longest name of a time zone or a language, in bytes.
const MAX_NAME: usize = 64;

/// The parts of an address (§5.1.1).
const ADDRESS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// The value of a claim, when the metadata of `user` says it in the form of the standard.
///
/// ```
/// # use doorward_model::ids::{ConnectionId, UserId};
/// # use doorward_model::time::Timestamp;
/// use doorward_model::user::{Email, User};
/// use doorward_protocol::oidc::metadata::claim;
/// # let id = UserId::parse("auth0|1").unwrap();
/// # let connection = ConnectionId::parse("con_1").unwrap();
/// # let email = Email::parse("ada@example.com").unwrap();
/// let mut ada = User::new(id, connection, email, Timestamp::from_seconds(0));
/// ada.user_metadata.insert("zoneinfo".into(), "Europe/London".into());
/// ada.user_metadata.insert("email_verified".into(), true.into());
/// assert_eq!(claim(&ada, "zoneinfo"), Some("Europe/London".into()));
/// assert_eq!(claim(&ada, "email_verified"), None);
/// ```
#[must_use]
pub fn claim(user: &User, name: &str) -> Option<Value> {
    let own = || user.user_metadata.get(name);
    let is_well_formed = match name {
        "middle_name" | "gender" => is_line,
        "profile" | "website" => is_web_page,
        "birthdate" => is_birthdate,
        "zoneinfo" => is_time_zone,
        "locale" => is_language,
        "address" => return own()?.as_object().and_then(address),
        "preferred_username" => return text(user.app_metadata.get(name)?, is_line),
        _ => return None,
    };
    text(own()?, is_well_formed)
}

fn text(value: &Value, is_well_formed: fn(&str) -> bool) -> Option<Value> {
    value.as_str().filter(|text| is_well_formed(text)).map(Value::from)
}

/// The parts of an address that are texts; none where there is no such part.
fn address(said: &Map<String, Value>) -> Option<Value> {
    let part = |name: &str| Some((name.to_owned(), text(said.get(name)?, is_text)?));
    let parts: Map<String, Value> = ADDRESS.into_iter().filter_map(part).collect();
    (!parts.is_empty()).then_some(Value::Object(parts))
}

/// A text of one line or several.
fn is_text(text: &str) -> bool {
    let is_bounded = text.chars().nth(MAX_TEXT).is_none();
    is_bounded
        && !text.trim().is_empty()
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n'))
}

fn is_line(text: &str) -> bool {
    is_text(text) && !text.contains(['\r', '\n'])
}

/// An address that an application may show as a link: no `javascript:`.
fn is_web_page(text: &str) -> bool {
    check_web_page(text).is_ok()
}

/// A day, a day without its year (`0000-MM-DD`), or a year alone.
fn is_birthdate(text: &str) -> bool {
    let number = |part: &str, digits: usize| -> Option<u32> {
        let is_plain = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        if is_plain { part.parse().ok() } else { None }
    };
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let Some(year) = year.and_then(|part| number(part, 4)) else { return false };
    let (Some(month), Some(day)) = (month, day) else { return month.is_none() && year > 0 };
    let (Some(month), Some(day), None) = (number(month, 2), number(day, 2), parts.next()) else {
        return false;
    };
    (1..=days_of(month, year)).contains(&day)
}

/// How many days a month has; none where there is no such month. The year 0000 is one that leaps.
fn days_of(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// A name as the time zone database writes them: `Europe/Paris`, `Etc/GMT+8`.
fn is_time_zone(text: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-' | b'/');
    text.len() <= MAX_NAME
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(is_allowed)
}

/// A language tag of BCP 47: `en`, `de-CH`, `zh-Hant-TW`.
fn is_language(text: &str) -> bool {
    let is_subtag =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let begins_with_letters = |text: &str| text.bytes().take_while(u8::is_ascii_alphabetic).count() >= 2;
    text.len() <= MAX_NAME && begins_with_letters(text) && text.split('-').all(is_subtag)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::claims::tests::ada;
    use super::*;

    fn said(name: &str, value: Value) -> Option<Value> {
        let mut user = ada();
        user.user_metadata.insert(name.to_owned(), value);
        claim(&user, name)
    }

    fn takes(name: &str, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(said(name, json!(text)), Some(json!(text)), "{name}");
        }
        for text in bad {
            assert_eq!(said(name, json!(text)), None, "{name}: {text:?}");
        }
    }

    #[test]
    fn oidc_core_5_1_a_birthdate_is_a_day_a_day_without_a_year_or_a_year() {
        takes(
            "birthdate",
            &["1815-12-10", "2000-02-29", "2024-02-29", "0000-02-29", "0000-12-31", "1815"],
            &[
                "",
                "0000",
                "815",
                "18155",
                "1815-12",
                "1815-12-1",
                "1815-13-10",
                "1815-00-10",
                "1815-12-00",
                "1815-11-31",
                "1900-02-29",
                "2023-02-29",
                "1815-12-10-",
                "1815-12-10T00:00:00Z",
                "10.12.1815",
                "+815-12-10",
                "1815-+1-10",
                "١٨١٥-١٢-١٠",
            ],
        );
    }

    #[test]
    fn oidc_core_5_1_addresses_of_pages_are_of_the_web() {
        for name in ["profile", "website"] {
            takes(
                name,
                &["https://ada.example/", "http://ada.example:8080/me?x=1"],
                &[
                    "",
                    "ada.example",
                    "javascript:alert(1)",
                    "data:text/html,x",
                    "myapp://ada",
                    "https://*.example/",
                ],
            );
        }
    }

    #[test]
    fn oidc_core_5_1_zones_and_languages_are_names_of_their_lists_in_form() {
        takes(
            "zoneinfo",
            &["Europe/Paris", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+8"],
            &["", "+01:00", "Europe/Paris\n", "/etc/passwd", "Europe Paris", &"a".repeat(65)],
        );
        takes(
            "locale",
            &["en", "de-CH", "zh-Hant-TW", "es-419"],
            &["", "e", "en_US", "en-", "-en", "en--US", "de-CHCHCHCHC", "en US", &"en-".repeat(40)],
        );
    }

    #[test]
    fn texts_are_bounded_and_hold_no_control_characters() {
        for name in ["middle_name", "gender"] {
            let long = "ß".repeat(MAX_TEXT);
            takes(
                name,
                &["King", "non binary", &long],
                &["", " ", "a\nb", "a\0b", "\u{1b}[2J", &format!("{long}x")],
            );
        }
    }

    #[test]
    fn oidc_core_5_1_1_an_address_is_an_object_of_texts() {
        let full = json!({
            "formatted": "12 St James's Square\r\nLondon", "street_address": "12 St James's Square\nBack door",
            "locality": "London", "region": "Greater London", "postal_code": "SW1Y 4LB", "country": "GB",
        });
        assert_eq!(said("address", full.clone()), Some(full));
        let mixed =
            json!({ "locality": "London", "postal_code": 4711, "region": "", "city": "x", "country": null });
        assert_eq!(said("address", mixed), Some(json!({ "locality": "London" })));
        for bad in [json!({}), json!({ "city": "London" }), json!("London"), json!(["London"]), json!(null)] {
            assert_eq!(said("address", bad), None);
        }
    }

    #[test]
    fn what_is_of_another_type_is_left_out() {
        let names =
            ["middle_name", "gender", "profile", "website", "birthdate", "zoneinfo", "locale", "address"];
        for name in names {
            for value in [json!(null), json!(1815), json!(true), json!(["en"]), json!({ "en": "en" })] {
                assert_eq!(said(name, value.clone()), None, "{name}: {value}");
            }
        }
    }

    /// Names of accounts come from where people cannot write.
    #[test]
    fn a_preferred_username_is_what_an_application_says_and_never_the_person() {
        assert_eq!(said("preferred_username", json!("admin")), None);
        let mut user = ada();
        user.app_metadata.insert("preferred_username".to_owned(), json!("ada"));
        assert_eq!(claim(&user, "preferred_username"), Some(json!("ada")));
    }

    #[test]
    fn nothing_else_is_read_from_metadata() {
        for name in [
            "sub",
            "iss",
            "name",
            "email",
            "email_verified",
            "phone_number",
            "phone_number_verified",
            "nickname",
            "picture",
            "updated_at",
            "acr",
            "role",
        ] {
            for value in [json!("x"), json!(true), json!(1), json!({ "country": "GB" })] {
                assert_eq!(said(name, value), None, "{name}");
            }
        }
    }
}
