//! `/api/v2/client-grants`: one file per endpoint, and the view that they share.

mod create;
mod delete;
mod get;
mod list;
pub(crate) mod schema;
mod update;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use update::update;

use doorward_model::api::ClientGrant;
use serde_json::{Value, json};

/// A grant as tools know it; what was never said about organizations is left out.
fn view(grant: &ClientGrant) -> Value {
    let mut object = json!({
        "id": grant.id,
        "client_id": grant.client,
        "audience": grant.audience,
        "scope": grant.scope,
        "subject_type": grant.subject,
    });
    if let (Value::Object(object), Value::Object(more)) = (&mut object, json!(grant.organizations)) {
        object.extend(more);
    }
    object
}

#[cfg(test)]
mod tests {
    use doorward_model::api::OrganizationUsage;
    use doorward_model::ids::{ClientGrantId, ClientId};

    use super::*;

    #[test]
    fn a_grant_is_shown_with_what_was_said_about_it() {
        let (id, client) = (ClientGrantId::parse("cgr_1").unwrap(), ClientId::parse("abc").unwrap());
        let mut grant =
            ClientGrant::new(id, client, "https://api.test/".to_owned(), vec!["read:all".to_owned()]);
        let bare = json!({
            "id": "cgr_1", "client_id": "abc", "audience": "https://api.test/", "scope": ["read:all"],
            "subject_type": "client",
        });
        assert_eq!(view(&grant), bare);
        grant.organizations.usage = Some(OrganizationUsage::Deny);
        grant.organizations.allow_any = Some(false);
        assert_eq!(view(&grant)["organization_usage"], "deny");
        assert_eq!(view(&grant)["allow_any_organization"], false);
    }
}
