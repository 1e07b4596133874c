//! A token for a program in its own name.
//!
//! Owns which API and which scope a client gets. Must not know how the client proved itself, only
//! that it has.
//!
//! Source: RFC 6749 §4.4; RFC 8707 §2, also under the original's name `audience`; client grants.

use std::collections::BTreeSet;

use doorward_model::api::{ClientGrant, ClientPolicy, ResourceServer, SubjectType};
use doorward_model::client::Client;
use doorward_model::client::grant_type::GrantType;
use doorward_model::tenant::TenantSettings;
use doorward_model::time::Lifetime;

use super::table::{Chapter, Check};
use super::{may_use, target};
use crate::oauth::api_scope::{self, TokenScope};
use crate::oauth::error::{OAuthErrorCode, TokenError};
use crate::oauth::params::Params;

/// A token that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachinePlan {
    /// The API, by identifier.
    pub audience: String,
    /// What the token says.
    pub scope: TokenScope,
    /// How long the token lives.
    pub lifetime: Lifetime,
}

/// The API that is asked for, by identifier: `audience` or `resource`, else the tenant's default.
///
/// # Errors
/// `access_denied` when none is there, `invalid_target` when the two differ.
pub fn audience<'a>(params: &'a Params, settings: &'a TenantSettings) -> Result<&'a str, TokenError> {
    let named = target(params)?.or(settings.default_audience.as_deref());
    named.ok_or_else(|| denied("audience is missing, and the tenant has no default audience."))
}

/// What a request is judged by: what was found for the audience, and what was sent.
struct MachineInput<'a> {
    client: &'a Client,
    api: Option<&'a ResourceServer>,
    grant: Option<&'a ClientGrant>,
    params: &'a Params,
}

type MachineCheck = Check<fn(&MachineInput<'_>) -> Result<(), TokenError>>;

/// The checks in their order.
const CHECKS: [MachineCheck; 6] = [
    Check {
        name: "grant_types of the client",
        says: "hold `client_credentials`",
        source: "RFC 6749 §5.2",
        failure: "403 `unauthorized_client`",
        run: grant_type,
    },
    Check {
        name: "client",
        says: "has something to prove itself with",
        source: "RFC 6749 §4.4",
        failure: "403 `unauthorized_client`",
        run: confidential,
    },
    Check {
        name: "audience, or resource",
        says: "is the identifier of an API; absent, the default audience of the tenant is taken; both name the same one",
        source: "RFC 8707 §2 (also as `audience`)",
        failure: "403 `access_denied`; `invalid_target` where resource was sent",
        run: |input| known(input).map(drop),
    },
    Check {
        name: "API",
        says: "gives tokens to programs",
        source: "the original's `subject_type_authorization`",
        failure: "403 `access_denied`",
        run: |input| open(input).map(drop),
    },
    Check {
        name: "client grant",
        says: "gives this client that API",
        source: "the original's client grants",
        failure: "403 `access_denied`",
        run: |input| granted(input).map(drop),
    },
    Check {
        name: "scope",
        says: "is absent, or holds something of what is granted; the rest is cut off",
        source: "RFC 6749 §3.3",
        failure: "`invalid_scope`",
        // Without a word of it there is nothing to refuse, and lists may be long.
        run: |input| if input.params.has("scope") { scope(input).map(drop) } else { Ok(()) },
    },
];

/// The table as a chapter of the reference page.
pub(super) fn chapter() -> Chapter {
    Chapter::of(
        "client_credentials",
        "A token for a program in its own name, without a refresh token.",
        &CHECKS,
    )
}

/// Whether a client gets a token for an API: `api` and `grant` are what was found for the audience.
///
/// # Errors
/// `unauthorized_client` when the client may not use the grant, `access_denied` when the API is
/// unknown or not granted, `invalid_scope` when nothing of the scope asked for is granted.
pub fn decide(
    client: &Client,
    api: Option<&ResourceServer>,
    grant: Option<&ClientGrant>,
    params: &Params,
) -> Result<MachinePlan, TokenError> {
    let input = MachineInput { client, api, grant, params };
    CHECKS.iter().try_for_each(|check| (check.run)(&input))?;
    let api = known(&input)?;
    Ok(MachinePlan {
        audience: api.identifier.clone(),
        scope: api_scope::of_program(api, scope(&input)?),
        lifetime: api.lifetime(&GrantType::ClientCredentials),
    })
}

fn grant_type(input: &MachineInput<'_>) -> Result<(), TokenError> {
    may_use(input.client, GrantType::ClientCredentials)
}

fn confidential(input: &MachineInput<'_>) -> Result<(), TokenError> {
    if input.client.is_confidential() {
        return Ok(());
    }
    let text = "A client without a secret may not use the client_credentials grant.";
    Err(TokenError::new(OAuthErrorCode::UnauthorizedClient, text))
}

fn known<'a>(input: &MachineInput<'a>) -> Result<&'a ResourceServer, TokenError> {
    let asked = target(input.params)?.unwrap_or("the default audience");
    input.api.ok_or_else(|| {
        let code = api_scope::unknown_target(input.params.get("resource"));
        TokenError::new(code, &format!("Service not found: {asked}"))
    })
}

/// The API, if it gives tokens to programs at all.
fn open<'a>(input: &MachineInput<'a>) -> Result<&'a ResourceServer, TokenError> {
    let api = known(input)?;
    if api.client_policy() == ClientPolicy::DenyAll {
        return Err(denied(&format!("{} gives no tokens to programs.", api.identifier)));
    }
    Ok(api)
}

fn granted<'a>(input: &MachineInput<'a>) -> Result<&'a ClientGrant, TokenError> {
    let api = open(input)?;
    let is_granted = |grant: &&ClientGrant| {
        grant.is_for(input.client)
            && grant.audience == api.identifier
            && grant.subject == SubjectType::Client
            && api_scope::may_be_without_organization(grant)
    };
    input.grant.filter(is_granted).ok_or_else(|| {
        denied(&format!("Client is not authorized to access {}. Create a client grant.", api.identifier))
    })
}

/// All that is granted and known to the API, or the part of it that is asked for.
fn scope(input: &MachineInput<'_>) -> Result<Vec<String>, TokenError> {
    let (api, grant) = (open(input)?, granted(input)?);
    let asked = input.params.get("scope");
    let asked = asked.map(|text| text.split(' ').filter(|value| !value.is_empty()).collect::<Vec<_>>());
    let is_asked = |value: &&String| asked.as_ref().is_none_or(|asked| asked.contains(&value.as_str()));
    let known = api.permissions.iter().map(|permission| &permission.value);
    let scope: Vec<String> = if grant.allow_all_scopes == Some(true) {
        known.filter(is_asked).cloned().collect()
    } else {
        // A grant may hold more than a hundred values, and the API know as many.
        let known: BTreeSet<&String> = known.collect();
        grant.scope.iter().filter(is_asked).filter(|value| known.contains(value)).cloned().collect()
    };
    if scope.is_empty() && asked.is_some_and(|asked| !asked.is_empty()) {
        let text = "Nothing of the scope is granted to the client.";
        return Err(TokenError::new(OAuthErrorCode::InvalidScope, text));
    }
    Ok(scope)
}

fn denied(text: &str) -> TokenError {
    TokenError::new(OAuthErrorCode::AccessDenied, text)
}

#[cfg(test)]
mod tests {
    use doorward_model::api::{Grantee, OrganizationUsage, Policy, SubjectTypeAuthorization};
    use doorward_model::client::auth_method::AuthMethod;
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::{ClientGrantId, ClientId};

    use super::*;
    use crate::oauth::authorize::examples;

    struct Scene {
        client: Client,
        api: Option<ResourceServer>,
        grant: Option<ClientGrant>,
    }

    fn scene() -> Scene {
        let client = examples::client("machine", ClientKind::NonInteractive);
        let scope = ["read:things", "write:things", "gone:things"].map(str::to_owned).into();
        let id = ClientGrantId::parse("cgr_1").unwrap();
        let grant = ClientGrant::new(id, client.id.clone(), "https://api.test/".into(), scope);
        Scene { client, api: Some(examples::api("https://api.test/", false)), grant: Some(grant) }
    }

    impl Scene {
        fn decide(&self, query: &str) -> Result<MachinePlan, TokenError> {
            let params = Params::from_query(query).unwrap();
            decide(&self.client, self.api.as_ref(), self.grant.as_ref(), &params)
        }

        fn error(&self, query: &str) -> (u16, &'static str) {
            let error = self.decide(query).unwrap_err();
            (error.status, error.code.as_str())
        }
    }

    #[test]
    fn rfc_6749_4_4_without_scope_all_that_is_granted_is_given() {
        let plan = scene().decide("audience=https://api.test/").unwrap();
        assert_eq!(plan.audience, "https://api.test/");
        assert_eq!(plan.scope.scope, ["read:things", "write:things"]);
        assert_eq!(plan.scope.permissions, None);
        assert_eq!(plan.lifetime.seconds(), 86_400);
    }

    #[test]
    fn a_scope_narrows_and_never_widens() {
        let scope = |asked: &str| scene().decide(&format!("scope={asked}")).map(|plan| plan.scope.scope);
        assert_eq!(scope("write:things"), Ok(vec!["write:things".into()]));
        assert_eq!(scope("write:things+read:clients"), Ok(vec!["write:things".into()]));
        assert_eq!(scene().error("scope=read:clients"), (400, "invalid_scope"));
        assert_eq!(scene().error("scope=gone:things"), (400, "invalid_scope"));
    }

    #[test]
    fn a_grant_may_give_all_that_the_api_knows() {
        let mut scene = scene();
        let grant = scene.grant.as_mut().unwrap();
        (grant.allow_all_scopes, grant.scope) = (Some(true), vec!["gone:things".into()]);
        let all: Vec<String> =
            scene.api.as_ref().unwrap().permissions.iter().map(|known| known.value.clone()).collect();
        assert!(all.len() > 2);
        assert_eq!(scene.decide("").unwrap().scope.scope, all);
        assert_eq!(scene.decide("scope=write:things").unwrap().scope.scope, ["write:things"]);
        assert_eq!(scene.error("scope=gone:things"), (400, "invalid_scope"));
        scene.grant.as_mut().unwrap().allow_all_scopes = Some(false);
        assert!(scene.decide("").unwrap().scope.scope.is_empty());
    }

    #[test]
    fn a_default_serves_programs_of_third_parties_only() {
        let mut scene = scene();
        scene.grant.as_mut().unwrap().grantee = Grantee::ThirdParties;
        assert_eq!(scene.error(""), (403, "access_denied"));
        scene.client.settings.is_first_party = false;
        assert_eq!(scene.decide("").unwrap().scope.scope, ["read:things", "write:things"]);
    }

    #[test]
    fn an_unknown_or_not_granted_api_is_denied() {
        let mut unknown = scene();
        unknown.api = None;
        assert_eq!(unknown.error("audience=https://x.test/"), (403, "access_denied"));
        let mut ungranted = scene();
        ungranted.grant = None;
        assert_eq!(ungranted.error(""), (403, "access_denied"));
        let mut foreign = scene();
        foreign.grant.as_mut().unwrap().grantee = Grantee::Client(ClientId::parse("other").unwrap());
        assert_eq!(foreign.error(""), (403, "access_denied"));
        let mut other_api = scene();
        other_api.grant.as_mut().unwrap().audience = "https://other.test/".into();
        assert_eq!(other_api.error(""), (403, "access_denied"));
    }

    #[test]
    fn a_grant_for_people_or_for_organizations_is_none_for_a_program() {
        let mut for_people = scene();
        for_people.grant.as_mut().unwrap().subject = SubjectType::User;
        assert_eq!(for_people.error(""), (403, "access_denied"));
        let mut organized = scene();
        organized.grant.as_mut().unwrap().organizations.usage = Some(OrganizationUsage::Require);
        assert_eq!(organized.error(""), (403, "access_denied"));
        organized.grant.as_mut().unwrap().organizations.usage = Some(OrganizationUsage::Allow);
        assert!(organized.decide("").is_ok());
    }

    #[test]
    fn an_api_may_want_no_programs() {
        let mut scene = scene();
        let client = Some(Policy { policy: ClientPolicy::DenyAll });
        let settings = &mut scene.api.as_mut().unwrap().settings;
        settings.subject_type_authorization = Some(SubjectTypeAuthorization { user: None, client });
        assert_eq!(scene.error(""), (403, "access_denied"));
    }

    #[test]
    fn rfc_6749_4_4_only_confidential_clients_with_the_grant() {
        let mut public = scene();
        public.client.settings.token_endpoint_auth_method = Some(AuthMethod::None);
        assert_eq!(public.error(""), (403, "unauthorized_client"));
        let mut other = scene();
        other.client.settings.grant_types = vec![GrantType::AuthorizationCode];
        assert_eq!(other.error(""), (403, "unauthorized_client"));
        let mut global = scene();
        global.client.global = true;
        assert_eq!(global.error(""), (403, "unauthorized_client"));
    }

    #[test]
    fn the_audience_is_the_one_named_or_the_default_or_denied() {
        let mut settings = TenantSettings::new("Acme".into());
        let named = Params::from_query("audience=https://api.test/").unwrap();
        let empty = Params::from_query("audience=").unwrap();
        assert_eq!(audience(&named, &settings), Ok("https://api.test/"));
        assert_eq!(audience(&empty, &settings).unwrap_err().status, 403);
        settings.default_audience = Some("https://default.test/".into());
        assert_eq!(audience(&empty, &settings), Ok("https://default.test/"));
    }

    #[test]
    fn rfc_8707_2_resource_names_the_api_and_no_other_one_than_audience() {
        let settings = TenantSettings::new("Acme".into());
        let named = |query: &str| {
            let params = Params::from_query(query).unwrap();
            audience(&params, &settings)
                .map(str::to_owned)
                .map_err(|error| (error.status, error.code.as_str()))
        };
        let api = "https://api.test/";
        assert_eq!(named("resource=https://api.test/"), Ok(api.to_owned()));
        assert_eq!(named("resource=https://api.test/&audience=https://api.test/"), Ok(api.to_owned()));
        let differ = "resource=https://api.test/&audience=https://other.test/";
        assert_eq!(named(differ), Err((400, "invalid_target")));
        assert_eq!(scene().error(differ), (400, "invalid_target"));
        let mut unknown = scene();
        unknown.api = None;
        assert_eq!(unknown.error("resource=https://x.test/"), (400, "invalid_target"));
        assert!(scene().decide("resource=https://api.test/").is_ok());
    }
}
