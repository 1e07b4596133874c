//! Texts of emails, one for each occasion.
//!
//! Checked, kept and given back; no email is sent yet. Source: the Management API's `/email-templates`.

use crate::fields::{FieldError, FieldErrors};
use crate::json::Object;
use crate::schema::{Format, Member, Schema, formatted, optional, required, text};

/// The occasions.
pub const NAMES: &[&str] = &[
    "verify_email",
    "verify_email_by_code",
    "reset_email",
    "reset_email_by_code",
    "welcome_email",
    "blocked_account",
    "stolen_credentials",
    "enrollment_email",
    "mfa_oob_code",
    "change_password",
    "password_reset",
    "user_invitation",
    "async_approval",
];

/// The longest text of an email, in characters.
const MAX_BODY: usize = 131_072;

const TEXT: Schema = Schema::Nullable(&text(MAX_BODY));
const LINE: Schema = Schema::Nullable(&text(1024));
const ADDRESS: Schema = Schema::Nullable(&formatted(2048, Format::Any));
const FLAG: Schema = Schema::Nullable(&Schema::Flag);
const LIFE: Schema = Schema::Nullable(&Schema::Whole { min: 0, max: 2_592_000 });
const NAME: Schema = Schema::Words(NAMES);

const BODY: Member = optional("body", TEXT, "The text, in the language that syntax names.");
const FROM: Member = optional("from", LINE, "Who it comes from.");
const RESULT_URL: Member = optional("resultUrl", ADDRESS, "Where people go after the link in it.");
const SUBJECT: Member = optional("subject", LINE, "Its subject.");
const SYNTAX: Member = optional("syntax", LINE, "The language of the text: liquid.");
const LIFETIME: Member = optional("urlLifetimeInSeconds", LIFE, "How long the link in it is good.");
const WITH_EMAIL: Member =
    optional("includeEmailInRedirect", Schema::Flag, "Whether resultUrl gets the address.");
const ENABLED: Member = optional("enabled", FLAG, "Whether it is sent.");

/// A body that makes a template, or puts one in the place of another.
pub const NEW: Schema = Schema::Object(&[
    required("template", NAME, "The occasion."),
    required("body", TEXT, "The text, in the language that syntax names."),
    required("from", LINE, "Who it comes from."),
    RESULT_URL,
    required("subject", LINE, "Its subject."),
    required("syntax", LINE, "The language of the text: liquid."),
    LIFETIME,
    WITH_EMAIL,
    required("enabled", FLAG, "Whether it is sent."),
]);

/// A body that changes one.
pub const CHANGE: Schema = Schema::Object(&[
    optional("template", NAME, "The occasion."),
    BODY,
    FROM,
    RESULT_URL,
    SUBJECT,
    SYNTAX,
    LIFETIME,
    WITH_EMAIL,
    ENABLED,
]);

/// The known name that was written, if it is one.
#[must_use]
pub fn name(text: &str) -> Option<&'static str> {
    NAMES.iter().copied().find(|known| *known == text)
}

/// A new template from the body of a request.
///
/// # Errors
/// Everything that is wrong with it.
pub fn create(body: &Object) -> Result<(&'static str, Object), FieldErrors> {
    NEW.check_body(body)?;
    let named = body.get("template").and_then(|value| value.as_str()).and_then(name);
    // The check has seen that it is one of the known names.
    Ok((named.unwrap_or(NAMES[0]), body.clone()))
}

/// What is kept in the place of the template of that occasion.
///
/// # Errors
/// Everything that is wrong with it; another occasion in the body is.
pub fn replace(name: &str, body: &Object) -> Result<Object, FieldErrors> {
    NEW.check_body(body)?;
    same_occasion(name, body)?;
    Ok(body.clone())
}

/// What is kept after a change of the template of that occasion: what it names takes the place of what
/// was there.
///
/// # Errors
/// Everything that is wrong with the change; another occasion in the body is.
pub fn apply(name: &str, now: &Object, body: &Object) -> Result<Object, FieldErrors> {
    CHANGE.check_body(body)?;
    same_occasion(name, body)?;
    let mut after = now.clone();
    after.extend(body.iter().map(|(name, value)| (name.clone(), value.clone())));
    Ok(after)
}

/// The address says which template is meant. A body that names another one was meant for that.
fn same_occasion(name: &str, body: &Object) -> Result<(), FieldErrors> {
    match body.get("template") {
        Some(named) if named != name => {
            let text =
                format!("The address says {name}. Leave this out, or send the change to that template.");
            Err(FieldError::new("template", "enum", text).into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(value: &Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_new_template_says_what_an_email_needs() {
        let whole = json!({
            "template": "welcome_email", "body": "<p>{{ user.name }}", "from": "a@b.test", "subject": "Hello",
            "syntax": "liquid", "enabled": true,
        });
        assert_eq!(create(&object(&whole)).unwrap(), ("welcome_email", object(&whole)));
        let errors = create(&object(&json!({ "template": "party", "x": 1 }))).unwrap_err();
        let found: Vec<_> = errors.all().iter().map(|error| (error.path.as_str(), error.rule)).collect();
        for expected in [
            ("template", "enum"),
            ("body", "required"),
            ("enabled", "required"),
            ("x", "additional_properties"),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
    }

    #[test]
    fn a_change_names_what_changes_and_null_is_a_value() {
        let now = object(&json!({ "template": "reset_email", "subject": "a", "enabled": true }));
        let body = object(&json!({ "subject": null, "template": "reset_email" }));
        let after = apply("reset_email", &now, &body).unwrap();
        assert_eq!(
            Value::Object(after),
            json!({ "template": "reset_email", "subject": null, "enabled": true })
        );
        assert!(apply("reset_email", &now, &object(&json!({ "urlLifetimeInSeconds": -1 }))).is_err());
        let other = apply("reset_email", &now, &object(&json!({ "template": "welcome_email" }))).unwrap_err();
        assert_eq!((other.all()[0].path.as_str(), other.all()[0].rule), ("template", "enum"));
    }
}
