//! What every form holds: the proof that it is ours, and the key by which it is done once.

use askama::Template;
use askama::filters::HtmlSafe;

/// The hidden fields of one form: `{{ frame.seal("create_client") }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/seal.html")]
pub(crate) struct Seal<'a> {
    pub token: &'a str,
    pub key: String,
}

impl HtmlSafe for Seal<'_> {}
