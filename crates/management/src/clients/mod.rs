//! `/api/v2/clients`: one file per endpoint, and the view that they share.

mod create;
mod delete;
mod get;
mod list;
mod rotate_secret;
pub(crate) mod schema;
mod update;
mod view;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use rotate_secret::rotate_secret;
pub(crate) use update::update;

use doorward_engine::api_token;
use doorward_engine::app::App;
use doorward_engine::caller::Caller;
use doorward_engine::clients::ShownClient;
use doorward_model::scope::ApiScope;
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::refused::Refused;
use view::{Keys, Seen, Sight};

/// A client as `caller` may read it. The use case has put a secret there only where it may be seen.
fn view(shown: &ShownClient, caller: &Caller) -> Map<String, Value> {
    let is_whole = [ApiScope::ReadClients, ApiScope::ReadClientKeys].iter().any(|scope| caller.holds(*scope));
    seen(shown, caller, if is_whole { Sight::Whole } else { Sight::Summary })
}

/// A client as it is answered to whoever made or changed it.
pub(crate) fn whole(shown: &ShownClient, caller: &Caller) -> Map<String, Value> {
    seen(shown, caller, Sight::Whole)
}

fn seen(shown: &ShownClient, caller: &Caller, sight: Sight) -> Map<String, Value> {
    let tenant = &caller.tenant.tenant;
    let keys = Keys {
        secret: shown.secret.as_ref(),
        certificate: caller.tenant.keys.current.certificate(),
        domain: tenant.issuer.host(),
    };
    let methods = caller.holds(ApiScope::ReadClientCredentials);
    let may_see_keys = shown.secret.is_some() || caller.holds(ApiScope::ReadClientKeys);
    let keys = may_see_keys.then_some(keys);
    let seen = Seen { sight, keys, methods, owners: &shown.owners };
    view::client(&shown.client, tenant.id.as_str(), seen)
}

/// Refuses a request that names a key which the caller may not see.
async fn check_fields(app: &App, fields: &Fields, caller: &Caller) -> Result<(), Refused> {
    if view::KEYS.iter().any(|key| fields.ask_for(key)) {
        api_token::admit(app, caller, &[ApiScope::ReadClientKeys]).await?;
    }
    if fields.ask_for(view::METHODS) {
        let either = [ApiScope::ReadClientCredentials, ApiScope::ReadClientKeys];
        api_token::admit(app, caller, &either).await?;
    }
    Ok(())
}
