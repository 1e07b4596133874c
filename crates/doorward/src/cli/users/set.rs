//! `doorward users set`: what the Management API's `PATCH` does, in words that can be typed.

use doorward_engine::fault::Fault;
use doorward_engine::users;
use doorward_management::shown;
use doorward_model::user::schema::{CHANGE, SHOWN};

use super::{Which, find};
use crate::cli::Here;
use crate::cli::settings::{Assignment, Kind, body, differences, tell};
use crate::failure::Failure;

pub(in crate::cli) const USER: Kind = Kind {
    change: &CHANGE,
    shown: &SHOWN,
    merged: METADATA,
    merged_at_the_top: METADATA,
    secret: ("password", "Send it to the Management API: PATCH /api/v2/users/{id}."),
};
const METADATA: &[&str] = &["user_metadata", "app_metadata"];
const NOT_CHANGED: &str = "The user was not changed.";
/// Moves with every change and tells nothing of it.
const MOVES: &str = "updated_at";

/// Which user, and what is to be changed.
#[derive(clap::Args)]
pub struct Set {
    #[command(flatten)]
    which: Which,
    /// name=VALUE, blocked=true, user_metadata.member=VALUE; null takes away
    #[arg(value_name = "FIELD=VALUE", required = true)]
    changes: Vec<String>,
}

impl Set {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let changes =
            self.changes.iter().map(|text| Assignment::parse(text)).collect::<Result<Vec<_>, _>>()?;
        let opened = here.open().await?;
        let known = find::user(&opened, &self.which.user).await?;
        let before = shown::user(&known);
        let body = body(&USER, &changes, &before)?;
        let after = users::update(&opened.app, &opened.caller(), &known.user.id, &body).await;
        let after = after.map_err(refused)?;
        let after = shown::user(&after);
        let mut lines = differences(&before, &after);
        lines.retain(|(name, _)| name != MOVES);
        opened.close().await;
        tell(&here.console, &after, (&lines, "The user has these values already."))?;
        if !here.console.json {
            here.console.say("Saved.");
        }
        Ok(())
    }
}

fn refused(fault: Fault) -> Failure {
    match fault {
        Fault::Exists { .. } => {
            Failure::failed(NOT_CHANGED, fault, "Choose another address, or look who has this one.")
        }
        fault => Failure::of(NOT_CHANGED, &fault),
    }
}
