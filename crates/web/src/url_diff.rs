//! Two addresses one above the other, with the characters marked that differ: for the dashboard and for
//! the error page of admins. Both are text; neither is ever a link.

use std::borrow::Cow;

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_protocol::oauth::doctor::{Diff, Span};

/// The part of a page.
#[derive(Debug, Clone, Template)]
#[template(path = "url_diff.html")]
pub struct UrlDiff<'a> {
    asked: Cow<'a, [Span]>,
    listed: Option<&'a [Span]>,
}

impl HtmlSafe for UrlDiff<'_> {}

/// What was asked for, and the entry that it is compared with, if there is one.
#[must_use]
pub fn url_diff<'a>(asked: &str, found: Option<&'a Diff>) -> UrlDiff<'a> {
    match found {
        Some(diff) => UrlDiff { asked: Cow::Borrowed(&diff.asked), listed: Some(&diff.listed) },
        None if asked.is_empty() => UrlDiff { asked: Cow::Borrowed(&[]), listed: None },
        None => {
            let whole = Span { text: asked.to_owned(), differs: false };
            UrlDiff { asked: Cow::Owned(vec![whole]), listed: None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_marked_for_eyes_and_for_ears_and_nothing_is_markup() {
        let diff = Diff::between("https://a.test/cb/<b>", "https://a.test/cb/");
        let html = url_diff("", Some(&diff)).to_string();
        let marked =
            "<mark><span class=\"vh\">[differs: </span>&#60;b&#62;<span class=\"vh\">]</span></mark>";
        assert!(html.contains(marked), "{html}");
        assert!(html.contains("<dt>You allow</dt>") && !html.contains("href"), "{html}");
        let alone = url_diff("https://a.test/ ", None).to_string();
        assert!(alone.contains("https://a.test/␠") && !alone.contains("You allow"), "{alone}");
        assert!(url_diff("", None).to_string().contains("nothing at all"));
    }
}
