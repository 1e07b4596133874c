//! `doorward users delete`.

use doorward_engine::users;
use serde_json::json;

use super::{Which, find};
use crate::cli::Here;
use crate::failure::Failure;

/// Which user.
#[derive(clap::Args)]
pub struct Delete {
    #[command(flatten)]
    which: Which,
}

impl Delete {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let opened = here.open().await?;
        let known = find::user(&opened, &self.which.user).await?;
        let (id, email) = (known.user.id.as_str(), known.user.email.as_str());
        here.confirm(&format!("the user {email} ({id}) with sessions and tokens"), email)?;
        let was_there = users::delete(&opened.app, &opened.caller(), &known.user.id).await;
        let was_there = was_there.map_err(|fault| Failure::of("The user was not deleted.", &fault))?;
        if !was_there {
            return Err(find::unknown(&self.which.user));
        }
        here.console.result(&json!({ "user_id": id }), &[("Deleted", email), ("User ID", id)]);
        opened.close().await;
        Ok(())
    }
}
