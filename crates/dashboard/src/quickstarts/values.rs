//! What is filled into a guide and a sample: this tenant's and this client's own values.

use doorward_model::tenant::Tenant;

use super::Guide;

/// What stands on a page in the place of the client secret.
pub(crate) const HIDDEN: &str = "••••••••";

/// The values, by the names that stand between double braces.
pub(crate) struct Values {
    pairs: [(&'static str, String); 7],
}

impl Values {
    /// The values of a client; `secret` is what is shown for it.
    pub(crate) fn of(
        tenant: &Tenant,
        client_id: &str,
        secret: &str,
        audience: String,
        guide: &Guide,
    ) -> Self {
        let issuer = &tenant.issuer;
        // SDKs add https:// to a bare domain; a domain with a scheme is taken as it is.
        let domain = if issuer.is_https() { issuer.host() } else { issuer.origin() };
        let address = |path: fn(super::guide::AppAddress) -> &'static str| {
            guide.app.map(|app| app.origin() + path(app)).unwrap_or_default()
        };
        let pairs = [
            ("issuer", issuer.as_str().to_owned()),
            ("domain", domain.to_owned()),
            ("client_id", client_id.to_owned()),
            ("client_secret", secret.to_owned()),
            ("callback", address(|app| app.callback)),
            ("logout", address(|app| app.logout)),
            ("audience", audience),
        ];
        Self { pairs }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The text with every known name between double braces replaced, once: a value that looks like a
    /// name stays as it is, and so do the double braces of JSX.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, from)) = rest.split_once("{{") {
            filled.push_str(before);
            let value = from.split_once("}}").and_then(|(name, after)| Some((self.get(name)?, after)));
            match value {
                Some((value, after)) => {
                    filled.push_str(value);
                    rest = after;
                }
                None => {
                    filled.push_str("{{");
                    rest = from;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
pub(super) mod tests {
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::TenantId;
    use doorward_model::tenant::{Issuer, TenantSettings};
    use doorward_model::time::Timestamp;

    use super::*;

    pub(crate) fn values(issuer: &str, client_id: &str) -> Values {
        let tenant = Tenant {
            id: TenantId::parse("acme").unwrap(),
            issuer: Issuer::parse(issuer).unwrap(),
            version: 1,
            settings: TenantSettings::new("Acme".to_owned()),
            created_at: Timestamp::from_seconds(0),
        };
        let guide = super::super::find(Some(ClientKind::Spa), "react").unwrap();
        Values::of(&tenant, client_id, HIDDEN, "https://api.test/".to_owned(), guide)
    }

    #[test]
    fn names_are_filled_once_and_other_braces_stay() {
        let values = values("https://id.acme.test/", "{{client_secret}}");
        for (text, filled) in [
            ("D={{domain}} I={{issuer}}", "D=id.acme.test I=https://id.acme.test/"),
            ("{{client_id}}", "{{client_secret}}"),
            ("{{callback}} {{logout}}", "http://localhost:5173/callback http://localhost:5173/"),
            ("a={{ b: '{{client_secret}}' }}", "a={{ b: '••••••••' }}"),
            ("{{unknown}} {{", "{{unknown}} {{"),
        ] {
            assert_eq!(values.fill(text), filled, "{text}");
        }
    }

    #[test]
    fn without_a_certificate_the_domain_says_so() {
        assert_eq!(values("http://localhost:4400/", "x").fill("{{domain}}"), "http://localhost:4400");
    }

    #[test]
    fn no_guide_and_no_sample_names_a_value_that_is_not_there() {
        let values = values("https://id.acme.test/", "x");
        for sample in super::super::samples::ALL {
            let texts = sample.files.iter().map(|(_, text)| *text).chain([sample.guide]);
            for text in texts.filter(|text| text.contains("{{")) {
                let filled = values.fill(text);
                let left = filled
                    .split("{{")
                    .skip(1)
                    .find(|from| from.starts_with(|c: char| c.is_ascii_lowercase()));
                assert!(left.is_none(), "{}: {left:?}", sample.id);
            }
        }
    }
}
