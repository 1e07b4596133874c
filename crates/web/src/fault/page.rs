//! The skin for people: a page with a heading, a sentence, and the reference where there is a cause
//! to be found.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{Circumstances, Refusal};
use crate::local_path::LocalPath;
use crate::page::{Page, capped};

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    title: &'a str,
    text: String,
    reference: Option<&'a str>,
    domain: Option<&'a str>,
    /// Where to go on, and what the link says: nobody is left at the end of a way.
    onward: Option<(&'a str, &'static str)>,
}

pub(super) fn dress(refusal: &Refusal, circumstances: &Circumstances<'_>) -> Response {
    let overview = LocalPath::overview();
    let back = circumstances.is_dashboard.then(|| (overview.as_str(), "Go to the dashboard"));
    let is_misdirected = refusal.status() == StatusCode::MISDIRECTED_REQUEST;
    let elsewhere = circumstances.elsewhere.filter(|_| is_misdirected);
    let page = FaultPage {
        title: refusal.title(),
        text: capped(refusal.text()),
        reference: circumstances.reference,
        domain: circumstances.tenant.map(|tenant| tenant.issuer.host()),
        onward: elsewhere.map(|issuer| (issuer.as_str(), "Go to that address")).or(back),
    };
    Page::of(&page).status(refusal.status()).into_response()
}
