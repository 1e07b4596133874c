//! `doorward admin`: the people who run this installation.

use clap::{Subcommand, ValueEnum};
use doorward_engine::admins;
use doorward_model::admin::{self, Role};
use serde_json::{Value, json};

use super::{Here, password};
use crate::failure::Failure;
use crate::plain::tame;

/// Commands about admins.
#[derive(Subcommand)]
pub enum Admin {
    /// Make an admin
    Add {
        /// The address to log in with
        #[arg(long)]
        email: String,
        /// What the admin may do
        #[arg(long, value_enum, default_value = "owner")]
        role: AdminRole,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Show all admins
    List,
    /// Give an admin a new password
    Reset {
        /// The address of the admin
        #[arg(long)]
        email: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

/// A role as typed.
#[derive(Clone, Copy, ValueEnum)]
pub enum AdminRole {
    /// Everything
    Owner,
    /// Looking only
    Viewer,
}

impl From<AdminRole> for Role {
    fn from(role: AdminRole) -> Self {
        match role {
            AdminRole::Owner => Role::Owner,
            AdminRole::Viewer => Role::Viewer,
        }
    }
}

impl Admin {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        match self {
            Admin::Add { email, role, .. } => add(here, &email, role.into()).await,
            Admin::List => list(here).await,
            Admin::Reset { email, .. } => reset(here, &email).await,
        }
    }
}

fn shown(admin: &admin::Admin) -> Value {
    json!({
        "admin_id": admin.id.as_str(),
        "email": admin.email.as_str(),
        "role": admin.role.as_str(),
        "created_at": admin.created_at.to_string(),
    })
}

async fn add(here: &Here, email: &str, role: Role) -> Result<(), Failure> {
    let password = password::from_stdin()?;
    let opened = here.open().await?;
    let made = admins::add(&opened.app, &opened.caller(), email, &password, role).await;
    let made = made.map_err(|fault| Failure::of("The admin was not added.", &fault))?;
    here.console.result(&shown(&made), &[("Admin", made.email.as_str()), ("Role", made.role.as_str())]);
    opened.close().await;
    Ok(())
}

async fn list(here: &Here) -> Result<(), Failure> {
    let opened = here.open().await?;
    let all = admins::list(&opened.app, &opened.caller()).await;
    let all = all.map_err(|fault| Failure::of("The admins cannot be shown.", &fault))?;
    if here.console.json {
        here.console.document(&Value::from_iter(all.iter().map(shown)));
    } else {
        for admin in &all {
            here.console.line(&format!("{:6}  {}", admin.role.as_str(), tame(admin.email.as_str())));
        }
        if all.is_empty() {
            here.console.say("There is no admin yet. A set-up link makes the first: doorward init --link");
        }
    }
    opened.close().await;
    Ok(())
}

async fn reset(here: &Here, email: &str) -> Result<(), Failure> {
    let password = password::from_stdin()?;
    let opened = here.open().await?;
    let done = admins::reset(&opened.app, &opened.caller(), email, &password).await;
    done.map_err(|fault| Failure::of("The password was not changed.", &fault))?;
    here.console.result(&json!({ "email": email }), &[("New password for", email)]);
    opened.close().await;
    Ok(())
}
