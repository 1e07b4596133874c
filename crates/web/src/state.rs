//! What every request handler is given: the use cases, and whom to believe about forwarded requests.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use doorward_engine::app::App;
use ipnet::IpNet;

use crate::metrics::Requests;
use crate::rate::{ApiLimit, Buckets};

/// The state of the router; clones are the same one.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    app: App,
    trusted_proxies: Arc<[IpNet]>,
    tls_ends_before: bool,
    has_warned: Arc<AtomicBool>,
    buckets: Arc<Buckets>,
    requests: Arc<Requests>,
}

impl Web {
    /// A router state. `trusted_proxies` are the only peers whose forwarded headers count.
    #[must_use]
    pub fn new(app: App, trusted_proxies: Vec<IpNet>) -> Self {
        Self(Arc::new(Inner {
            app,
            trusted_proxies: trusted_proxies.into(),
            tls_ends_before: false,
            has_warned: Arc::default(),
            buckets: Arc::new(Buckets::new(ApiLimit::default())),
            requests: Arc::default(),
        }))
    }

    /// With another limit of the Management API than none.
    #[must_use]
    pub fn with_api_limit(self, limit: ApiLimit) -> Self {
        Self(Arc::new(Inner { buckets: Arc::new(Buckets::new(limit)), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The requests that were answered.
    pub(crate) fn requests(&self) -> &Requests {
        &self.0.requests
    }

    pub(crate) fn buckets(&self) -> &Buckets {
        &self.0.buckets
    }

    /// For an issuer on https in a process that does not end TLS: every request was passed on by
    /// somebody who does, also when it does not say so.
    #[must_use]
    pub fn with_tls_ended_before(self) -> Self {
        Self(Arc::new(Inner { tls_ends_before: true, ..Arc::unwrap_or_clone(self.0) }))
    }

    pub(crate) fn tls_ends_before(&self) -> bool {
        self.0.tls_ends_before
    }

    /// The use cases.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// The networks of the proxies in front of us.
    pub(crate) fn trusted_proxies(&self) -> &[IpNet] {
        &self.0.trusted_proxies
    }

    /// Says once that somebody passes requests on whom nobody named as a proxy.
    pub(crate) fn forwarded_by(&self, peer: IpAddr) {
        if !is_trusted(&self.0.trusted_proxies, peer) && !self.0.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a request was forwarded by somebody who is not among --trusted-proxies: its headers are \
                 ignored, and all visitors who come that way count as one. This is said once."
            );
        }
    }
}

/// Whether `address` is one of our own proxies.
pub(crate) fn is_trusted(proxies: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    proxies.iter().any(|network| network.contains(&address))
}
