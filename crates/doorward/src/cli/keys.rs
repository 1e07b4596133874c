//! `doorward keys`: the keys of the installation itself.

use clap::Subcommand;
use doorward_engine::entropy::Entropy;
use doorward_engine::sealing::Sealing;
use serde_json::json;

use super::Here;
use crate::config;
use crate::failure::Failure;
use crate::open;

/// Commands about keys.
#[derive(Subcommand)]
pub enum Keys {
    /// Add a new sealing key: it seals from now on, and the old ones still open
    RotateMaster,
}

impl Keys {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let Keys::RotateMaster = self;
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
}
