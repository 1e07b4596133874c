//! An address in the parts that people talk about, for those who explain a refusal.
//!
//! Owns how the one grammar's parts are named to the outside, and when two addresses lead to the same
//! place. Decides nothing about who may be sent where: that is [`super::super::callback`]'s.
//!
//! Source: RFC 3986 §3; RFC 8252 §7.1 (schemes of apps, turned domain names); the Public Suffix List;
//! RFC 5891 (what an `xn--` label stands for).

use super::UrlProblem;
use super::host::Host;
use super::parse::{self, Address, Scheme};

/// The parts of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anatomy<'a> {
    /// The scheme in lower case, without its colon.
    pub scheme: String,
    /// Whether the scheme belongs to an app rather than to the web.
    pub is_app: bool,
    /// The host in lower case, a star included; none where there is none.
    pub host: Option<String>,
    /// What the star of an entry stands above: `example.com` of `*.example.com`.
    pub star_above: Option<String>,
    /// The port, none when it is the scheme's own.
    pub port: Option<u16>,
    /// The path as written; `/` when a web address has none.
    pub path: &'a str,
    /// The query as written, without its question mark.
    pub query: Option<&'a str>,
}

impl<'a> Anatomy<'a> {
    /// Takes an address apart as it arrives in a request.
    ///
    /// ```
    /// use doorward_model::client::urls::anatomy::Anatomy;
    /// let parts = Anatomy::of_request("HTTPS://App.example.com:8443/cb?x=1").unwrap();
    /// assert_eq!((parts.scheme.as_str(), parts.host.as_deref()), ("https", Some("app.example.com")));
    /// assert_eq!((parts.port, parts.path, parts.query), (Some(8443), "/cb", Some("x=1")));
    /// ```
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn of_request(text: &'a str) -> Result<Self, UrlProblem> {
        parse::requested(text).map(Self::from)
    }

    /// Takes an entry of a list apart, in which a star may stand.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn of_entry(text: &'a str) -> Result<Self, UrlProblem> {
        parse::entry(text).map(Self::from)
    }

    /// The port, also where it is the scheme's own; none for an app without one.
    #[must_use]
    pub fn effective_port(&self) -> Option<u16> {
        self.port.or(match self.scheme.as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        })
    }

    /// Whether the address leads to the machine of whoever opens it.
    ///
    /// ```
    /// use doorward_model::client::urls::anatomy::Anatomy;
    /// let is_loopback = |text| Anatomy::of_request(text).unwrap().is_loopback();
    /// assert!(is_loopback("http://localhost:3000/cb") && is_loopback("http://127.0.0.1/"));
    /// assert!(is_loopback("http://[::1]:8080/") && is_loopback("http://shop.localhost/"));
    /// assert!(!is_loopback("http://localhost.evil.test/") && !is_loopback("http://127.0.0.1.evil.test/"));
    /// assert!(!is_loopback("myapp://localhost/cb"));
    /// ```
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let Some(host) = self.host.as_deref().filter(|_| !self.is_app) else { return false };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host.ends_with(".localhost")
            || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// The domain that somebody registered: `example.co.uk` of `app.example.co.uk`.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        let host = self.star_above.as_deref().or(self.host.as_deref())?;
        let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        if is_address || self.is_app { None } else { psl::domain_str(host) }
    }

    /// What a person has to look at before they trust the address: its host, or the scheme of an app.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.host {
            Some(host) if !self.is_app => host.clone(),
            _ => format!("{}:", self.scheme),
        }
    }
}

impl<'a> From<Address<'a>> for Anatomy<'a> {
    fn from(address: Address<'a>) -> Self {
        let scheme = match address.scheme {
            Scheme::Http => "http".to_owned(),
            Scheme::Https => "https".to_owned(),
            Scheme::Custom(scheme) => scheme.to_ascii_lowercase(),
        };
        let is_app = address.is_custom();
        let (host, star_above) = match address.host {
            Host::Name(host) | Host::V6(host) => (Some(host), None),
            Host::Pattern { before, after, parent } => {
                (Some(format!("{before}*{after}.{parent}")), Some(parent))
            }
            Host::Absent => (None, None),
        };
        let Address { port, path, query, .. } = address;
        Self { scheme, is_app, host, star_above, port, path, query }
    }
}

/// Whether an entry of a list names the host that a request leads to, by any port and path. The
/// schemes of apps are compared whole, with their host unless the scheme is somebody's turned domain
/// name: anybody can answer to `chrome-extension:`.
///
/// ```
/// use doorward_model::client::urls::anatomy::knows_place;
/// assert!(knows_place("https://app.example.com/cb", "http://APP.example.com:8080/other"));
/// assert!(knows_place("https://*.example.com/cb", "https://qa.example.com/"));
/// assert!(knows_place("com.example.app://login/cb", "com.example.app:/cb"));
/// for asked in ["https://www.app.example.com/cb", "https://evil.test/?app.example.com", "app.example.com:/cb"] {
///     assert!(!knows_place("https://app.example.com/cb", asked), "{asked}");
/// }
/// assert!(!knows_place("chrome-extension://mine/cb", "chrome-extension://theirs/cb"));
/// ```
#[must_use]
pub fn knows_place(entry: &str, asked: &str) -> bool {
    let (Ok(entry), Ok(asked)) = (parse::entry(entry), parse::requested(asked)) else { return false };
    match (entry.scheme, asked.scheme) {
        (Scheme::Custom(mine), Scheme::Custom(theirs)) => {
            mine.eq_ignore_ascii_case(theirs) && (mine.contains('.') || entry.host == asked.host)
        }
        (Scheme::Custom(_), _) | (_, Scheme::Custom(_)) => false,
        _ => entry.host.covers(&asked.host),
    }
}

/// What a host with `xn--` labels looks like in its own letters; none where it has no such label.
///
/// ```
/// use doorward_model::client::urls::anatomy::in_its_own_letters;
/// assert_eq!(in_its_own_letters("xn--bcher-kva.example").as_deref(), Some("b\u{fc}cher.example"));
/// assert_eq!(in_its_own_letters("books.example"), None);
/// ```
#[must_use]
pub fn in_its_own_letters(host: &str) -> Option<String> {
    if !host.split('.').any(|label| label.starts_with("xn--")) {
        return None;
    }
    let (letters, outcome) = idna::domain_to_unicode(host);
    outcome.is_ok().then_some(letters).filter(|letters| letters != host)
}
