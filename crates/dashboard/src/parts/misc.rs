//! The small parts.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::FieldErrors;

/// An icon of the sheet; decoration, the words stand beside it.
#[derive(Debug, Clone, Copy, Template)]
#[template(
    source = "<svg class=\"i\" aria-hidden=\"true\"><use href=\"{{ doorward_web::assets::icons() }}#{{ name }}\"/></svg>",
    ext = "html"
)]
pub(crate) struct Icon {
    name: &'static str,
}

impl HtmlSafe for Icon {}

pub(crate) fn icon(name: &'static str) -> Icon {
    Icon { name }
}

/// A small button that copies a text; there only where there is script.
#[derive(Debug, Clone, Template)]
#[template(
    source = "<button class=\"icon-btn\" type=\"button\" data-copy=\"{{ value }}\" aria-label=\"{{ label }}\" title=\"{{ label }}\" hidden>{{ crate::parts::icon(\"copy\") }}</button>",
    ext = "html"
)]
pub(crate) struct CopyButton<'a> {
    value: &'a str,
    label: &'a str,
}

impl HtmlSafe for CopyButton<'_> {}

pub(crate) fn copy<'a>(value: &'a str, label: &'a str) -> CopyButton<'a> {
    CopyButton { value, label }
}

/// A client's door: an arch in its own colour with the sign of its type.
#[derive(Debug, Clone, Copy, Template)]
#[template(
    source = "<span class=\"door{% if let Some(colour) = colour %} door-{{ colour }}{% endif %}{% if is_large %} door-lg{% endif %}\" aria-hidden=\"true\">{{ crate::parts::icon(sign) }}</span>",
    ext = "html"
)]
pub(crate) struct Door {
    /// None for a program, which nobody walks in by.
    colour: Option<u32>,
    sign: &'static str,
    is_large: bool,
}

impl HtmlSafe for Door {}

/// The door of a client, in the colour that people see when they log in to it.
pub(crate) fn door(client: &Client) -> Door {
    let is_machine = client.settings.app_type == Some(ClientKind::NonInteractive);
    let colour = (!is_machine).then(|| doorward_web::door::colour(client.id.as_str()));
    Door { colour, sign: sign(client.settings.app_type), is_large: false }
}

impl Door {
    /// As large as beside a heading.
    pub(crate) fn large(mut self) -> Self {
        self.is_large = true;
        self
    }
}

/// The sign of a type.
pub(crate) fn sign(kind: Option<ClientKind>) -> &'static str {
    match kind.map(ClientKind::acts_as) {
        Some(ClientKind::Native) => "phone",
        Some(ClientKind::Spa) => "window",
        Some(ClientKind::RegularWeb) => "server",
        Some(ClientKind::NonInteractive) => "robot",
        Some(ClientKind::Integration(_)) | None => "client",
    }
}

/// The box above a form with what is wrong in it; each line leads to its field.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/summary.html")]
pub(crate) struct Summary<'a> {
    errors: &'a FieldErrors,
}

impl HtmlSafe for Summary<'_> {}

impl Summary<'_> {
    /// The id of the field: the part of the path before an index.
    fn field<'p>(&self, path: &'p str) -> &'p str {
        path.split(['[', '.']).next().unwrap_or(path)
    }
}

/// Nothing, when nothing is wrong.
pub(crate) fn summary(errors: &FieldErrors) -> Summary<'_> {
    Summary { errors }
}

/// A switch.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/toggle.html")]
pub(crate) struct Toggle<'a> {
    id: &'a str,
    label: &'a str,
    hint: &'a str,
    is_on: bool,
    is_disabled: bool,
    saved: Option<bool>,
}

impl HtmlSafe for Toggle<'_> {}

/// A switch called `id` in the form; it comes as `on` when it is on, and not at all when it is off.
pub(crate) fn toggle<'a>(id: &'a str, label: &'a str) -> Toggle<'a> {
    Toggle { id, label, hint: "", is_on: false, is_disabled: false, saved: None }
}

impl<'a> Toggle<'a> {
    pub(crate) fn on(mut self, is_on: bool) -> Self {
        self.is_on = is_on;
        self
    }

    pub(crate) fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// What is saved, where the switch may stand otherwise.
    pub(crate) fn saved(mut self, was_on: bool) -> Self {
        self.saved = Some(was_on).filter(|was_on| *was_on != self.is_on);
        self
    }

    pub(crate) fn disabled_if(mut self, is_disabled: bool) -> Self {
        self.is_disabled = is_disabled;
        self
    }
}

/// The bar at the end of a form with `data-savebar`. With script it appears with the first change and
/// names what changed.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "parts/save_bar.html")]
pub(crate) struct SaveBar;

impl HtmlSafe for SaveBar {}

pub(crate) fn save_bar() -> SaveBar {
    SaveBar
}

/// Nothing is here yet.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/empty.html")]
pub(crate) struct Empty<'a> {
    sign: &'static str,
    text: &'a str,
    action: Option<(&'a str, &'a str)>,
}

impl HtmlSafe for Empty<'_> {}

/// A door with a sign in it, and a sentence on what will be here.
pub(crate) fn empty<'a>(sign: &'static str, text: &'a str) -> Empty<'a> {
    Empty { sign, text, action: None }
}

impl<'a> Empty<'a> {
    /// The one thing to do about it.
    pub(crate) fn action(mut self, href: &'a str, label: &'a str) -> Self {
        self.action = Some((href, label));
        self
    }
}

/// Links to the neighbouring pages of a list.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/pager.html")]
pub(crate) struct Pager<'a> {
    label: &'a str,
    back: Option<(&'a str, &'a str)>,
    on: Option<(&'a str, &'a str)>,
}

impl HtmlSafe for Pager<'_> {}

/// Each link is an address and its words; nothing when there are no neighbours.
pub(crate) fn pager<'a>(
    label: &'a str,
    back: Option<(&'a str, &'a str)>,
    on: Option<(&'a str, &'a str)>,
) -> Pager<'a> {
    Pager { label, back, on }
}

/// A text between single quotes of a shell: it stands for itself, whatever is in it.
pub(crate) fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_model::fields::FieldError;

    const MARKUP: &str = "<script>\"'&";

    #[test]
    fn no_part_lets_markup_through() {
        let errors = FieldErrors::from(FieldError::new("name", "format", MARKUP));
        for html in [
            copy(MARKUP, MARKUP).to_string(),
            summary(&errors).to_string(),
            toggle(MARKUP, MARKUP).hint(MARKUP).to_string(),
            empty("logs", MARKUP).action(MARKUP, MARKUP).to_string(),
            pager(MARKUP, Some((MARKUP, MARKUP)), Some((MARKUP, MARKUP))).to_string(),
        ] {
            assert!(!html.contains("<script>") && !html.contains("\"'&"), "{html}");
        }
    }

    #[test]
    fn a_line_of_the_summary_leads_to_its_field_also_within_a_list() {
        let errors = FieldErrors::from(FieldError::new("callbacks[3]", "format", "Begin with https."));
        assert!(summary(&errors).to_string().contains("<a href=\"#callbacks\">Begin with https.</a>"));
        assert_eq!(summary(&FieldErrors::default()).to_string(), "");
    }

    #[test]
    fn a_switch_says_that_it_is_one() {
        let html = toggle("sso", "Single Sign On").on(true).to_string();
        assert!(html.contains("role=\"switch\"") && html.contains(" checked"), "{html}");
        assert!(!toggle("sso", "x").to_string().contains(" checked"));
    }
}
