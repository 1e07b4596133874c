//! `doorward streams create`: the same use case as the Management API and the page.

use clap::ValueEnum;
use doorward_engine::streams;
use doorward_management::shown;
use doorward_model::stream::SinkKind;
use serde_json::{Map, json};

use super::settings::Settings;
use crate::cli::Here;
use crate::failure::Failure;
use crate::open::Opened;

/// What a new log stream is.
#[derive(clap::Args)]
pub struct Create {
    /// Its name
    #[arg(long)]
    name: String,
    /// What kind of receiver it has
    #[arg(long = "type", value_enum)]
    kind: Kind,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Http,
    Splunk,
    Sumo,
    Loggly,
    File,
}

impl From<Kind> for SinkKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Http => SinkKind::Http,
            Kind::Splunk => SinkKind::Splunk,
            Kind::Sumo => SinkKind::Sumo,
            Kind::Loggly => SinkKind::Loggly,
            Kind::File => SinkKind::File,
        }
    }
}

impl Create {
    pub(super) async fn run(self, here: &Here, opened: &Opened) -> Result<(), Failure> {
        let kind = SinkKind::from(self.kind).as_str();
        let mut body =
            Map::from_iter([("name".to_owned(), json!(self.name)), ("type".to_owned(), json!(kind))]);
        self.settings.put(&mut body, Map::new())?;
        let made = streams::create(&opened.app, &opened.caller(), &body).await;
        let made = made.map_err(|fault| Failure::of("The log stream was not made.", &fault))?;
        here.console.result(
            &shown::log_stream(&made),
            &[("Log stream", made.settings.name.as_str()), ("Stream ID", made.id.as_str())],
        );
        here.console.say(
            "It sends what happens from now on. To see what its receiver says: doorward streams test ID",
        );
        Ok(())
    }
}
