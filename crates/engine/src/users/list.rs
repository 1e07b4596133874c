//! Listing and searching users.
//!
//! Source: the Management API's `GET /users`.

use doorward_model::ids::UserId;
use doorward_model::scope::ApiScope;
use doorward_model::search::Query;
use doorward_store::users::list::{self as stored, UserFilter};

pub use doorward_store::users::list::UserOrder;

use super::ShownUser;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// Which users, and which part of them.
#[derive(Debug, Clone)]
pub struct UserQuery {
    /// What was searched for; none means everybody.
    pub query: Option<Query>,
    /// Which part.
    pub part: UserPart,
}

/// Which part of a list.
#[derive(Debug, Clone)]
pub enum UserPart {
    /// A page.
    Page {
        /// What the list is sorted by, and whether the greatest comes first.
        order: (UserOrder, bool),
        /// How many to skip.
        offset: u32,
        /// How many to give.
        limit: u32,
        /// Whether to count all that match.
        with_total: bool,
    },
    /// What comes after a user, by id.
    After {
        /// The last one that is known; none begins with the first.
        last: Option<UserId>,
        /// How many to give.
        limit: u32,
    },
}

/// A part of a list.
#[derive(Debug)]
pub struct UserPage {
    /// The users, in the order asked for.
    pub users: Vec<ShownUser>,
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// The users that match.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(app: &App, caller: &Caller, wanted: &UserQuery) -> Result<UserPage, Fault> {
    caller.may_any(&[ApiScope::ReadUsers, ApiScope::ReadUserIdpTokens])?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let filter =
        UserFilter { query: wanted.query.as_ref(), connections: &state.connections, ..UserFilter::default() };
    let (found, total) = match &wanted.part {
        UserPart::Page { order, offset, limit, with_total } => {
            let total = if *with_total { Some(stored::count(&scope, filter).await?) } else { None };
            (stored::page(&scope, filter, *order, (*offset, *limit)).await?, total)
        }
        UserPart::After { last, limit } => {
            (stored::after(&scope, filter, last.as_ref(), *limit).await?, None)
        }
    };
    let users = found.into_iter().map(|user| ShownUser::to(caller, &state, user)).collect();
    Ok(UserPage { users, total })
}
