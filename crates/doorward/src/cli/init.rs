//! `doorward init`: an installation without starting it, and new set-up links for one that exists.

use std::sync::Arc;

use clap::Args;
use doorward_engine::install::{self, NewInstallation};
use doorward_engine::{caller::Caller, setup};
use doorward_model::tenant::Issuer;
use serde_json::json;

use super::{Here, password};
use crate::config::{self, InstallationFlags, ServerFlags};
use crate::failure::{Exit, Failure};
use crate::open::{self, Opened};

/// What the installation is, and who administers it.
#[derive(Args)]
pub struct Init {
    #[command(flatten)]
    installation: InstallationFlags,
    /// Port that the default domain names
    #[arg(long, env = "DOORWARD_PORT")]
    port: Option<u16>,
    /// The first admin
    #[arg(long, value_name = "EMAIL", requires = "admin_password_stdin")]
    admin_email: Option<String>,
    /// Read the first admin's password from standard input
    #[arg(long, requires = "admin_email")]
    admin_password_stdin: bool,
    /// Print a one-time link that makes the first admin; for an existing installation a new one, which makes
    /// one more owner
    #[arg(long)]
    link: bool,
}

impl Init {
    pub(super) async fn run(mut self, here: &Here) -> Result<(), Failure> {
        self.installation.master_key_file.clone_from(&here.master_key_file);
        let server = ServerFlags { port: self.port, ..ServerFlags::default() };
        let settled = config::settle(&here.data, &self.installation, &server)?;
        if settled.is_installed {
            return if self.link { new_link(here).await } else { Err(exists(here)) };
        }
        let admin = match self.admin_email.as_deref() {
            Some(email) => Some((email, password::from_stdin()?)),
            None => None,
        };
        let app = open::start(&settled.installation, settled.server.reach.open()?, 1).await?;
        let found = open::own_tenant(&app, &settled.installation);
        if !matches!(found, Ok(None)) {
            app.stop().await;
            found?;
            // Made by another node, or its settings file was lost: from now on every command finds it here.
            settled.keep()?;
            return if self.link { new_link(here).await } else { Err(was_there(here)) };
        }
        let new = NewInstallation {
            issuer: settled.installation.issuer.clone(),
            friendly_name: open::friendly_name(&settled.installation),
            admin,
        };
        let made =
            install::init(&app, &new).await.map_err(|fault| Failure::of("Nothing was made.", &fault))?;
        settled.keep()?;
        let opened = Opened { app, tenant: Arc::clone(&made.tenant) };
        let issuer = &settled.installation.issuer;
        let link = if made.admin.is_none() || self.link { Some(link(&opened, issuer).await?) } else { None };
        let email = made.admin.as_ref().map(|admin| admin.email.as_str());
        let data = here.data.display().to_string();
        let result = json!({ "issuer": issuer.as_str(), "data": data, "admin": email, "setup_link": link });
        let mut lines = vec![("Issuer", issuer.as_str()), ("Data", data.as_str())];
        lines.extend(email.map(|email| ("Admin", email)));
        lines.extend(link.as_deref().map(|link| ("Set-up link", link)));
        here.console.result(&result, &lines);
        here.console.say(&format!("Next: doorward serve --data {data}"));
        opened.close().await;
        Ok(())
    }
}

fn exists(here: &Here) -> Failure {
    Failure::new(
        Exit::NothingToDo,
        format!("There is an installation in {} already. Nothing was changed.", here.data.display()),
        "Its doorward.toml names an issuer, and that is fixed for good.",
        format!(
            "Start it: doorward serve --data {0}. A new set-up link: doorward init --link --data {0}",
            here.data.display()
        ),
    )
}

fn was_there(here: &Here) -> Failure {
    Failure::new(
        Exit::NothingToDo,
        "The database holds this installation already. No admin was made.",
        format!(
            "Its settings were written to {}, which had none.",
            here.data.join("doorward.toml").display()
        ),
        format!(
            "Start it: doorward serve --data {0}. A new set-up link: doorward init --link --data {0}",
            here.data.display()
        ),
    )
}

async fn new_link(here: &Here) -> Result<(), Failure> {
    let opened = here.open().await?;
    let link = link(&opened, &opened.tenant.tenant.issuer).await?;
    here.console.result(&json!({ "setup_link": link }), &[("Set-up link", &link)]);
    here.console.say("It works once, for one hour. Links before it work no more.");
    opened.close().await;
    Ok(())
}

/// A fresh set-up link. The code stands after `#`, so that no server, proxy or log sees it.
pub(crate) async fn link(opened: &Opened, issuer: &Issuer) -> Result<String, Failure> {
    let caller = Caller::command_line(Arc::clone(&opened.tenant));
    let code = setup::link(&opened.app, &caller)
        .await
        .map_err(|fault| Failure::of("No set-up link could be made.", &fault))?;
    Ok(format!("{}#k={}", issuer.url("setup"), code.expose()))
}
