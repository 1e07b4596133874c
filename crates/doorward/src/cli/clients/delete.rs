//! `doorward clients delete`.

use doorward_engine::clients;
use serde_json::json;

use super::{Which, find};
use crate::cli::Here;
use crate::failure::Failure;

/// Which client.
#[derive(clap::Args)]
pub struct Delete {
    #[command(flatten)]
    which: Which,
}

impl Delete {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let opened = here.open().await?;
        let client = find::overview(&opened, &self.which.client).await?.client;
        let (id, name) = (client.id.as_str(), client.settings.name.as_str());
        here.confirm(&format!("the client {name} ({id}) and everything that was issued to it"), name)?;
        let was_there = clients::delete(&opened.app, &opened.caller(), &client.id).await;
        let was_there = was_there.map_err(|fault| Failure::of("The client was not deleted.", &fault))?;
        if !was_there {
            return Err(find::unknown(&self.which.client));
        }
        here.console.result(&json!({ "client_id": id }), &[("Deleted", name), ("Client ID", id)]);
        opened.close().await;
        Ok(())
    }
}
