//! The command line: what may be typed, and which use case it means.
//!
//! Owns flags and output. Every command but `serve` is a second process on the same database and
//! works whether or not a server runs. Source: the command-line chapter of the user experience plan.

mod admin;
mod clients;
mod confirm;
mod doctor;
pub(crate) mod init;
mod keys;
mod lifetime;
mod lines;
mod logs;
mod password;
pub mod reference;
mod settings;
mod streams;
mod users;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, InstallationFlags, ServerFlags};
use crate::console::Console;
use crate::failure::Failure;
use crate::open::{self, Opened};
use crate::serve;

/// A self-hosted identity service: log in once, use every application.
#[derive(Parser)]
#[command(name = "doorward", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Args)]
struct Common {
    /// Folder of the installation
    #[arg(long, global = true, env = "DOORWARD_DATA", value_name = "DIR", default_value = "./doorward-data")]
    data: PathBuf,
    /// The sealing key, when it is not DIR/master.key; PostgreSQL needs one that all nodes share
    #[arg(long, global = true, env = "DOORWARD_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<PathBuf>,
    /// Results as JSON
    #[arg(long, global = true)]
    json: bool,
    /// Results only
    #[arg(long, global = true)]
    quiet: bool,
    /// No colours (also: the NO_COLOR variable)
    #[arg(long, global = true)]
    no_color: bool,
    /// Answer every question with yes
    #[arg(long, global = true)]
    yes: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve {
        #[command(flatten)]
        installation: InstallationFlags,
        #[command(flatten)]
        server: Box<ServerFlags>,
    },
    /// Make an installation without starting it
    Init(init::Init),
    /// Admins: the people who run this installation
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Clients: the applications that let people log in here
    #[command(subcommand)]
    Clients(clients::Clients),
    /// Users: the people who log in
    #[command(subcommand)]
    Users(users::Users),
    /// What is wrong: why a login is refused
    #[command(subcommand)]
    Doctor(doctor::Doctor),
    /// Logs: what happened, and what happens
    #[command(subcommand)]
    Logs(logs::Logs),
    /// Log streams: receivers that are sent what happens
    #[command(subcommand)]
    Streams(streams::Streams),
    /// The keys of this installation
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Print the version
    Version,
}

impl Cli {
    /// Does what was typed.
    ///
    /// # Errors
    /// What happened, why, and what to do, with the exit code for scripts.
    pub async fn run(self) -> Result<(), Failure> {
        let Common { data, master_key_file, json, quiet, no_color, yes } = self.common;
        let console = Console::new(json, quiet, no_color);
        let here = Here { console, data, master_key_file, yes };
        match self.command {
            Command::Serve { mut installation, server } => {
                installation.master_key_file = here.master_key_file;
                serve::serve(console, &here.data, &installation, &server).await
            }
            Command::Init(init) => init.run(&here).await,
            Command::Admin(admin) => admin.run(&here).await,
            Command::Clients(clients) => clients.run(&here).await,
            Command::Users(users) => users.run(&here).await,
            Command::Doctor(doctor) => doctor.run(&here).await,
            Command::Logs(logs) => logs.run(&here).await,
            Command::Streams(streams) => streams.run(&here).await,
            Command::Keys(keys) => keys.run(&here).await,
            Command::Version => {
                console.result(&serde_json::json!({ "version": VERSION }), &[("doorward", VERSION)]);
                Ok(())
            }
        }
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where a command runs.
struct Here {
    console: Console,
    data: PathBuf,
    master_key_file: Option<PathBuf>,
    /// Whether every question was answered before it is asked.
    yes: bool,
}

impl Here {
    /// Asks before something is final: the name has to be typed.
    fn confirm(&self, what: &str, name: &str) -> Result<(), Failure> {
        confirm::confirm(self.yes, what, name)
    }

    /// Opens the installation that an earlier `init` or `serve` made.
    async fn open(&self) -> Result<Opened, Failure> {
        open::existing(&config::installed(&self.data, self.master_key_file.clone())?).await
    }
}
