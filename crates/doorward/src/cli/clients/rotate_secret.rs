//! `doorward clients rotate-secret`: a new secret, while the old one goes on for a while.

use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_management::shown;
use doorward_model::client::secrets::{NewSecret, Overlap, Rank};
use serde_json::{Value, json};

use super::{Which, find};
use crate::cli::{Here, lifetime};
use crate::failure::Failure;

const NOT_ROTATED: &str = "The secret was not rotated.";

/// Which client, and what becomes of its secret until now.
#[derive(clap::Args)]
pub struct RotateSecret {
    #[command(flatten)]
    which: Which,
    /// How long the old secret goes on working: 24h, 7d, none, or until-stopped
    #[arg(long, visible_alias = "keep-old", value_name = "TIME", default_value = "7d")]
    overlap: String,
}

impl RotateSecret {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let new = self.wanted()?;
        let opened = here.open().await?;
        let client = find::overview(&opened, &self.which.client).await?.client;
        if !client.is_confidential() {
            return Err(Failure::usage(
                format!("{} proves itself without a secret.", client.settings.name),
                "It is a public client (token_endpoint_auth_method none), so a new secret would open nothing.",
                "Leave it, or let it prove itself: doorward clients set ID token_endpoint_auth_method=client_secret_post",
            ));
        }
        let added = clients::add_secret(&opened.app, &opened.caller(), &client.id, new.clone()).await;
        let added = added.map_err(|fault| Failure::of(NOT_ROTATED, &fault))?;
        let lines = [("Client ID", client.id.as_str()), ("Client Secret", added.secret.expose())];
        here.console.result(&shown::added_secret(&added), &lines);
        here.console
            .say("To see the secret again: doorward clients show ID --reveal-secret. The log says who did.");
        here.console.say(&match new.rank {
            Rank::Primary(Overlap::For(life)) => {
                format!("The old one works until {}.", added.row.created_at.after(life))
            }
            Rank::Primary(Overlap::None) => "The old one has stopped working.".to_owned(),
            Rank::Primary(Overlap::UntilStopped) | Rank::Beside(_) => {
                "The old one works until somebody stops it.".to_owned()
            }
        });
        opened.close().await;
        Ok(())
    }

    /// Read as the Management API reads it, so that the bounds are the same.
    fn wanted(&self) -> Result<NewSecret, Failure> {
        let keep: Value = match self.overlap.as_str() {
            "none" => json!(0),
            "until-stopped" => Value::Null,
            text => {
                let life = lifetime::parse(text).ok_or_else(|| {
                    Failure::usage(
                        format!("{text} is no time."),
                        "A time is a number with a unit: s, m, h or d.",
                        "Give --overlap 24h, --overlap 7d, --overlap none or --overlap until-stopped.",
                    )
                })?;
                json!(life.seconds())
            }
        };
        let body = json!({ "is_primary": true, "keep_old_for": keep });
        let read = NewSecret::from_json(body.as_object().unwrap_or(&serde_json::Map::new()));
        read.map_err(|errors| Failure::of(NOT_ROTATED, &Fault::from(errors)))
    }
}
