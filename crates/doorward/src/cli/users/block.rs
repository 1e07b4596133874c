//! `doorward users block` and `unblock`.

use doorward_engine::users::{self, ShownUser, Whose};
use doorward_management::shown;
use serde_json::{Map, json};

use super::{Which, find};
use crate::cli::Here;
use crate::failure::Failure;
use crate::open::Opened;

/// Which user.
#[derive(clap::Args)]
pub struct Block {
    #[command(flatten)]
    which: Which,
}

/// Which user.
#[derive(clap::Args)]
pub struct Unblock {
    #[command(flatten)]
    which: Which,
}

impl Block {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let opened = here.open().await?;
        let known = find::user(&opened, &self.which.user).await?;
        if known.user.blocked {
            return Err(Failure::nothing_to_do(
                "The user is blocked already.",
                "Nobody gets in under this account.",
            ));
        }
        let after = put(&opened, &known, true).await?;
        here.console.result(&shown::user(&after), &lines("Blocked", &after));
        here.console
            .say("No login and no refresh token works from now on; access tokens run out by themselves.");
        opened.close().await;
        Ok(())
    }
}

impl Unblock {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let opened = here.open().await?;
        let caller = opened.caller();
        let mut user = find::user(&opened, &self.which.user).await?;
        let whose = Whose::User(user.user.id.clone());
        let refused = |fault| Failure::of("The user was not unblocked.", &fault);
        let locks = users::blocks(&opened.app, &caller, &whose, false).await.map_err(refused)?;
        if !user.user.blocked && locks.is_empty() {
            return Err(Failure::nothing_to_do(
                "The user is not blocked.",
                "Neither an admin nor too many tries keep them out.",
            ));
        }
        if !locks.is_empty() {
            users::unblock(&opened.app, &caller, &whose).await.map_err(refused)?;
        }
        if user.user.blocked {
            user = put(&opened, &user, false).await?;
        }
        here.console.result(&shown::user(&user), &lines("Unblocked", &user));
        if !locks.is_empty() {
            let from: Vec<&str> = locks.iter().map(|lock| lock.ip.as_str()).collect();
            here.console.say(&format!("Locks after too many tries were lifted, from {}.", from.join(", ")));
        }
        opened.close().await;
        Ok(())
    }
}

async fn put(opened: &Opened, user: &ShownUser, blocked: bool) -> Result<ShownUser, Failure> {
    let body = Map::from_iter([("blocked".to_owned(), json!(blocked))]);
    let changed = users::update(&opened.app, &opened.caller(), &user.user.id, &body).await;
    changed.map_err(|fault| Failure::of("The user was not changed.", &fault))
}

fn lines<'u>(what: &'static str, shown: &'u ShownUser) -> [(&'static str, &'u str); 3] {
    let user = &shown.user;
    [(what, user.email.as_str()), ("User ID", user.id.as_str()), ("Connection", &shown.connection)]
}
