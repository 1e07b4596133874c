//! The dashboard's pages as types, their templates beside them in `pages/`. Know no request.

use askama::Template;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::tenant::Tenant;
use doorward_web::page::capped;

/// The page at the root.
#[derive(Template)]
#[template(path = "root.html")]
pub(crate) struct RootPage<'a> {
    pub tenant: &'a Tenant,
    pub is_pending: bool,
}

/// The first-run page.
#[derive(Template)]
#[template(path = "setup.html")]
pub(crate) struct SetupPage<'a> {
    pub tenant: &'a Tenant,
    pub csrf: &'a str,
    /// Whether nobody administers the installation yet.
    pub is_pending: bool,
    /// What was typed; code and password are never given back.
    pub email: &'a str,
    pub errors: &'a FieldErrors,
}

impl SetupPage<'_> {
    /// The address belongs to an admin already.
    pub(crate) fn taken() -> FieldErrors {
        let text = "An admin with this email address exists already. Use another address.";
        FieldError::new("email", "unique", text).into()
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.errors.all().iter().find(|error| error.path == field).map(|error| error.text.as_str())
    }

    fn email(&self) -> String {
        capped(self.email)
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::TenantId;
    use doorward_model::tenant::{Issuer, TenantSettings};
    use doorward_model::time::Timestamp;
    use doorward_web::assets;

    use super::*;

    const MARKUP: &str = "<script>alert('x')</script>\"&";

    fn tenant(name: &str) -> Tenant {
        Tenant {
            id: TenantId::parse("acme").unwrap(),
            issuer: Issuer::parse("https://id.acme.test/").unwrap(),
            version: 1,
            settings: TenantSettings::new(name.to_owned()),
            created_at: Timestamp::from_seconds(0),
        }
    }

    fn wrong() -> FieldErrors {
        let mut errors = FieldErrors::from(FieldError::new("code", "format", "This code does not work."));
        errors.push(FieldError::new("password", "min_length", "The password is too short."));
        errors
    }

    fn setup(is_pending: bool, email: &str, errors: &FieldErrors) -> String {
        SetupPage { tenant: &tenant("Acme"), csrf: "Zm9ybQ", is_pending, email, errors }.render().unwrap()
    }

    fn all() -> Vec<(&'static str, String)> {
        let (acme, none) = (tenant("Acme"), FieldErrors::default());
        vec![
            ("root", RootPage { tenant: &acme, is_pending: false }.render().unwrap()),
            ("root_pending", RootPage { tenant: &acme, is_pending: true }.render().unwrap()),
            ("setup", setup(true, "", &none)),
            ("setup_wrong", setup(true, "ada@acme.test", &wrong())),
            ("setup_over", setup(false, "", &none)),
            ("setup_over_wrong", setup(false, "ada@acme.test", &wrong())),
        ]
    }

    #[test]
    fn every_page_looks_as_it_did() {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../pages/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            for (name, html) in all() {
                // The addresses of the assets change with their content, the pages do not.
                let html = html.replace(assets::stylesheet(), "/assets/doorward.css");
                let html = html.replace(assets::setup_script(), "/assets/setup.js");
                let html = html.replace(assets::hosted_script(), "/assets/hosted.js");
                insta::assert_snapshot!(name, html.replace(assets::icon(), "/assets/icon.svg"));
            }
        });
    }

    #[test]
    fn no_page_has_inline_style_or_script() {
        for (name, html) in all() {
            assert!(!html.contains(" style=") && !html.contains("<style"), "{name}");
            assert_eq!(
                html.matches("<script").count(),
                html.matches("<script src=\"/assets/").count(),
                "{name}"
            );
        }
    }

    #[test]
    fn markup_is_escaped_wherever_it_comes_from() {
        let tenant = tenant(MARKUP);
        let errors = FieldErrors::from(FieldError::new("code", "format", MARKUP));
        let pages = [
            RootPage { tenant: &tenant, is_pending: true }.render().unwrap(),
            SetupPage { tenant: &tenant, csrf: MARKUP, is_pending: true, email: MARKUP, errors: &errors }
                .render()
                .unwrap(),
        ];
        for html in pages {
            assert!(!html.contains("<script>"), "{html}");
        }
    }

    #[test]
    fn the_form_keeps_the_address_and_neither_code_nor_password() {
        let html = setup(true, "ada@acme.test", &wrong());
        assert!(html.contains("value=\"ada@acme.test\""));
        for name in ["name=\"code\"", "name=\"password\""] {
            let (_, after) = html.split_once(name).unwrap();
            assert!(!after.split('>').next().unwrap().contains(" value="), "{name}");
        }
        assert!(html.contains("aria-invalid=\"true\"") && html.contains("role=\"alert\""));
    }

    #[test]
    fn once_set_up_the_page_says_so_and_folds_the_form_away() {
        let html = setup(false, "", &FieldErrors::default());
        assert!(html.contains("This server is set up") && html.contains("<details id=\"again\">"));
        assert!(setup(false, "", &wrong()).contains("<details id=\"again\" open>"));
    }
}
