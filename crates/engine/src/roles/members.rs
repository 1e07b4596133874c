//! Who has a role.
//!
//! Source: the Management API's `/roles/{id}/users`.

use doorward_model::ids::{RoleId, UserId};
use doorward_model::role::named_ids;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, roles};
use serde_json::{Map, Value};

pub use doorward_store::roles::Member;

use super::{about, existing};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Give a role to users";

/// Which part of the list, which goes by id.
#[derive(Debug, Clone)]
pub enum MemberPart {
    /// A page.
    Page {
        /// How many to skip.
        offset: u32,
        /// How many to give.
        limit: u32,
        /// Whether to count all.
        with_total: bool,
    },
    /// What comes after a checkpoint.
    After {
        /// The last user that is known; none begins with the first.
        checkpoint: Option<UserId>,
        /// How many to give.
        limit: u32,
    },
}

/// A part of the list.
#[derive(Debug)]
pub struct MemberPage {
    /// The users.
    pub members: Vec<Member>,
    /// How many there are in all, where asked for.
    pub total: Option<i64>,
}

/// Who has the role.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn members(
    app: &App,
    caller: &Caller,
    id: &RoleId,
    part: &MemberPart,
) -> Result<MemberPage, Fault> {
    caller.may_any(&[ApiScope::ReadRoleMembers, ApiScope::ReadRoles, ApiScope::ReadUsers])?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    existing(&scope, id).await?;
    match part {
        MemberPart::Page { offset, limit, with_total } => {
            let total = if *with_total { Some(roles::count_members(&scope, id).await?) } else { None };
            let members = roles::members(&scope, id, None, (*offset, *limit)).await?;
            Ok(MemberPage { members, total })
        }
        MemberPart::After { checkpoint, limit } => {
            let members = roles::members(&scope, id, checkpoint.as_ref(), (0, *limit)).await?;
            Ok(MemberPage { members, total: None })
        }
    }
}

/// Gives the role to the users that `body` names; who has it keeps it.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`] for the role or one of the users, or
/// trouble with the store. Refusals are logged.
pub async fn add_members(
    app: &App,
    caller: &Caller,
    id: &RoleId,
    body: &Map<String, Value>,
) -> Result<(), Fault> {
    match add(app, caller, id, body).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn add(app: &App, caller: &Caller, id: &RoleId, body: &Map<String, Value>) -> Result<(), Fault> {
    caller.may_any(&[ApiScope::CreateRoleMembers, ApiScope::UpdateRoles])?;
    let users = named_ids(body, "users", UserId::parse)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let role = existing(&scope, id).await?;
    let mut batch = scope.batch();
    for user in &users {
        roles::assign(&mut batch, user, id);
    }
    let named: Vec<&str> = users.iter().map(UserId::as_str).collect();
    record::push_by(&mut batch, app, caller, about(WHAT, &role).detail("users", named));
    match batch.commit().await {
        Ok(_) => Ok(()),
        Err(StoreError::InUse { .. }) => Err(Fault::NotFound { what: "user" }),
        Err(error) => Err(error.into()),
    }
}
