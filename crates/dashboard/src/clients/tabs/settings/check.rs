//! Looking at one field when somebody leaves it: the answer is that field alone.
//!
//! Source: UX §1.1, "Field checks". Nothing is saved, so the same form may come as often as it likes.

use doorward_web::page::Page;
use http::{HeaderMap, HeaderName};

use super::Shown;
use super::field::Field;
use super::group::Group;
use super::values::Values;
use super::view::is_readonly;
use super::wording;
use crate::clients::Opened;
use crate::frame::Frame;

/// The header that names the field.
const HEADER: HeaderName = HeaderName::from_static("x-doorward-check");

/// The field that a form asks about, if it asks.
pub(crate) fn asked(headers: &HeaderMap) -> Option<&str> {
    headers.get(HEADER).map(|value| value.to_str().unwrap_or_default())
}

/// The field as it stands with what was typed.
pub(super) fn answer(frame: &Frame, opened: &Opened, shown: &Shown, field: Field) -> Page {
    let found = wording::check(&shown.values, &opened.client);
    let saved = Values::of(&opened.client);
    let is_readonly = is_readonly(frame);
    Page::of(&Group { field, shown, saved: &saved, errors: &found, is_readonly })
}
