//! What is filled into a guide and a sample: this tenant's and this client's own values.

use doorward_model::tenant::Tenant;

use super::guide::AppAddress;
use crate::parts::shell_quoted;

/// What stands on a page in the place of the client secret.
pub(crate) const HIDDEN: &str = "••••••••";

/// The values, by the names that stand between double braces.
pub(crate) struct Values {
    pairs: [(&'static str, String); 9],
}

impl Values {
    /// The values of a client whose app runs at `app`; `secret` is what is shown for it.
    pub(crate) fn of(
        tenant: &Tenant,
        client_id: &str,
        secret: &str,
        audience: String,
        app: Option<AppAddress>,
    ) -> Self {
        let issuer = &tenant.issuer;
        // SDKs add https:// to a bare domain; a domain with a scheme is taken as it is.
        let domain = if issuer.is_https() { issuer.host() } else { issuer.origin() };
        let logout = app.and_then(|app| Some(app.page(app.logout?)));
        let port = app.and_then(|app| app.port).map(|port| port.to_string());
        let pairs = [
            ("issuer", issuer.as_str().to_owned()),
            ("domain", domain.to_owned()),
            ("client_id", client_id.to_owned()),
            ("client_secret", secret.to_owned()),
            ("app", app.and_then(AppAddress::origin).unwrap_or_default()),
            ("port", port.unwrap_or_default()),
            ("callback", app.map(|app| app.page(app.callback)).unwrap_or_default()),
            ("logout", logout.unwrap_or_default()),
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
        self.fill_with(text, str::to_owned)
    }

    /// The same for a `.env`: a value with anything in it that whoever reads the file could take for more
    /// than a letter stands between quotes.
    pub(crate) fn fill_settings(&self, text: &str, reader: SettingsReader) -> String {
        self.fill_with(text, |value| reader.quoted(value))
    }

    fn fill_with(&self, text: &str, spell: impl Fn(&str) -> String) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, from)) = rest.split_once("{{") {
            filled.push_str(before);
            let value = from.split_once("}}").and_then(|(name, after)| Some((self.get(name)?, after)));
            match value {
                Some((value, after)) => {
                    filled.push_str(&spell(value));
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

/// Who reads the `.env` of a sample: each has its own idea of quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SettingsReader {
    /// A shell, which would run what stands in `$(…)`.
    Shell,
    /// The `dotenv` package and those that follow it: no way to write a quote inside its own kind.
    Dotenv,
}

impl SettingsReader {
    fn quoted(self, value: &str) -> String {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:/@%+,".contains(&byte);
        if value.bytes().all(is_plain) || value == HIDDEN {
            return value.to_owned();
        }
        match self {
            SettingsReader::Shell => shell_quoted(value),
            SettingsReader::Dotenv => {
                let free = ['\'', '`', '"'].into_iter().find(|quote| !value.contains(*quote));
                let quote = free.unwrap_or('\'');
                format!("{quote}{value}{quote}")
            }
        }
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
        values_at(issuer, client_id, "react", None)
    }

    pub(crate) fn values_at(issuer: &str, client_id: &str, guide: &str, port: Option<u16>) -> Values {
        let tenant = Tenant {
            id: TenantId::parse("acme").unwrap(),
            issuer: Issuer::parse(issuer).unwrap(),
            version: 1,
            settings: TenantSettings::new("Acme".to_owned()),
            created_at: Timestamp::from_seconds(0),
        };
        let known = |kind: ClientKind| super::super::find(Some(kind), guide);
        let guide = ClientKind::ALL.iter().find_map(|kind| known(*kind)).unwrap();
        let app = guide.app.map(|app| app.at(port));
        Values::of(&tenant, client_id, HIDDEN, "https://api.test/".to_owned(), app)
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
    fn a_secret_of_ones_own_is_never_taken_for_a_command() {
        for (secret, shell, dotenv) in [
            ("LUFqPx+sRLjbL7_-", "LUFqPx+sRLjbL7_-", "LUFqPx+sRLjbL7_-"),
            ("a$(touch x)`id`&b", "'a$(touch x)`id`&b'", "'a$(touch x)`id`&b'"),
            ("it's # here", r"'it'\''s # here'", "`it's # here`"),
            ("it's `so`", r"'it'\''s `so`'", "\"it's `so`\""),
        ] {
            let mut values = values("https://id.acme.test/", "x");
            values.pairs[3].1 = secret.to_owned();
            let filled = |reader| values.fill_settings("CLIENT_SECRET={{client_secret}}", reader);
            assert_eq!(filled(SettingsReader::Shell), format!("CLIENT_SECRET={shell}"));
            assert_eq!(filled(SettingsReader::Dotenv), format!("CLIENT_SECRET={dotenv}"));
        }
    }

    #[test]
    fn another_port_is_filled_in_wherever_the_app_is_named() {
        let text = "{{app}} {{port}} {{callback}} {{logout}}";
        assert_eq!(
            values_at("https://id.acme.test/", "x", "express", Some(4000)).fill(text),
            "http://localhost:4000 4000 http://localhost:4000/callback http://localhost:4000/"
        );
        let native = values_at("https://id.acme.test/", "x", "command-line", Some(4000));
        assert_eq!(native.fill(text), "  http://127.0.0.1/callback ", "every port will do");
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
