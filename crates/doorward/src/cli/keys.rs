//! `doorward keys`: the keys that tokens are signed with, and the sealing key of the installation.

use clap::Subcommand;
use doorward_engine::entropy::Entropy;
use doorward_engine::keys;
use doorward_engine::sealing::Sealing;
use doorward_model::ids::KeyId;
use doorward_model::signing_key::{KeyState, SigningKey};
use serde_json::{Value, json};

use super::Here;
use crate::config;
use crate::failure::Failure;
use crate::open;

/// Commands about keys.
#[derive(Subcommand)]
pub enum Keys {
    /// List the signing keys
    List,
    /// Let the next signing key sign from now on, and publish another one
    Rotate,
    /// Believe a signing key no more: what it signed stops working
    Revoke {
        /// The key's id, as `doorward keys list` shows it
        kid: String,
    },
    /// Add a new sealing key: it seals from now on, and the old ones still open
    RotateMaster,
}

impl Keys {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        match self {
            Keys::List => list(here).await,
            Keys::Rotate => rotate(here).await,
            Keys::Revoke { kid } => revoke(here, &kid).await,
            Keys::RotateMaster => rotate_master(here).await,
        }
    }
}

async fn list(here: &Here) -> Result<(), Failure> {
    let opened = here.open().await?;
    let keys = keys::list(&opened.app, &opened.caller()).await;
    let keys = keys.map_err(|fault| Failure::of("The signing keys cannot be read.", &fault))?;
    if here.console.json {
        here.console.document(&Value::from_iter(keys.iter().map(shown)));
    } else {
        for key in &keys {
            let since = key.revoked_at.or(key.current_until).or(key.current_since).unwrap_or(key.created_at);
            let word = match key.state {
                KeyState::Next => "published",
                _ => key.state.as_str(),
            };
            let alg = key.family.as_str();
            here.console.line(&format!("{}  {alg:5}  {word:9}  since {since}", key.id));
        }
    }
    opened.close().await;
    Ok(())
}

async fn rotate(here: &Here) -> Result<(), Failure> {
    let opened = here.open().await?;
    let key = keys::rotate(&opened.app, &opened.caller()).await;
    let key = key.map_err(|fault| Failure::of("The signing key was not rotated.", &fault))?;
    here.console.result(&shown(&key), &[("Signs now", key.id.as_str())]);
    here.console
        .say("Tokens of the key before it stay good until they run out; `doorward keys revoke` ends them.");
    opened.close().await;
    Ok(())
}

async fn revoke(here: &Here, kid: &str) -> Result<(), Failure> {
    let what = "The signing key was not revoked.";
    let id = KeyId::parse(kid).map_err(|error| {
        Failure::usage(what, error.to_string(), "Give an id that `doorward keys list` shows.")
    })?;
    let opened = here.open().await?;
    let caller = opened.caller();
    let before = keys::get(&opened.app, &caller, &id).await.map_err(|fault| Failure::of(what, &fault))?;
    if before.state == KeyState::Revoked {
        let why = "Nothing that it signed is believed.";
        return Err(Failure::nothing_to_do("The signing key is revoked already.", why));
    }
    let key = keys::revoke(&opened.app, &caller, &id).await.map_err(|fault| Failure::of(what, &fault))?;
    here.console.result(&shown(&key), &[("Revoked", key.id.as_str())]);
    here.console.say("What it signed works no more, everywhere within a second.");
    opened.close().await;
    Ok(())
}

fn shown(key: &SigningKey) -> Value {
    json!({
        "kid": key.id.as_str(),
        "algorithm": key.family.as_str(),
        "state": key.state.as_str(),
        "created_at": key.created_at.to_string(),
        "current_since": key.current_since.map(|time| time.to_string()),
        "current_until": key.current_until.map(|time| time.to_string()),
        "revoked_at": key.revoked_at.map(|time| time.to_string()),
    })
}

async fn rotate_master(here: &Here) -> Result<(), Failure> {
    let installation = config::installed(&here.data, here.master_key_file.clone())?;
    // Proves that the key belongs to this installation before anything is changed.
    open::existing(&installation).await?.close().await;
    let file = open::master_key_file(&installation);
    let sealing = Sealing::rotate(&file, &Entropy::System).map_err(|error| {
        Failure::failed("The sealing key was not changed.", error, "Check the file and who may write it.")
    })?;
    let (id, path) = (sealing.current_key(), file.display().to_string());
    here.console.result(&json!({ "key": id, "file": path }), &[("Sealing key", &id), ("File", &path)]);
    here.console.say("Running servers take it up by themselves. Put the file into your backup.");
    Ok(())
}
