//! A list of URLs: a text with one per line, which the script turns into rows. Commas, spaces and line
//! breaks all part one from the next.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_model::fields::FieldErrors;

use super::error_at;

/// A list of URLs to edit.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/urls.html")]
pub(crate) struct UrlList<'a> {
    id: &'a str,
    label: &'a str,
    text: String,
    hint: &'a str,
    error: Option<&'a str>,
    adds: &'a str,
    is_readonly: bool,
}

impl HtmlSafe for UrlList<'_> {}

/// A list called `id` in the form, with its label.
pub(crate) fn urls<'a>(id: &'a str, label: &'a str) -> UrlList<'a> {
    UrlList { id, label, text: String::new(), hint: "", error: None, adds: "Add a URL", is_readonly: false }
}

impl<'a> UrlList<'a> {
    /// What is saved.
    pub(crate) fn values(mut self, values: &[String]) -> Self {
        self.text = values.join("\n");
        self
    }

    /// What was typed.
    pub(crate) fn typed(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// A sentence below it; `backticks` are code.
    pub(crate) fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// What the row for the next one is called: "Add a callback URL".
    pub(crate) fn adds(mut self, label: &'a str) -> Self {
        self.adds = label;
        self
    }

    /// Shows the error of this list among `errors`.
    pub(crate) fn errors(mut self, errors: &'a FieldErrors) -> Self {
        self.error = error_at(errors, self.id);
        self
    }

    /// Cannot be changed when `readonly`.
    pub(crate) fn readonly_if(mut self, readonly: bool) -> Self {
        self.is_readonly = readonly;
        self
    }

    fn rows(&self) -> usize {
        self.text.lines().count().clamp(2, 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_saved_urls_stand_one_per_line() {
        let html =
            urls("callbacks", "Allowed Callback URLs").values(&["https://a".into(), "b<".into()]).to_string();
        assert!(html.contains(">https://a\nb&#60;</textarea>"), "{html}");
    }
}
