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

use doorward_model::api::{ClientGrant, Grantee};
use serde_json::{Map, Value, json};

/// A grant as tools know it; what was never said is left out.
fn view(grant: &ClientGrant) -> Value {
    let mut object = Map::from_iter([("id".to_owned(), json!(grant.id))]);
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    match &grant.grantee {
        Grantee::Client(client) => put("client_id", json!(client)),
        Grantee::ThirdParties => put("default_for", json!(grant.grantee.default_for())),
    };
    put("audience", json!(grant.audience));
    put("scope", json!(grant.scope));
    put("subject_type", json!(grant.subject));
    if let Some(all) = grant.allow_all_scopes {
        put("allow_all_scopes", json!(all));
    }
    if let Some(types) = &grant.authorization_details_types {
        put("authorization_details_types", json!(types));
    }
    if let Value::Object(more) = json!(grant.organizations) {
        object.extend(more);
    }
    Value::Object(object)
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
        grant.allow_all_scopes = Some(false);
        grant.authorization_details_types = Some(vec!["payment".to_owned()]);
        grant.grantee = Grantee::ThirdParties;
        let shown = view(&grant);
        assert_eq!(shown["allow_all_scopes"], false);
        assert_eq!(shown["authorization_details_types"], json!(["payment"]));
        assert_eq!((&shown["default_for"], shown.get("client_id")), (&json!("third_party_clients"), None));
    }
}
