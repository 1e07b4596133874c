//! The parts that pages are put together from: buttons to copy, fields, lists of URLs, switches, the
//! error summary, empty states. Each is a small template of its own, so a page writes
//! `{{ parts::text("name", "Name").value(name).errors(errors) }}`.
//!
//! Know no request and decide nothing. Source: UX §1.1 "Forms", §6 "Components"; WCAG 2.2.

mod field;
mod misc;
mod seal;
mod time;

pub(crate) use doorward_web::marked::marked;
pub(crate) use doorward_web::page::unturned;
pub(crate) use field::text;
pub(crate) use misc::{Empty, copy, door, empty, icon, pager, save_bar, shell_quoted, summary, toggle};
pub(crate) use seal::Seal;
pub(crate) use time::{When, ago, until, when};

use doorward_model::fields::FieldErrors;

/// The first error of a field.
pub(crate) fn error_at<'e>(errors: &'e FieldErrors, path: &str) -> Option<&'e str> {
    let of_field = |known: &str| known == path || known.starts_with(&format!("{path}["));
    errors.all().iter().find(|error| of_field(&error.path)).map(|error| error.text.as_str())
}
