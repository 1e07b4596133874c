//! `doorward users create`: a person who can log in from then on.

use doorward_engine::users::{self, NewUser};
use doorward_model::connection::DEFAULT_DATABASE;
use doorward_model::user::Profile;
use serde_json::json;

use crate::cli::{Here, password};
use crate::failure::Failure;

/// Who the user is.
#[derive(clap::Args)]
pub struct Create {
    /// The connection that knows the user
    #[arg(long, default_value = DEFAULT_DATABASE)]
    connection: String,
    /// The address to log in with
    #[arg(long)]
    email: String,
    /// The name people see
    #[arg(long)]
    name: Option<String>,
    /// Somebody proved that the address is theirs
    #[arg(long)]
    email_verified: bool,
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
}

impl Create {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let create = self;
        let password = password::from_stdin()?;
        let opened = here.open().await?;
        let new = NewUser {
            connection: &create.connection,
            email: &create.email,
            email_verified: create.email_verified,
            password,
            profile: Profile { name: create.name, ..Profile::default() },
        };
        let made = users::create(&opened.app, &opened.caller(), new).await;
        let made = made.map_err(|fault| Failure::of("The user was not made.", &fault))?;
        let (id, email) = (made.id.as_str(), made.email.as_str());
        let result = json!({ "user_id": id, "email": email, "connection": create.connection });
        here.console
            .result(&result, &[("User ID", id), ("Email", email), ("Connection", &create.connection)]);
        opened.close().await;
        Ok(())
    }
}
