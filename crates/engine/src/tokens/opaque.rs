//! Access tokens that only open userinfo: authenticated ciphertext, no row.
//!
//! What is in one is enough to ask the store whether it still counts. A token that was cut,
//! lengthened or changed in one bit does not open.
//! Source: RFC 6749 §1.4; `docs/decisions/0003-opaque-tokens-are-sealed.md`.

use doorward_model::client::grant_type::GrantType;
use doorward_model::ids::{ClientId, FamilyId, TenantId, UserId};
use doorward_model::secret::{SealedSecret, Secret};
use doorward_model::time::{Lifetime, Timestamp};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::fault::Fault;
use crate::sealing::Place;

/// How long one lives: a day.
const LIFETIME: Lifetime = Lifetime::from_seconds(86_400);
/// How long one lives that came in the answer to a browser: two hours.
const LIFETIME_FOR_WEB: Lifetime = Lifetime::from_seconds(7200);

/// How long one lives that this grant gives.
pub(super) fn lifetime(grant: GrantType) -> Lifetime {
    if grant == GrantType::Implicit { LIFETIME_FOR_WEB } else { LIFETIME }
}

/// What is in one.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Opaque {
    /// The family it belongs to.
    pub family: FamilyId,
    /// The client it was given to.
    pub client: ClientId,
    /// The person.
    pub user: UserId,
    /// What was granted.
    pub scope: Vec<String>,
    /// Claims that were asked for by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// When it ends.
    pub ends_at: Timestamp,
}

fn place(tenant: &TenantId) -> Place<'_> {
    Place { tenant, table: "token", row: "", purpose: "userinfo" }
}

pub(super) fn seal(app: &App, tenant: &TenantId, opaque: &Opaque) -> Result<Secret, Fault> {
    let text = serde_json::to_vec(opaque).map_err(|error| Fault::internal(error.to_string()))?;
    let sealed = app.sealing().seal(place(tenant), &text)?;
    Ok(Secret::new(sealed.as_str().to_owned()))
}

pub(super) fn open(app: &App, tenant: &TenantId, token: &Secret) -> Option<Opaque> {
    let sealed = SealedSecret::from_ciphertext(token.expose().to_owned());
    let opened = app.sealing().open_bytes(place(tenant), &sealed).ok()?;
    serde_json::from_slice(&opened).ok()
}
