//! What somebody chose for the guides: the port of their app, in the address; how they fetch packages,
//! in a cookie, so that the next guide knows it.

use axum::extract::FromRequestParts;
use axum::extract::Query;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::time::Lifetime;
use doorward_web::cookies::{self, Cookie, SameSite};
use http::HeaderValue;
use http::request::Parts;
use serde::Deserialize;

use crate::quickstarts::{Guide, Packages};

const COOKIE: &str = "__Host-dw-packages";
const KEPT: Lifetime = Lifetime::from_seconds(365 * 86_400);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    port: String,
    packages: String,
    downloads: String,
    #[serde(rename = "secret")]
    includes: String,
}

/// Extractor: what was chosen. What is not understood does not count, but a port that cannot be one
/// is said.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// As it was typed; empty when nothing was.
    port: String,
    pub packages: Packages,
    /// Whether the packages were chosen just now.
    is_fresh: bool,
    /// Whether the page comes to begin a download.
    pub downloads: bool,
    /// Whether the download is to hold the client secret.
    pub with_secret: bool,
}

impl<S: Sync> FromRequestParts<S> for Chosen {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let asked = Query::<Asked>::try_from_uri(&parts.uri).map(|Query(asked)| asked).unwrap_or_default();
        let fresh = Packages::parse(&asked.packages);
        let kept = cookies::read(&parts.headers, COOKIE).and_then(Packages::parse);
        let port = asked.port.trim().chars().take(20).collect();
        Ok(Self {
            port,
            packages: fresh.or(kept).unwrap_or(Packages::Npm),
            is_fresh: fresh.is_some(),
            downloads: !asked.downloads.is_empty(),
            with_secret: !asked.includes.is_empty(),
        })
    }
}

impl Chosen {
    /// The port, where one was chosen that can be one.
    pub(super) fn port(&self) -> Option<u16> {
        self.port.parse().ok().filter(|port| *port > 0)
    }

    /// What stands in the field.
    pub(super) fn typed(&self, guide: &Guide) -> String {
        let usual = guide.app.and_then(|app| app.port).map(|port| port.to_string());
        if self.port.is_empty() { usual.unwrap_or_default() } else { self.port.clone() }
    }

    /// What is wrong with the port.
    pub(super) fn errors(&self) -> FieldErrors {
        if self.port.is_empty() || self.port().is_some() {
            return FieldErrors::default();
        }
        let text = "Enter the number of a port: a whole number from 1 to 65535, like 3000.";
        FieldError::new("port", "format", text).into()
    }

    /// What the addresses of this guide end with, so that the choice stays.
    pub(super) fn query(&self) -> String {
        self.port().map(|port| format!("?port={port}")).unwrap_or_default()
    }

    /// The same for a download with the client secret in it.
    pub(super) fn query_with_secret(&self) -> String {
        let port = self.port().map(|port| format!("port={port}&")).unwrap_or_default();
        format!("?{port}secret=on")
    }

    /// The same for the page that begins the download by itself.
    pub(super) fn query_to_download(&self) -> String {
        let port = self.port().map(|port| format!("port={port}&")).unwrap_or_default();
        format!("?{port}downloads=on")
    }

    /// The same with other packages.
    pub(super) fn query_with(&self, packages: Packages) -> String {
        let port = self.port().map(|port| format!("port={port}&")).unwrap_or_default();
        format!("?{port}packages={}", packages.as_str())
    }

    /// Keeps the packages for the next guide.
    pub(super) fn cookie(&self) -> Option<HeaderValue> {
        if !self.is_fresh {
            return None;
        }
        let value = self.packages.as_str();
        Cookie { name: COOKIE, value, same_site: SameSite::Lax, max_age: Some(KEPT) }.header()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(port: &str) -> Chosen {
        Chosen {
            port: port.to_owned(),
            packages: Packages::Npm,
            is_fresh: false,
            downloads: false,
            with_secret: false,
        }
    }

    #[test]
    fn a_port_that_cannot_be_one_is_said_and_goes_no_further() {
        for bad in ["0", "65536", "-1", "3000.5", "x", "\"><script>", "３０００"] {
            let chosen = chosen(bad);
            assert_eq!((chosen.port(), chosen.query()), (None, String::new()), "{bad}");
            assert_eq!(chosen.errors().all().len(), 1, "{bad}");
        }
        for good in ["1", "4000", "65535"] {
            assert_eq!(chosen(good).query(), format!("?port={good}"));
            assert!(chosen(good).errors().all().is_empty());
        }
        assert!(chosen("").errors().all().is_empty());
    }

    #[test]
    fn other_packages_keep_the_port() {
        assert_eq!(chosen("4000").query_with(Packages::Yarn), "?port=4000&packages=yarn");
        assert_eq!(chosen("").query_with(Packages::Pnpm), "?packages=pnpm");
        assert_eq!(chosen("4000").query_to_download(), "?port=4000&downloads=on");
        assert_eq!(chosen("").query_to_download(), "?downloads=on");
    }
}
