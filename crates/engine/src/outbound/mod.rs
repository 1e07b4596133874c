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

#[derive(Clone)]
struct Inner {
    networks: Vec<IpNet>,
    folder: Option<PathBuf>,
    tls: TlsConnector,
    patience: Duration,
    /// In the place of the system's name service.
    names: Option<Names>,
}

/// Says which addresses a name has.
type Names = Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

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
        Self(Arc::new(Inner { networks, folder, tls, patience: PATIENCE, names: None }))
    }

    /// The same with another patience than half a minute.
    #[must_use]
    pub fn with_patience(&self, patience: Duration) -> Self {
        Self(Arc::new(Inner { patience, ..Inner::clone(&self.0) }))
    }

    /// The same where `names` says which addresses a name has, each time anew, and nobody else is asked.
    #[must_use]
    pub fn with_names(&self, names: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { names: Some(Arc::new(names)), ..Inner::clone(&self.0) }))
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
            Some(url::Host::Domain(name)) if address::is_own_machine(name) => {
                address::LOOPBACK.into_iter().any(|ip| self.may_connect(ip, plain))
            }
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

// Elsewhere the own machine has to be given a second address first.
#[cfg(all(test, target_os = "linux"))]
mod rebinding;
#[cfg(test)]
mod tests;
