//! From settings to a running [`App`]: database, sealing key, tenant.
//!
//! Owns the order in which an installation opens, and the words for each step that can fail.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use doorward_engine::app::{App, AppConfig};
use doorward_engine::caller::Caller;
use doorward_engine::clock::Clock;
use doorward_engine::entropy::Entropy;
use doorward_engine::fault::Fault;
use doorward_engine::install;
use doorward_engine::outbound::Reach;
use doorward_engine::passwords::PasswordCost;
use doorward_engine::sealing::{Sealing, SealingError};
use doorward_engine::state::TenantState;
use doorward_store::global::tenants;
use doorward_store::{DatabaseUrl, Db};

use crate::config::{Installation, ReachSettings};
use crate::failure::{Exit, Failure};

/// An installation that is open.
pub struct Opened {
    /// The use cases.
    pub app: App,
    /// The first tenant, whose issuer is configuration.
    pub tenant: Arc<TenantState>,
}

impl Opened {
    /// Somebody with a shell on this machine.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller::command_line(Arc::clone(&self.tenant))
    }

    /// Lets everything under way reach the disk.
    pub async fn close(self) {
        self.app.stop().await;
    }
}

/// Opens what an earlier `init` or `serve` made, for a command.
///
/// # Errors
/// When it does not open, or the database holds no installation.
pub async fn existing(installation: &Installation) -> Result<Opened, Failure> {
    let reach = ReachSettings::of_folder(&installation.data)?.open()?;
    let app = start(installation, reach, 1).await?;
    match own_tenant(&app, installation)? {
        Some(tenant) => Ok(Opened { app, tenant }),
        None => Err(Failure::new(
            Exit::NotFound,
            format!("There is no installation in the database of {}.", installation.data.display()),
            "The folder was set up, but the database is empty.",
            "Start `doorward serve` once, or restore the database from a backup.",
        )),
    }
}

/// Opens an installation that may be new: database, sealing key, use cases.
///
/// # Errors
/// When a step does not work; each has its own words.
pub async fn start(installation: &Installation, reach: Reach, workers: usize) -> Result<App, Failure> {
    let url = database_url(installation)?;
    make_folder(&installation.data)?;
    if let DatabaseUrl::Sqlite(file) = &url {
        may_write(file)?;
    }
    let key_file = master_key_file(installation);
    let db = Db::open(&url).await.map_err(|error| Failure::database(&error))?;
    db.migrate().await.map_err(|error| Failure::database(&error))?;
    let tenants = tenants::all(&db.global()).await.map_err(|error| Failure::database(&error))?;
    if !tenants.is_empty() && !key_file.exists() {
        return Err(Failure::failed(
            format!("The sealing key {} is missing.", key_file.display()),
            "The database holds secrets that only this key opens; a new one would lock them away.",
            "Put the key back from your backup, or name it with DOORWARD_MASTER_KEY_FILE.",
        ));
    }
    // A key that somebody put elsewhere may be there before the first start.
    let own_key = installation.master_key_file.is_none() && key_file.exists();
    if tenants.is_empty() && installation.has_started && own_key {
        return Err(Failure::failed(
            format!("The database of {} is gone.", installation.data.display()),
            format!(
                "doorward.toml and master.key of an installation are here, and {} holds nothing.",
                place_of(&url)
            ),
            "Put it back from your backup, or mount the folder that has it. To begin anew, name another folder \
             with --data DIR, or move these files away.",
        ));
    }
    let entropy = Entropy::System;
    let sealing = Sealing::open_or_create(&key_file, &entropy).map_err(|error| {
        let (what, fix) = ("The sealing key cannot be used.", "Check the file and who may read it.");
        match &error {
            SealingError::File { cause, .. } => Failure::file(what, cause, fix).because(&error),
            _ => Failure::failed(what, error, fix),
        }
    })?;
    let password_cost = PasswordCost::default();
    App::start(AppConfig { db, clock: Clock::System, entropy, sealing, reach, password_cost, workers })
        .await
        .map_err(|fault| match fault {
            Fault::Internal { cause } => Failure::failed(
                "The installation does not open.",
                cause,
                format!("Check that {} is the sealing key of this installation.", key_file.display()),
            ),
            fault => Failure::of("The installation does not open.", &fault),
        })
}

/// Where the data is, without the password of a server.
fn place_of(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(file) => file.display().to_string(),
        DatabaseUrl::Postgres(_) => "the PostgreSQL database".to_owned(),
    }
}

/// The tenant whose issuer is configuration; none when the database is empty.
///
/// # Errors
/// When the database belongs to another issuer.
pub fn own_tenant(app: &App, installation: &Installation) -> Result<Option<Arc<TenantState>>, Failure> {
    let tenants = app.tenants();
    if let Some(own) = tenants.iter().find(|state| state.tenant.issuer == installation.issuer) {
        return Ok(Some(Arc::clone(own)));
    }
    match tenants.first() {
        None => Ok(None),
        Some(other) => Err(Failure::usage(
            "This database belongs to another issuer.",
            format!("It was made for {}, and now {} is asked for.", other.tenant.issuer, installation.issuer),
            format!("Give --issuer {}, or name another database.", other.tenant.issuer),
        )),
    }
}

/// Makes the installation unless it is there. True when it was made now.
///
/// # Errors
/// When the database belongs to another issuer or cannot be written.
pub async fn ensure_installed(app: App, installation: &Installation) -> Result<(Opened, bool), Failure> {
    if let Some(tenant) = own_tenant(&app, installation)? {
        return Ok((Opened { app, tenant }, false));
    }
    let new = install::NewInstallation {
        issuer: installation.issuer.clone(),
        friendly_name: friendly_name(installation),
        admin: None,
    };
    match install::init(&app, &new).await {
        Ok(installed) => Ok((Opened { tenant: installed.tenant, app }, true)),
        // Another node was faster.
        Err(Fault::Exists { .. }) => {
            for made in tenants::all(&app.db().global()).await.map_err(|error| Failure::database(&error))? {
                let read = app.reload(&made.id).await;
                read.map_err(|fault| Failure::of("The installation does not open.", &fault))?;
            }
            let tenant = own_tenant(&app, installation)?.ok_or_else(|| {
                Failure::failed(
                    "The installation could not be made.",
                    "Another process was making one at the same time.",
                    "Run the command again.",
                )
            })?;
            Ok((Opened { app, tenant }, false))
        }
        Err(fault) => Err(Failure::of("The installation could not be made.", &fault)),
    }
}

/// What login pages call the tenant until an admin names it: the first label of its host.
#[must_use]
pub fn friendly_name(installation: &Installation) -> &str {
    installation.issuer.host().split(['.', ':']).next().unwrap_or("Doorward")
}

/// Where the sealing key is.
#[must_use]
pub fn master_key_file(installation: &Installation) -> std::path::PathBuf {
    installation.master_key_file.clone().unwrap_or_else(|| installation.data.join("master.key"))
}

fn database_url(installation: &Installation) -> Result<DatabaseUrl, Failure> {
    if installation.database == "sqlite" {
        return Ok(DatabaseUrl::Sqlite(installation.data.join("doorward.db")));
    }
    DatabaseUrl::parse(&installation.database).map_err(|error| {
        Failure::usage(
            "The database address cannot be read.",
            error.to_string(),
            "Give --database sqlite, --database sqlite:FILE or --database postgres://user:password@host/name.",
        )
    })
}

/// Asks the system before SQLite does, whose words for a refusal say less.
fn may_write(file: &Path) -> Result<(), Failure> {
    match fs::OpenOptions::new().read(true).write(true).open(file) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Failure::file(
            format!("The database {} may not be opened.", file.display()),
            &error,
            "Run the command as the user who owns the data folder.",
        )),
        _ => Ok(()),
    }
}

/// Everything in the folder is for its owner alone.
fn make_folder(data: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data).map_err(|error| {
        Failure::file(
            format!("The data folder {} cannot be made.", data.display()),
            &error,
            "Name a folder that this user may write, with --data DIR.",
        )
    })
}
