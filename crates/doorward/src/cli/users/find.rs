//! Which user somebody means: the one of that id, or the only one of that address.

use doorward_engine::fault::Fault;
use doorward_engine::users::{self, ShownUser};
use doorward_model::ids::UserId;
use doorward_model::user::Email;

use crate::failure::{Exit, Failure};
use crate::open::Opened;

const NOT_READ: &str = "The user cannot be read.";

/// The user that `text` means. An id has a bar in it, `auth0|…`, an address an at sign.
///
/// # Errors
/// When there is none, or more than one of that address.
pub(super) async fn user(opened: &Opened, text: &str) -> Result<ShownUser, Failure> {
    if text.contains('@') && !text.contains('|') {
        return with_email(opened, text).await;
    }
    let id = UserId::parse(text).map_err(|_| unknown(text))?;
    users::get(&opened.app, &opened.caller(), &id).await.map_err(|fault| match fault {
        Fault::NotFound { .. } => unknown(text),
        fault => Failure::of(NOT_READ, &fault),
    })
}

async fn with_email(opened: &Opened, text: &str) -> Result<ShownUser, Failure> {
    let email = Email::parse(text).map_err(|error| {
        Failure::usage(format!("{text} is no email address."), error.text, "Correct it, or give the user ID.")
    })?;
    let found = users::with_email(&opened.app, &opened.caller(), &email).await;
    let mut found = found.map_err(|fault| Failure::of(NOT_READ, &fault))?;
    match found.len() {
        0 => Err(unknown(text)),
        1 => Ok(found.swap_remove(0)),
        count => {
            let each: Vec<String> =
                found.iter().map(|one| format!("{} in {}", one.user.id, one.connection)).collect();
            Err(Failure::usage(
                format!("Which {text}?"),
                format!("{count} users have this address: {}.", each.join(", ")),
                "Name the one you mean by its user ID.",
            ))
        }
    }
}

pub(super) fn unknown(text: &str) -> Failure {
    Failure::new(
        Exit::NotFound,
        format!("There is no user {text}."),
        "A user is named by the whole email address or by the user ID.",
        "Look for the user with `doorward users list --search 'WORD*'`.",
    )
}
