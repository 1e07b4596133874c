//! `doorward users show`.

use doorward_management::shown;

use super::{Which, find};
use crate::cli::{Here, lines};
use crate::failure::Failure;

/// Which user.
#[derive(clap::Args)]
pub struct Show {
    #[command(flatten)]
    which: Which,
}

impl Show {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let opened = here.open().await?;
        let found = find::user(&opened, &self.which.user).await?;
        let view = shown::user(&found);
        if here.console.json {
            here.console.document(&view);
        } else {
            let mut fields = lines::of(&view, &["identities"]);
            fields.push(("connection".to_owned(), found.connection));
            here.console.lines(&fields);
        }
        opened.close().await;
        Ok(())
    }
}
