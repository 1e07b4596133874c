//! The skin for people: a page with a heading, a sentence, and the reference where there is a cause
//! to be found.

use askama::Template;
use axum::response::{IntoResponse, Response};

use super::{Circumstances, Refusal};
use crate::page::{Page, capped};

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    title: &'a str,
    text: String,
    reference: Option<&'a str>,
    domain: Option<&'a str>,
}

pub(super) fn dress(refusal: &Refusal, circumstances: &Circumstances<'_>) -> Response {
    let page = FaultPage {
        title: refusal.title(),
        text: capped(refusal.text()),
        reference: circumstances.reference,
        domain: circumstances.tenant.map(|tenant| tenant.issuer.host()),
    };
    Page::of(&page).status(refusal.status()).into_response()
}
