//! `doorward clients`: the same use cases as the Management API and the pages.

mod create;
mod delete;
pub(super) mod find;
mod list;
mod rotate_secret;
mod set;
mod show;

use clap::{Subcommand, ValueEnum};
use doorward_model::client::kind::ClientKind;

use super::Here;
use crate::failure::Failure;

#[cfg(test)]
pub(super) use set::CLIENT;

/// Commands about clients.
#[derive(Subcommand)]
pub enum Clients {
    /// List the clients
    List(list::List),
    /// Make a client; prints its ID and, once, its secret
    Create(create::Create),
    /// Show a client and its settings
    Show(show::Show),
    /// Change settings of a client
    Set(set::Set),
    /// Give a client a new secret; prints it once
    RotateSecret(rotate_secret::RotateSecret),
    /// Delete a client with everything that was issued to it
    Delete(delete::Delete),
}

/// A type of client, as typed.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    Native,
    Spa,
    RegularWeb,
    NonInteractive,
}

impl From<Kind> for ClientKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Native => ClientKind::Native,
            Kind::Spa => ClientKind::Spa,
            Kind::RegularWeb => ClientKind::RegularWeb,
            Kind::NonInteractive => ClientKind::NonInteractive,
        }
    }
}

/// Which client is meant.
#[derive(clap::Args)]
struct Which {
    /// Its Client ID, or its whole name
    #[arg(value_name = "CLIENT")]
    client: String,
}

impl Clients {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        match self {
            Clients::List(list) => list.run(here).await,
            Clients::Create(create) => create.run(here).await,
            Clients::Show(show) => show.run(here).await,
            Clients::Set(set) => set.run(here).await,
            Clients::RotateSecret(rotate) => rotate.run(here).await,
            Clients::Delete(delete) => delete.run(here).await,
        }
    }
}
