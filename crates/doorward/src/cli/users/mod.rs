//! `doorward users`: the people who log in.

mod block;
mod create;
mod delete;
mod find;
mod list;
mod set;
mod show;

use clap::Subcommand;

use super::Here;
use crate::failure::Failure;

#[cfg(test)]
pub(super) use set::USER;

/// Commands about users.
#[derive(Subcommand)]
pub enum Users {
    /// List users, all or those that a search finds
    List(list::List),
    /// Make a user
    Create(create::Create),
    /// Show a user
    Show(show::Show),
    /// Change fields of a user
    Set(set::Set),
    /// Let a user in no more
    Block(block::Block),
    /// Let a user in again, and lift the locks that too many tries left
    Unblock(block::Unblock),
    /// Delete a user with sessions and tokens
    Delete(delete::Delete),
}

/// Which user is meant.
#[derive(clap::Args)]
struct Which {
    /// The user's email address or user ID
    #[arg(value_name = "USER")]
    user: String,
}

impl Users {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        match self {
            Users::List(list) => list.run(here).await,
            Users::Create(create) => create.run(here).await,
            Users::Show(show) => show.run(here).await,
            Users::Set(set) => set.run(here).await,
            Users::Block(block) => block.run(here).await,
            Users::Unblock(unblock) => unblock.run(here).await,
            Users::Delete(delete) => delete.run(here).await,
        }
    }
}
