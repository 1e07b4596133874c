//! `doorward streams set`: what is named changes, and the rest stays, secrets too.

use doorward_engine::streams;
use doorward_management::shown;
use serde_json::Map;

use super::settings::{Settings, drop_header};
use super::{Which, find};
use crate::cli::Here;
use crate::failure::{Exit, Failure};
use crate::open::Opened;

/// Which log stream, and what is to be changed.
#[derive(clap::Args)]
pub struct Set {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    settings: Settings,
    /// A header that goes no more; may be given again
    #[arg(long = "no-header", value_name = "NAME")]
    dropped: Vec<String>,
}

impl Set {
    pub(super) async fn run(self, here: &Here, opened: &Opened) -> Result<(), Failure> {
        if self.settings.is_empty() && self.dropped.is_empty() {
            return Err(Failure::usage(
                "Nothing is to be changed.",
                "No setting and no header was named.",
                "Name what is to change, like httpGzip=true or --header X-Source=doorward.",
            ));
        }
        let before = find(opened, &self.which).await?.stream;
        // Secrets stand empty in it, and what comes empty stays as it is saved.
        let mut sink = before.settings.sink.to_json();
        for name in &self.dropped {
            if !drop_header(&mut sink, name) {
                return Err(Failure::new(
                    Exit::NotFound,
                    format!("There is no header {name}."),
                    "The log stream sends no header of this name.",
                    "`doorward streams show` lists those that it sends.",
                ));
            }
        }
        let mut body = Map::new();
        self.settings.put(&mut body, sink)?;
        let changed = streams::update(&opened.app, &opened.caller(), &before.id, &body).await;
        let changed = changed.map_err(|fault| Failure::of("The log stream was not changed.", &fault))?;
        let is_same = changed.version == before.version;
        if here.console.json || !is_same {
            here.console.result(
                &shown::log_stream(&changed),
                &[("Log stream", changed.settings.name.as_str()), ("Stream ID", changed.id.as_str())],
            );
        }
        if is_same {
            let why = "The log stream has these settings already.";
            return Err(Failure::nothing_to_do("Nothing was changed.", why));
        }
        here.console.say("Saved. It is tried with them at once.");
        Ok(())
    }
}
