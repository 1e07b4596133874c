//! How pages look: colours, pictures, a font, and a template of the login page.
//!
//! Checked, kept and given back; nothing acts upon them yet. Source: the Management API's `/branding`.

use serde_json::{Map, Value};

use crate::fields::{FieldError, FieldErrors};
use crate::json::Object;
use crate::schema::{Format, Schema, formatted, optional, required, text};

/// The longest template, in characters.
const MAX_TEMPLATE: usize = 131_072;
/// What a template must hold, or the page would lack its own parts.
const TAGS: [&str; 2] = ["auth0:head", "auth0:widget"];

const COLOR: Schema = formatted(7, Format::Color);
const ADDRESS: Schema = formatted(2048, Format::Https);
const GRADIENT: Schema = Schema::Object(&[
    optional("type", Schema::Words(&["linear-gradient"]), ""),
    optional("start", COLOR, ""),
    optional("end", COLOR, ""),
    optional("angle_deg", Schema::Whole { min: 0, max: 359 }, ""),
]);
const COLORS: Schema = Schema::Object(&[
    optional("primary", Schema::Nullable(&COLOR), "The colour of buttons and links."),
    optional(
        "page_background",
        Schema::Nullable(&Schema::Either(&[COLOR, GRADIENT])),
        "The colour behind the login box.",
    ),
]);
const FONT: Schema = Schema::Object(&[optional("url", Schema::Nullable(&ADDRESS), "")]);

/// What a change may say, and what is shown.
pub const BRANDING: Schema = Schema::Object(&[
    optional("colors", Schema::Nullable(&COLORS), "Colours of pages."),
    optional("favicon_url", Schema::Nullable(&ADDRESS), "The small picture of the browser's tab."),
    optional("logo_url", Schema::Nullable(&ADDRESS), "The picture above the login box."),
    optional("font", Schema::Nullable(&FONT), "The font of pages."),
]);

/// A body that sets the template of the login page.
pub const TEMPLATE: Schema =
    Schema::Object(&[required("template", text(MAX_TEMPLATE), "The page, in the language of templates.")]);

/// What is kept after a change: members of `colors` and `font` change one by one, null takes away.
///
/// ```
/// use serde_json::json;
/// let change = |now: serde_json::Value, body: serde_json::Value| {
///     doorward_model::branding::apply(now.as_object().unwrap(), body.as_object().unwrap())
/// };
/// let now = json!({ "colors": { "primary": "#0059d6" }, "logo_url": "https://a.test/l.png" });
/// let after = change(now, json!({ "colors": { "page_background": "#000000" }, "logo_url": null }));
/// let expected = json!({ "colors": { "primary": "#0059d6", "page_background": "#000000" } });
/// assert_eq!(serde_json::Value::Object(after.unwrap()), expected);
/// assert!(change(json!({}), json!({ "colors": { "primary": "red" } })).is_err());
/// ```
///
/// # Errors
/// Everything that is wrong with the change.
pub fn apply(now: &Object, body: &Object) -> Result<Object, FieldErrors> {
    BRANDING.check_body(body)?;
    let mut after = now.clone();
    merge(&mut after, body);
    Ok(after)
}

/// RFC 7396, two levels deep: what lies deeper (a gradient) is a value of its own.
fn merge(into: &mut Object, change: &Object) {
    for (name, value) in change {
        match (value, into.get_mut(name)) {
            (Value::Null, _) => drop(into.shift_remove(name)),
            (Value::Object(members), Some(Value::Object(known))) => set(known, members),
            (Value::Object(members), _) => {
                let mut fresh = Map::new();
                set(&mut fresh, members);
                into.insert(name.clone(), Value::Object(fresh));
            }
            _ => drop(into.insert(name.clone(), value.clone())),
        }
    }
}

fn set(into: &mut Object, members: &Object) {
    for (name, value) in members {
        if value.is_null() {
            into.shift_remove(name);
        } else {
            into.insert(name.clone(), value.clone());
        }
    }
}

/// Looks at a template.
///
/// # Errors
/// When it is too long, or lacks one of the tags without which the page would not work.
pub fn check_template(template: &str) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    if template.chars().count() > MAX_TEMPLATE {
        errors.push(FieldError::new("template", "max_length", "Use at most 131072 characters."));
    }
    for tag in TAGS.into_iter().filter(|tag| !has_tag(template, tag)) {
        let text = format!("The template must hold {{%- {tag} -%}}: the page needs what stands for it.");
        errors.push(FieldError::new("template", "pattern", text));
    }
    errors.into_result(())
}

/// Whether `{% tag %}` stands there, with or without the dashes that eat blanks.
fn has_tag(template: &str, tag: &str) -> bool {
    template
        .split("{%")
        .skip(1)
        .filter_map(|rest| rest.split_once("%}"))
        .any(|(inside, _)| inside.trim_start_matches('-').trim_end_matches('-').trim() == tag)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_is_found_by_its_path() {
        let found = |body: &Value| {
            let errors = apply(&Map::new(), body.as_object().unwrap()).unwrap_err();
            errors.all().iter().map(|error| error.path.clone()).collect::<Vec<_>>()
        };
        assert_eq!(found(&json!({ "colors": { "primary": "red" } })), ["colors.primary"]);
        assert_eq!(found(&json!({ "logo_url": "http://a.test/l.png" })), ["logo_url"]);
        assert_eq!(
            found(&json!({ "logo_url": "javascript:alert(1)", "nonsense": 1 })),
            ["logo_url", "nonsense"]
        );
        assert_eq!(found(&json!({ "font": "https://a.test" })), ["font"]);
        let gradient =
            json!({ "colors": { "page_background": { "type": "linear-gradient", "angle_deg": 400 } } });
        assert_eq!(found(&gradient), ["colors.page_background.angle_deg"]);
    }

    #[test]
    fn a_gradient_is_one_value() {
        let one =
            json!({ "colors": { "page_background": { "type": "linear-gradient", "start": "#000000" } } });
        let other =
            json!({ "colors": { "page_background": { "type": "linear-gradient", "end": "#ffffff" } } });
        let now = apply(&Map::new(), one.as_object().unwrap()).unwrap();
        assert_eq!(Value::Object(apply(&now, other.as_object().unwrap()).unwrap()), other);
    }

    #[test]
    fn a_template_has_both_tags() {
        for good in ["<html>{%- auth0:head -%}<body>{%- auth0:widget -%}", "{%auth0:head%}{% auth0:widget %}"]
        {
            assert!(check_template(good).is_ok(), "{good}");
        }
        for bad in
            ["", "auth0:head auth0:widget", "{%- auth0:head -%}", "{%- auth0:head", "{% auth0:headwidget %}"]
        {
            assert!(check_template(bad).is_err(), "{bad}");
        }
        assert_eq!(check_template("").unwrap_err().all().len(), 2);
    }
}
