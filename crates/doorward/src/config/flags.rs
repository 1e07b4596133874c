//! The settings as flags and `DOORWARD_…` variables.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;

/// What `init` and the first `serve` fix.
#[derive(Debug, Clone, Default, Args)]
pub struct InstallationFlags {
    /// Host, and port unless it is the scheme's own, under which people reach this installation
    #[arg(long, env = "DOORWARD_DOMAIN", value_name = "HOST[:PORT]")]
    pub domain: Option<String>,
    /// Serve https, with certificates of a local authority made on first use
    #[arg(
        long,
        env = "DOORWARD_HTTPS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = clap::builder::BoolishValueParser::new(),
        value_name = "YES OR NO"
    )]
    pub https: Option<bool>,
    /// The issuer when it is not scheme and domain, for example behind a proxy that ends TLS
    #[arg(long, env = "DOORWARD_ISSUER", value_name = "URL")]
    pub issuer: Option<String>,
    /// `sqlite` (inside the data folder), sqlite:FILE or postgres://…
    #[arg(long, env = "DOORWARD_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// The sealing key, when it is not DIR/master.key; every command takes it, so it is read there.
    #[arg(skip)]
    pub master_key_file: Option<PathBuf>,
}

/// How a process serves.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerFlags {
    /// Address to listen on [default: 127.0.0.1]
    #[arg(long, env = "DOORWARD_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<IpAddr>,
    /// Port to listen on [default: 3667]
    #[arg(long, env = "DOORWARD_PORT")]
    pub port: Option<u16>,
    /// Networks whose X-Forwarded-For counts
    #[arg(long, env = "DOORWARD_TRUSTED_PROXIES", value_name = "CIDR,…", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<IpNet>>,
    /// Certificate chain of your own, PEM; read again when it changes
    #[arg(long, env = "DOORWARD_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of that certificate, PEM
    #[arg(long, env = "DOORWARD_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Networks besides the public one that log streams may reach, also without TLS
    #[arg(long, env = "DOORWARD_STREAM_NETWORKS", value_name = "CIDR,…", value_delimiter = ',')]
    pub stream_networks: Option<Vec<IpNet>>,
    /// Folder of the files that log streams write; without one there are no such streams
    #[arg(long, env = "DOORWARD_STREAM_FOLDER", value_name = "DIR")]
    pub stream_folder: Option<PathBuf>,
    /// Authorities besides the public ones that receivers of log streams are believed by, PEM
    #[arg(long, env = "DOORWARD_STREAM_AUTHORITIES", value_name = "FILE")]
    pub stream_authorities: Option<PathBuf>,
    /// Refuse requests of the Management API beyond its limit
    #[arg(
        long,
        env = "DOORWARD_API_LIMIT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = clap::builder::BoolishValueParser::new(),
        value_name = "YES OR NO"
    )]
    pub api_limit: Option<bool>,
    /// Requests of the Management API per second, tenant and node [default: 50]
    #[arg(long, env = "DOORWARD_API_RATE", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub api_rate: Option<u32>,
    /// Requests of the Management API that may come at once [default: 100]
    #[arg(long, env = "DOORWARD_API_BURST", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub api_burst: Option<u32>,
    /// Give metrics for Prometheus at this address of their own, for example 127.0.0.1:9464
    #[arg(long, env = "DOORWARD_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// Settings from another file than DIR/doorward.toml
    #[arg(long, env = "DOORWARD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}
