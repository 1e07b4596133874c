//! `doorward clients set`: what the Management API's `PATCH` does, in words that can be typed.

use doorward_engine::clients::{self, ShownClient};
use doorward_engine::fault::Fault;
use doorward_management::shown;
use doorward_model::client::edit::ClientPatch;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::schema::{CHANGE, SHOWN};
use serde_json::Value;

use super::{Which, find};
use crate::cli::Here;
use crate::cli::settings::{Assignment, Kind, Operation, body, differences, tell};
use crate::failure::Failure;
use crate::open::Opened;

const NOT_CHANGED: &str = "The client was not changed.";
pub(in crate::cli) const CLIENT: Kind = Kind {
    change: &CHANGE,
    shown: &SHOWN,
    merged: &["client_metadata", "jwt_configuration", "addons"],
    merged_at_the_top: &[],
    secret: (
        "client_secret",
        "Let one be made with `doorward clients rotate-secret`, or send yours to the Management API.",
    ),
};
/// How often entries are put into a list anew when somebody else changed the client in between.
const TRIES: usize = 5;

/// Which client, and what is to be changed.
#[derive(clap::Args)]
pub struct Set {
    #[command(flatten)]
    which: Which,
    /// name=VALUE, name.member=VALUE; lists: name=A,B  name+=A  name-=A
    #[arg(value_name = "SETTING=VALUE", required = true)]
    changes: Vec<String>,
}

impl Set {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let changes =
            self.changes.iter().map(|text| Assignment::parse(text)).collect::<Result<Vec<_>, _>>()?;
        let opened = here.open().await?;
        let (before, after) = change(&opened, &self.which.client, &changes).await?;
        let lines = differences(&before, &after);
        opened.close().await;
        tell(&here.console, &after, (&lines, "The client has these values already."))?;
        if !here.console.json {
            here.console.say("Saved. Logins use it from now on.");
            useless(&before, &after).iter().for_each(|text| here.console.say(text));
        }
        Ok(())
    }
}

/// Changes the client; gives it as it was and as it is.
async fn change(opened: &Opened, which: &str, changes: &[Assignment]) -> Result<(Value, Value), Failure> {
    let caller = opened.caller();
    let refused = |fault: Fault| Failure::of(NOT_CHANGED, &fault);
    let view = |client| shown::client(&ShownClient::alone(client), &caller);
    // A whole value stands for itself. An entry is put into the list that is there, which nobody else
    // may have changed meanwhile.
    let depends = changes.iter().any(|change| change.operation != Operation::Set);
    for _ in 0..TRIES {
        let known = find::overview(opened, which).await?.client;
        let (id, version) = (known.id.clone(), known.version);
        let before = view(known);
        let body = body(&CLIENT, changes, &before)?;
        if !depends {
            let after = clients::update(&opened.app, &caller, &id, &body).await.map_err(refused)?;
            return Ok((before, view(after.client)));
        }
        let patch = ClientPatch::from_json(&body).map_err(|errors| refused(errors.into()))?;
        match clients::edit(&opened.app, &caller, &id, version, patch).await {
            Ok(after) => return Ok((before, view(after))),
            Err(Fault::Stale { .. }) => {}
            Err(fault) => return Err(refused(fault)),
        }
    }
    Err(refused(Fault::Stale { what: "client" }))
}

/// What a client keeps and cannot use any more once it has no secret.
fn useless(before: &Value, after: &Value) -> Vec<String> {
    let is_public = |client: &Value| client["token_endpoint_auth_method"] == "none";
    let mut said = Vec::new();
    if !is_public(after) || is_public(before) {
        return said;
    }
    let id = after["client_id"].as_str().unwrap_or("ID");
    let own = GrantType::ClientCredentials.as_str();
    if after["grant_types"].as_array().is_some_and(|grants| grants.iter().any(|grant| grant == own)) {
        said.push(format!(
            "It has no secret now, so it cannot use {own} any more: doorward clients set {id} grant_types-={own}"
        ));
    }
    if after["jwt_configuration"]["alg"] == "HS256" {
        said.push(
            "It has no secret now, so its ID tokens are signed with RS256, whatever alg says.".to_owned(),
        );
    }
    said
}
