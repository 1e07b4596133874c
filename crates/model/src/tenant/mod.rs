//! A tenant: one domain and everything that lives under it.
//!
//! Source: the brief, "Domain": chosen once, never changed. OpenID Connect Discovery §3: the issuer.

use std::fmt;
use std::sync::Arc;

use crate::ids::TenantId;
use crate::time::Timestamp;

pub mod members;
mod settings;

pub use settings::TenantSettings;

/// The issuer of a tenant: an origin with a final slash, `https://id.acme.test/`.
///
/// It is configuration; it is never read from a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issuer {
    text: Arc<str>,
    host: Arc<str>,
}

/// Why a text is not an issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Not a URL at all.
    #[error("the issuer must be a URL such as https://id.example.com/")]
    NotAUrl,
    /// Something else than http or https.
    #[error("the issuer must begin with https:// (or http:// for a loopback address)")]
    Scheme,
    /// A path, query, fragment or user name.
    #[error("the issuer is scheme, host and port only: no path, query, fragment or user name")]
    MoreThanOrigin,
}

impl Issuer {
    /// Reads an issuer; a missing final slash is added.
    ///
    /// ```
    /// use doorward_model::tenant::Issuer;
    /// let issuer = Issuer::parse("https://id.acme.test").unwrap();
    /// assert_eq!(issuer.as_str(), "https://id.acme.test/");
    /// assert_eq!(issuer.host(), "id.acme.test");
    /// assert_eq!(issuer.url("authorize"), "https://id.acme.test/authorize");
    /// ```
    ///
    /// # Errors
    /// When the text is not an origin of http or https.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = url::Url::parse(text).map_err(|_| IssuerError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(IssuerError::Scheme);
        }
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(IssuerError::MoreThanOrigin);
        }
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => return Err(IssuerError::NotAUrl),
        };
        Ok(Self { text: url.as_str().into(), host: host.into() })
    }

    /// The issuer with its final slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and, when it is not the scheme's own, port: what a `Host` header holds and what the
    /// dashboard calls "Domain".
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Scheme, host and port without the final slash, as an `Origin` header has them.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.trim_end_matches('/')
    }

    /// Whether the issuer is reached by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }

    /// Whether nobody but this machine reaches the issuer: `localhost`, a name below it, or a loopback
    /// address. Whatever else listens there has the same host.
    #[must_use]
    pub fn is_on_this_machine(&self) -> bool {
        let port = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let name =
            self.host.rsplit_once(':').filter(|(_, end)| port(end)).map_or(&*self.host, |(name, _)| name);
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
        name == "localhost"
            || name.ends_with(".localhost")
            || address.is_ok_and(|address| address.is_loopback())
    }

    /// An address below the issuer; `path` has no leading slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id; also its short name in the API.
    pub id: TenantId,
    /// Its issuer. The first tenant's is configuration; further ones are rows.
    pub issuer: Issuer,
    /// Counts every change to clients, connections, APIs, keys or settings of this tenant.
    pub version: i64,
    /// What admins may change.
    pub settings: TenantSettings,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Tenant {
    /// What pages call the tenant: the name that its admins gave it, else its domain.
    #[must_use]
    pub fn display_name(&self) -> &str {
        let name = self.settings.friendly_name.trim();
        if name.is_empty() { self.issuer.host() } else { name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_origin_with_a_final_slash() {
        assert_eq!(
            Issuer::parse("http://localhost:3667").map(|i| i.to_string()),
            Ok("http://localhost:3667/".into())
        );
        assert_eq!(Issuer::parse("https://a.test:443/").map(|i| i.host().to_owned()), Ok("a.test".into()));
        assert_eq!(
            Issuer::parse("https://a.test:8443").map(|i| i.origin().to_owned()),
            Ok("https://a.test:8443".into())
        );
        assert_eq!(Issuer::parse("a.test"), Err(IssuerError::NotAUrl));
        assert_eq!(Issuer::parse("ftp://a.test/"), Err(IssuerError::Scheme));
        for more in ["https://a.test/x", "https://a.test/?q", "https://a.test/#f", "https://u@a.test/"] {
            assert_eq!(Issuer::parse(more), Err(IssuerError::MoreThanOrigin), "{more}");
        }
    }
}
