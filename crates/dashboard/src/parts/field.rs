//! A field to type in: label above, hint and error below, joined to it for screen readers.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_model::fields::FieldErrors;

use super::error_at;

/// A field of one line.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/text.html")]
pub(crate) struct TextField<'a> {
    id: &'a str,
    label: &'a str,
    kind: &'a str,
    value: &'a str,
    hint: &'a str,
    error: Option<&'a str>,
    autocomplete: &'a str,
    suffix: &'a str,
    is_mono: bool,
    is_readonly: bool,
    is_optional: bool,
    has_focus: bool,
    copies: bool,
    shows: bool,
    saved: Option<&'a str>,
}

impl HtmlSafe for TextField<'_> {}

/// A field called `id` in the form, with its label.
pub(crate) fn text<'a>(id: &'a str, label: &'a str) -> TextField<'a> {
    TextField {
        id,
        label,
        kind: "text",
        value: "",
        hint: "",
        error: None,
        autocomplete: "off",
        suffix: "",
        is_mono: false,
        is_readonly: false,
        is_optional: false,
        has_focus: false,
        copies: false,
        shows: false,
        saved: None,
    }
}

impl<'a> TextField<'a> {
    /// What it holds.
    pub(crate) fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// A sentence below it; `backticks` are code.
    pub(crate) fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// Shows the error of this field among `errors`.
    pub(crate) fn errors(mut self, errors: &'a FieldErrors) -> Self {
        self.error = error_at(errors, self.id);
        self
    }

    /// The `type` of the input: `email`, `password`, `search`; `number` is written as text with a
    /// number pad, because browsers drop what they take for no number.
    pub(crate) fn kind(mut self, kind: &'a str) -> Self {
        self.kind = kind;
        self
    }

    /// What browsers may fill in.
    pub(crate) fn autocomplete(mut self, name: &'a str) -> Self {
        self.autocomplete = name;
        self
    }

    /// Words at its right end, such as what a number of seconds is in hours.
    pub(crate) fn suffix(mut self, text: &'a str) -> Self {
        self.suffix = text;
        self
    }

    /// Shown in the letters of code.
    pub(crate) fn mono(mut self) -> Self {
        self.is_mono = true;
        self
    }

    /// Cannot be changed.
    pub(crate) fn readonly(mut self) -> Self {
        self.is_readonly = true;
        self
    }

    /// Cannot be changed when `readonly`, as for those who may only look.
    pub(crate) fn readonly_if(mut self, readonly: bool) -> Self {
        self.is_readonly = readonly;
        self
    }

    /// Says that it may stay empty.
    pub(crate) fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// Has the focus when the page or the dialog opens.
    pub(crate) fn focused(mut self) -> Self {
        self.has_focus = true;
        self
    }

    /// Has a button that copies it.
    pub(crate) fn copies(mut self) -> Self {
        self.copies = true;
        self
    }

    /// A password that can be shown.
    pub(crate) fn shows(mut self) -> Self {
        self.shows = true;
        self
    }

    /// What is saved, where that may be something else than what it holds: then the save bar can tell.
    pub(crate) fn saved(mut self, saved: &'a str) -> Self {
        self.saved = Some(saved).filter(|saved| *saved != self.value);
        self
    }

    fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let error = self.error.map(|_| format!("{}-error", self.id));
        [hint, error].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn input_type(&self) -> &str {
        if self.kind == "number" { "text" } else { self.kind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_model::fields::FieldError;

    #[test]
    fn label_hint_and_error_belong_to_the_field() {
        let errors = FieldErrors::from(FieldError::new("name", "required", "Enter a name."));
        let html = text("name", "Name").value("<b>").hint("See `x`.").errors(&errors).to_string();
        assert!(html.contains("<label class=\"label\" for=\"name\">Name"), "{html}");
        assert!(
            html.contains("aria-describedby=\"name-hint name-error\"")
                && html.contains("aria-invalid=\"true\"")
        );
        assert!(html.contains("value=\"&#60;b&#62;\"") && html.contains("<code>x</code>"));
        assert!(html.contains("id=\"name-error\"") && html.contains("Enter a name."));
        assert!(!text("name", "Name").to_string().contains("aria-describedby"));
    }
}
