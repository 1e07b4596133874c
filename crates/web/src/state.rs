//! What every request handler is given: the use cases, and whom to believe about forwarded requests.

use std::net::IpAddr;
use std::sync::Arc;

use doorward_engine::app::App;
use ipnet::IpNet;

/// The state of the router; cheap to clone.
#[derive(Clone)]
pub struct Web {
    app: App,
    trusted_proxies: Arc<[IpNet]>,
}

impl Web {
    /// A router state. `trusted_proxies` are the only peers whose forwarded headers count.
    #[must_use]
    pub fn new(app: App, trusted_proxies: Vec<IpNet>) -> Self {
        Self { app, trusted_proxies: trusted_proxies.into() }
    }

    /// The use cases.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The networks of the proxies in front of us.
    pub(crate) fn trusted_proxies(&self) -> &[IpNet] {
        &self.trusted_proxies
    }
}

/// Whether `address` is one of our own proxies.
pub(crate) fn is_trusted(proxies: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    proxies.iter().any(|network| network.contains(&address))
}
