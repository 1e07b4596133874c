//! `doorward clients show`: the settings under the names that `set` takes.

use doorward_engine::clients::{self, Overview, ShownClient};
use doorward_management::shown;
use serde_json::Value;

use super::{Which, find};
use crate::cli::{Here, lines};
use crate::failure::Failure;

/// Shown as JSON only: long, and made here.
const LEFT_OUT: [&str; 1] = ["signing_keys"];

/// Which client, and how much of it.
#[derive(clap::Args)]
pub struct Show {
    #[command(flatten)]
    which: Which,
    /// Its secret as well; the log says that it was shown
    #[arg(long)]
    reveal_secret: bool,
}

impl Show {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let opened = here.open().await?;
        let caller = opened.caller();
        let Overview { client, connections, .. } = find::overview(&opened, &self.which.client).await?;
        let client = if self.reveal_secret {
            let read = clients::get(&opened.app, &caller, &client.id).await;
            read.map_err(|fault| Failure::of("The client cannot be read.", &fault))?
        } else {
            ShownClient::alone(client)
        };
        let view = shown::client(&client, &caller);
        if here.console.json {
            here.console.document(&view);
        } else {
            let mut fields = lines::of(&view, &LEFT_OUT);
            let names = connections.iter().filter_map(|id| opened.tenant.connection(id));
            let names: Vec<Value> = names.map(|connection| Value::from(connection.name.as_str())).collect();
            fields.extend(lines::field("enabled connections", &Value::from(names)));
            here.console.lines(&fields);
        }
        opened.close().await;
        Ok(())
    }
}
