//! What a token for an API may say: of what was asked and granted, what the API knows, what the client
//! may have and what the person holds.
//!
//! Owns that one intersection, for people and for programs. Must not know how permissions are kept or
//! how tokens are signed.
//!
//! Source: the original's `enforce_policies`, `token_dialect` and `subject_type_authorization` of a
//! resource server; RFC 6749 §3.3.

use doorward_model::api::{ClientGrant, OrganizationUsage, ResourceServer, SubjectType, UserPolicy};
use doorward_model::client::Client;
use doorward_model::scope::{ApiScope, oidc};
use doorward_model::tenant::{Issuer, TenantSettings};
use doorward_model::time::Timestamp;

use super::error::{OAuthErrorCode, TokenError};

/// What one token says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenScope {
    /// The scope values.
    pub scope: Vec<String>,
    /// The permissions, where the API wants to be told.
    pub permissions: Option<Vec<String>>,
}

/// What the scope of a person's token follows from.
#[derive(Debug, Clone, Copy)]
pub struct PersonFacts<'a> {
    /// The API.
    pub api: &'a ResourceServer,
    /// The client that gets the token.
    pub client: &'a Client,
    /// Its grants, on whatever API, and the defaults that it may have.
    pub grants: &'a [ClientGrant],
    /// What the person's authorization was granted, in the order asked.
    pub granted: &'a [String],
    /// When that was.
    pub granted_at: Timestamp,
    /// What the person may do with the API; not looked at where the API does not enforce it.
    pub held: &'a [String],
}

/// Why people get no tokens for an API by this client, in public words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied(pub String);

/// The grant that lets a client have tokens of people for an API; none where it needs none.
///
/// # Errors
/// [`Denied`] when the API gives this client no tokens of people.
pub fn user_grant<'a>(
    api: &ResourceServer,
    client: &Client,
    grants: &'a [ClientGrant],
) -> Result<Option<&'a ClientGrant>, Denied> {
    let identifier = &api.identifier;
    match api.user_policy() {
        UserPolicy::AllowAll => Ok(None),
        UserPolicy::DenyAll => Err(Denied(format!("{identifier} gives no tokens to people."))),
        UserPolicy::RequireClientGrant => {
            let found = find(grants, client, SubjectType::User, identifier);
            found.filter(|grant| may_be_without_organization(grant)).map(Some).ok_or_else(|| {
                Denied(format!("Client is not authorized to access {identifier}. Create a client grant."))
            })
        }
    }
}

/// The API that a request means: the one of that identifier, else the tenant's default. None means the
/// userinfo endpoint only.
///
/// # Errors
/// When there is no such API.
pub fn asked<'a>(
    audience: Option<&str>,
    (apis, settings): (&'a [ResourceServer], &TenantSettings),
    issuer: &Issuer,
) -> Result<Option<&'a ResourceServer>, Denied> {
    let named = audience.or(settings.default_audience.as_deref());
    let Some(identifier) = named.filter(|audience| *audience != issuer.url("userinfo")) else {
        return Ok(None);
    };
    let found = apis.iter().find(|api| api.identifier == identifier);
    found.map(Some).ok_or_else(|| Denied(format!("Service not found: {identifier}")))
}

/// What is said of `resource` and `audience` that name different APIs.
pub(super) const TWO_TARGETS: &str = "resource and audience name different APIs. Send one of them.";

/// The error for an API that there is not: the standard's where its own parameter was sent (RFC 8707 §2), the
/// original's for `audience`.
pub(super) fn unknown_target(resource: Option<&str>) -> OAuthErrorCode {
    if resource.is_some() { OAuthErrorCode::InvalidTarget } else { OAuthErrorCode::AccessDenied }
}

/// What a person's authorization may hold.
#[derive(Debug, Clone, Copy)]
pub struct Grantable<'a> {
    /// The API that is asked for.
    pub api: Option<&'a ResourceServer>,
    /// The client grant that it wants, where it wants one.
    pub grant: Option<&'a ClientGrant>,
    /// Whether the client may act while the person is away.
    pub offline: bool,
}

impl Grantable<'_> {
    /// The values of a scope that are granted, in the order asked, each once; what is not known is not.
    #[must_use]
    pub fn of(&self, scope: &str) -> Vec<String> {
        let mut granted: Vec<String> = Vec::new();
        for value in scope.split(' ').filter(|value| !value.is_empty()) {
            let known = match value {
                oidc::OPENID | oidc::PROFILE | oidc::EMAIL | oidc::ADDRESS | oidc::PHONE => true,
                oidc::OFFLINE_ACCESS => self.offline && self.api.is_none_or(|api| api.allow_offline_access),
                _ => self.api.is_some_and(|api| self.may_give(api, value)),
            };
            if known && !granted.iter().any(|earlier| earlier == value) {
                granted.push(value.to_owned());
            }
        }
        granted
    }

    /// All that the API may give to people; nothing without one.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let Some(api) = self.api else { return Vec::new() };
        let values = api.permissions.iter().map(|permission| &permission.value);
        values.filter(|value| self.may_give(api, value)).cloned().collect()
    }

    /// Whether the API gives this to people. The scopes of the Management API are rights over the tenant, and
    /// no user of a connection has such rights, but for those over themselves.
    fn may_give(&self, api: &ResourceServer, value: &str) -> bool {
        let is_granted = self.grant.is_none_or(|grant| grant.gives(value));
        let is_for_people = !api.is_system || ApiScope::parse(value).is_some_and(ApiScope::is_personal);
        api.knows(value) && is_for_people && is_granted
    }
}

/// The client's grant of that kind on the API of that identifier. Its own goes before a default.
#[must_use]
pub fn find<'a>(
    grants: &'a [ClientGrant],
    client: &Client,
    subject: SubjectType,
    audience: &str,
) -> Option<&'a ClientGrant> {
    let fits =
        |grant: &&ClientGrant| grant.subject == subject && grant.audience == audience && grant.is_for(client);
    grants.iter().filter(fits).min_by_key(|grant| grant.grantee.client().is_none())
}

/// Whether tokens of a grant may be for no organization; there are none here yet.
#[must_use]
pub fn may_be_without_organization(grant: &ClientGrant) -> bool {
    grant.organizations.usage != Some(OrganizationUsage::Require)
}

/// What the token of a person says.
///
/// # Errors
/// `invalid_grant` when the API was made after the person's authorization, `access_denied` when it
/// gives this client no tokens of people any more.
pub fn of_person(facts: &PersonFacts<'_>) -> Result<TokenScope, TokenError> {
    let api = facts.api;
    if api.created_at > facts.granted_at {
        // Somebody deleted the API of this identifier, and somebody made another one.
        return Err(gone().with_private("the API is younger than the authorization"));
    }
    let grant = user_grant(api, facts.client, facts.grants)
        .map_err(|Denied(text)| TokenError::new(OAuthErrorCode::AccessDenied, &text))?;
    let is_held = |value: &String| !api.enforces_policies() || facts.held.contains(value);
    let is_granted = |value: &String| grant.is_none_or(|grant| grant.gives(value));
    // A permission of the API is one whatever its name: an API may have called one `address`.
    let may_say = |value: &&String| {
        if api.knows(value) {
            is_granted(value) && is_held(value)
        } else {
            oidc::ALL.contains(&value.as_str())
        }
    };
    let names = api.enforces_policies() && api.dialect().names_permissions();
    let permissions = names.then(|| facts.held.iter().filter(|value| api.knows(value)).cloned().collect());
    Ok(TokenScope { scope: facts.granted.iter().filter(may_say).cloned().collect(), permissions })
}

/// What the token of a program says; its permissions are what it was granted.
#[must_use]
pub fn of_program(api: &ResourceServer, scope: Vec<String>) -> TokenScope {
    let names = api.enforces_policies() && api.dialect().names_permissions();
    TokenScope { permissions: names.then(|| scope.clone()), scope }
}

/// The refusal of a token for an API that is not there.
#[must_use]
pub fn gone() -> TokenError {
    TokenError::new(
        OAuthErrorCode::InvalidGrant,
        "The API that this was granted for does not exist any more.",
    )
}

#[cfg(test)]
mod tests {
    use doorward_model::api::Grantee;
    use doorward_model::api::{Policy, SubjectTypeAuthorization, TokenDialect};
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::{ClientGrantId, ClientId};

    use super::*;
    use crate::oauth::authorize::examples::{self, NOW};

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// `read:things`, `write:things` and `read:clients` are known.
    fn api() -> ResourceServer {
        examples::api("https://api.test/", false)
    }

    fn user_grant_of(client: &str, scope: &str) -> ClientGrant {
        let id = ClientGrantId::parse("cgr_1").unwrap();
        let client = ClientId::parse(client).unwrap();
        let grant = ClientGrant::new(id, client, "https://api.test/".to_owned(), words(scope));
        ClientGrant { subject: SubjectType::User, ..grant }
    }

    fn ask(
        api: &ResourceServer,
        granted: &str,
        grants: &[ClientGrant],
        held: &str,
    ) -> Result<String, &'static str> {
        let said = of_person(&PersonFacts {
            api,
            client: &examples::client("web", ClientKind::RegularWeb),
            grants,
            granted: &words(granted),
            granted_at: Timestamp::from_seconds(NOW),
            held: &words(held),
        });
        let said = said.map_err(|error| error.code.as_str())?;
        let permissions = said.permissions.map(|list| format!(" | {}", list.join(" "))).unwrap_or_default();
        Ok(format!("{}{permissions}", said.scope.join(" ")))
    }

    fn with_policy(policy: UserPolicy) -> ResourceServer {
        let mut api = api();
        let said = SubjectTypeAuthorization { user: Some(Policy { policy }), client: None };
        api.settings.subject_type_authorization = Some(said);
        api
    }

    #[test]
    fn what_is_asked_granted_known_and_held_is_said() {
        let all = "openid read:things write:things";
        // enforced, dialect, granted, held, said
        let cases = [
            (false, TokenDialect::AccessToken, all, "", "openid read:things write:things"),
            (false, TokenDialect::AccessTokenAuthz, all, "read:things", "openid read:things write:things"),
            (true, TokenDialect::AccessToken, all, "", "openid"),
            (true, TokenDialect::AccessToken, all, "write:things read:clients", "openid write:things"),
            (true, TokenDialect::AccessTokenAuthz, all, "", "openid | "),
            (true, TokenDialect::AccessTokenAuthz, all, "read:things", "openid read:things | read:things"),
            // All that is held is named, whatever was asked; what the API forgot is not.
            (true, TokenDialect::AccessTokenAuthz, "openid", "read:things gone", "openid | read:things"),
            (true, TokenDialect::Rfc9068Profile, all, "read:things", "openid read:things"),
            (true, TokenDialect::Rfc9068ProfileAuthz, "", "read:things", " | read:things"),
            (false, TokenDialect::AccessToken, "gone read:things", "", "read:things"),
            (true, TokenDialect::AccessToken, "gone", "gone", ""),
            (
                true,
                TokenDialect::AccessToken,
                "profile email offline_access",
                "",
                "profile email offline_access",
            ),
        ];
        for (enforced, dialect, granted, held, said) in cases {
            let mut api = api();
            api.settings.enforce_policies = Some(enforced);
            api.settings.token_dialect = Some(dialect);
            let got = ask(&api, granted, &[], held);
            assert_eq!(got.as_deref(), Ok(said), "{enforced} {dialect:?} {granted:?} {held:?}");
        }
    }

    #[test]
    fn an_api_may_want_a_client_grant_for_people_too() {
        let api = with_policy(UserPolicy::RequireClientGrant);
        let all = "openid read:things write:things";
        let narrow = [user_grant_of("web", "write:things")];
        assert_eq!(ask(&api, all, &narrow, "").as_deref(), Ok("openid write:things"));
        assert_eq!(ask(&api, all, &[], ""), Err("access_denied"));
        let own = [ClientGrant { subject: SubjectType::Client, ..user_grant_of("web", "write:things") }];
        assert_eq!(ask(&api, all, &own, ""), Err("access_denied"));
        assert_eq!(ask(&api, all, &[user_grant_of("other", "write:things")], ""), Err("access_denied"));
        let elsewhere = [ClientGrant { audience: "https://b.test/".into(), ..user_grant_of("web", "a") }];
        assert_eq!(ask(&api, all, &elsewhere, ""), Err("access_denied"));
        let mut organized = narrow;
        organized[0].organizations.usage = Some(OrganizationUsage::Require);
        assert_eq!(ask(&api, all, &organized, ""), Err("access_denied"), "there are no organizations");
    }

    #[test]
    fn a_grant_may_give_all_that_the_api_knows() {
        let api = with_policy(UserPolicy::RequireClientGrant);
        let all = ClientGrant { allow_all_scopes: Some(true), ..user_grant_of("web", "") };
        let said = ask(&api, "openid read:things write:things gone", &[all], "");
        assert_eq!(said.as_deref(), Ok("openid read:things write:things"));
        let none = ClientGrant { allow_all_scopes: Some(false), ..user_grant_of("web", "") };
        assert_eq!(ask(&api, "openid read:things", &[none], "").as_deref(), Ok("openid"));
    }

    #[test]
    fn a_default_serves_third_parties_that_have_no_grant_of_their_own() {
        let mut client = examples::client("web", ClientKind::RegularWeb);
        let own = user_grant_of("web", "read:things");
        let default = ClientGrant { grantee: Grantee::ThirdParties, ..user_grant_of("x", "write:things") };
        let both = [default.clone(), own.clone()];
        let found = |client: &Client, grants: &[ClientGrant]| {
            find(grants, client, SubjectType::User, "https://api.test/").map(|grant| grant.scope.join(" "))
        };
        let defaults = std::slice::from_ref(&default);
        assert_eq!(found(&client, defaults), None, "a client of the house has none by default");
        client.settings.is_first_party = false;
        assert_eq!(found(&client, defaults).as_deref(), Some("write:things"));
        assert_eq!(found(&client, &both).as_deref(), Some("read:things"));
        assert_eq!(find(&both, &client, SubjectType::Client, "https://api.test/"), None);
        assert_eq!(find(&both, &client, SubjectType::User, "https://b.test/"), None);
    }

    #[test]
    fn an_api_may_want_no_people_at_all() {
        let api = with_policy(UserPolicy::DenyAll);
        assert_eq!(ask(&api, "openid", &[user_grant_of("web", "read:things")], ""), Err("access_denied"));
    }

    #[test]
    fn an_authorization_does_not_outlive_its_api() {
        let mut api = api();
        api.created_at = Timestamp::from_seconds(NOW);
        assert!(ask(&api, "openid", &[], "").is_ok());
        api.created_at = Timestamp::from_millis(NOW * 1000 + 1);
        assert_eq!(ask(&api, "openid", &[], ""), Err("invalid_grant"));
    }

    #[test]
    fn a_programs_permissions_are_its_scope() {
        let mut api = api();
        assert_eq!(of_program(&api, words("a b")), TokenScope { scope: words("a b"), permissions: None });
        api.settings.enforce_policies = Some(true);
        assert_eq!(of_program(&api, words("a")).permissions, None);
        api.settings.token_dialect = Some(TokenDialect::AccessTokenAuthz);
        assert_eq!(of_program(&api, words("a")).permissions, Some(words("a")));
    }
}
