//! What an installation is (fixed at its start) and how this process serves it (may change).
//!
//! Owns the order of precedence: flag, `DOORWARD_…` variable, `--config` file, `DIR/doorward.toml`,
//! default. Must not open the database. Source: the design's contracts, "start".

pub mod file;
pub mod flags;
mod reach;
mod settle;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use doorward_model::tenant::Issuer;
use doorward_web::rate::ApiLimit;
use ipnet::IpNet;

pub use flags::{InstallationFlags, ServerFlags};
pub use reach::ReachSettings;
pub use settle::{installed, settle};

/// The port of an installation that names none: D-O-O-R on the keys of a phone.
pub const DEFAULT_PORT: u16 = 3667;

/// What the first start fixes for good.
#[derive(Clone, PartialEq, Eq)]
pub struct Installation {
    /// The folder with everything that is not in the database.
    pub data: PathBuf,
    /// The issuer; never taken from a request.
    pub issuer: Issuer,
    /// Where the data is: `sqlite`, or a PostgreSQL address.
    pub database: String,
    /// A sealing key kept elsewhere than in the folder.
    pub master_key_file: Option<PathBuf>,
    /// Whether an earlier start finished: all that one writes down is there.
    pub has_started: bool,
}

impl Installation {
    /// Whether the database is the embedded one.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        !(self.database.starts_with("postgres://") || self.database.starts_with("postgresql://"))
    }
}

/// Who ends TLS, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Nobody here: plain http on loopback, or a proxy in front.
    Off,
    /// This process, with certificates of its own local authority.
    Local,
    /// This process, with certificates of the operator.
    Files {
        /// The certificate chain, PEM.
        cert: PathBuf,
        /// The private key, PEM.
        key: PathBuf,
    },
}

/// How this process serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// Who ends TLS.
    pub tls: Tls,
    /// How far log streams may reach.
    pub reach: ReachSettings,
    /// How many requests of the Management API a tenant may make at this node.
    pub api_limit: ApiLimit,
    /// Where it gives its numbers to operators; nowhere by default.
    pub metrics: Option<SocketAddr>,
}

impl Server {
    fn address(listen: Option<IpAddr>, port: u16) -> SocketAddr {
        SocketAddr::new(listen.unwrap_or(IpAddr::from([127, 0, 0, 1])), port)
    }
}

/// The file that holds both.
#[must_use]
pub fn path(data: &Path) -> PathBuf {
    data.join("doorward.toml")
}
