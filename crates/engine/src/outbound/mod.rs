//! Requests of this server to others: where they may go, and how one is made.
//!
//! The name is looked up once, the address is looked at, and that very address is connected to, so that no
//! second answer of the name service leads elsewhere. Redirects are not followed, nothing is waited for
//! without end, and of an answer no more is read than is shown.
//!
//! Source: RFC 9110; the advisories about outbound calls in `docs/security/advisories.md`.

mod address;
mod line;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use tokio_rustls::TlsConnector;
use url::Url;

pub use line::Line;

/// How far requests may reach; clones are the same one.
#[derive(Clone)]
pub struct Reach(Arc<Inner>);

struct Inner {
    networks: Vec<IpNet>,
    folder: Option<PathBuf>,
    tls: TlsConnector,
    patience: Duration,
}

/// How long a receiver may take for all of it.
const PATIENCE: Duration = Duration::from_secs(30);

impl Default for Reach {
    /// Public addresses alone, and no folder.
    fn default() -> Self {
        Self::new(Vec::new(), None, Vec::new())
    }
}

impl std::fmt::Debug for Reach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reach").field("networks", &self.0.networks).field("folder", &self.0.folder).finish()
    }
}

impl Reach {
    /// Public addresses, those in `networks`, and files in `folder`. Certificates may also be vouched for
    /// by `authorities`, beside the public ones; one that cannot be read as an authority vouches for
    /// nothing.
    #[must_use]
    pub fn new(
        networks: Vec<IpNet>,
        folder: Option<PathBuf>,
        authorities: Vec<CertificateDer<'static>>,
    ) -> Self {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        roots.add_parsable_certificates(authorities);
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let tls = TlsConnector::from(Arc::new(config));
        Self(Arc::new(Inner { networks, folder, tls, patience: PATIENCE }))
    }

    /// The same with another patience than half a minute.
    #[must_use]
    pub fn with_patience(&self, patience: Duration) -> Self {
        let Inner { networks, folder, tls, .. } = &*self.0;
        let (networks, folder, tls) = (networks.clone(), folder.clone(), tls.clone());
        Self(Arc::new(Inner { networks, folder, tls, patience }))
    }

    /// The folder for files; none when the operator named none.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.0.folder.as_deref()
    }

    /// Whether a request may go to that address.
    #[must_use]
    pub fn allows(&self, ip: IpAddr) -> bool {
        address::is_public(ip) || self.is_opened(ip)
    }

    /// Whether a request may go there without TLS: only where the operator opened a network.
    fn is_opened(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.networks.iter().any(|network| network.contains(&ip))
    }

    /// Whether an address can be of use at all, as far as that can be said without asking anybody.
    #[must_use]
    pub fn may_lead_to(&self, url: &Url) -> bool {
        let plain = url.scheme() != "https";
        match url.host() {
            Some(url::Host::Ipv4(ip)) => self.may_connect(ip.into(), plain),
            Some(url::Host::Ipv6(ip)) => self.may_connect(ip.into(), plain),
            Some(url::Host::Domain(_)) => !plain || !self.0.networks.is_empty(),
            None => false,
        }
    }

    fn may_connect(&self, ip: IpAddr, plain: bool) -> bool {
        if plain { self.is_opened(ip) } else { self.allows(ip) }
    }
}

/// A request that brings something.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where to.
    pub url: Url,
    /// What is said besides host and length.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What is brought.
    pub body: Vec<u8>,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// The beginning of its body as it came: to be made harmless before anybody keeps or shows it.
    pub body: String,
    /// `Retry-After`, as it came.
    pub retry_after: Option<String>,
}

/// Why a request had no answer. Nothing in it tells more than whether: what lies behind an address that may
/// not be reached is never asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The address is not public, and the operator opened no such network.
    #[error(
        "{host} is an address of an internal network, which the operator has not opened: see stream_networks in doorward.toml."
    )]
    Internal {
        /// The host.
        host: String,
    },
    /// It would go over a foreign network for everybody to read.
    #[error(
        "{host} would be reached without TLS. Use https, or let the operator open its network with stream_networks in doorward.toml."
    )]
    Plain {
        /// The host.
        host: String,
    },
    /// The name leads nowhere.
    #[error("The name {host} cannot be found.")]
    Unknown {
        /// The host.
        host: String,
    },
    /// Nobody takes the connection.
    #[error("{host} takes no connection: {why}.")]
    Closed {
        /// The host.
        host: String,
        /// What the system said.
        why: String,
    },
    /// The certificate does not convince.
    #[error(
        "{host} does not prove who it is: {why}. A private authority is named with stream_authorities in doorward.toml."
    )]
    Certificate {
        /// The host.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// The connection broke, or what came was no HTTP.
    #[error("{host} broke off, or answered with something that is no HTTP.")]
    Broken {
        /// The host.
        host: String,
    },
    /// It took too long.
    #[error("{host} did not answer within {seconds} seconds.")]
    Slow {
        /// The host.
        host: String,
        /// The bound.
        seconds: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_and_private_addresses_need_an_opened_network() {
        let closed = Reach::default();
        let open = Reach::new(vec!["127.0.0.0/8".parse().unwrap()], None, Vec::new());
        for (address, without, with) in [
            ("https://logs.test/", true, true),
            ("https://8.8.8.8/", true, true),
            ("http://8.8.8.8/", false, false),
            ("http://127.0.0.1:8088/", false, true),
            ("https://127.0.0.1/", false, true),
            ("http://[::ffff:127.0.0.1]/", false, true),
            ("https://10.0.0.1/", false, false),
            // Other spellings of 127.0.0.1.
            ("http://2130706433/", false, true),
            ("http://0x7f.1/", false, true),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!((closed.may_lead_to(&url), open.may_lead_to(&url)), (without, with), "{address}");
        }
    }
}
