//! The endpoints at which clients prove themselves, by the addresses that discovery gives them.
//!
//! Source: RFC 8414 §2; RFC 9126 §5; RFC 8628 §4.

use doorward_model::tenant::Issuer;

/// An endpoint at which a client proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Where tokens are given.
    Token,
    /// Where requests are pushed.
    PushedRequest,
    /// Where devices ask.
    Device,
    /// Where tokens are handed back.
    Revocation,
    /// Where tokens are asked about.
    Introspection,
}

impl Endpoint {
    /// Its address.
    ///
    /// ```
    /// use doorward_model::tenant::Issuer;
    /// use doorward_protocol::oauth::endpoint::Endpoint;
    /// let issuer = Issuer::parse("https://id.acme.test").unwrap();
    /// assert_eq!(Endpoint::Token.address(&issuer), "https://id.acme.test/oauth/token");
    /// ```
    #[must_use]
    pub fn address(self, issuer: &Issuer) -> String {
        issuer.url(match self {
            Endpoint::Token => "oauth/token",
            Endpoint::PushedRequest => "oauth/par",
            Endpoint::Device => "oauth/device/code",
            Endpoint::Revocation => "oauth/revoke",
            Endpoint::Introspection => "oauth/introspect",
        })
    }
}
