//! A person's password for tokens, typed into the client itself.
//!
//! Owns which connection is asked and what may be granted. Must not know how a password is compared.
//! The grant is off unless a client holds it. Nobody can be asked for consent here, so third parties
//! never have it.
//!
//! Source: RFC 6749 §4.3; the original's `default_directory` and its grant with a `realm`.

use doorward_model::api::{ClientGrant, ResourceServer};
use doorward_model::client::Client;
use doorward_model::client::grant_type::GrantType;
use doorward_model::connection::Connection;
use doorward_model::ids::ConnectionId;
use doorward_model::tenant::{Issuer, TenantSettings};

use super::table::{Chapter, Check};
use super::{may_use, required, target};
use crate::oauth::api_scope::{self, Denied, Grantable};
use crate::oauth::error::{OAuthErrorCode, TokenError};
use crate::oauth::params::Params;

/// All that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct PasswordInput<'a> {
    /// With or without a realm.
    pub grant: GrantType,
    /// The client.
    pub client: &'a Client,
    /// The connections that are switched on for the client.
    pub connections: &'a [&'a Connection],
    /// The tenant's APIs.
    pub apis: &'a [ResourceServer],
    /// The client's grants on them.
    pub grants: &'a [ClientGrant],
    /// The tenant's settings.
    pub settings: &'a TenantSettings,
    /// The tenant's issuer.
    pub issuer: &'a Issuer,
    /// What was sent.
    pub params: &'a Params,
}

/// What follows if the password is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordPlan<'a> {
    /// Who the person claims to be.
    pub username: &'a str,
    /// Their password.
    pub password: &'a str,
    /// The connection that knows the person.
    pub connection: ConnectionId,
    /// The API, by identifier; none means userinfo only.
    pub audience: Option<String>,
    /// What is granted.
    pub scope: Vec<String>,
}

type PasswordCheck = Check<fn(&PasswordInput<'_>) -> Result<(), TokenError>>;

/// The checks in their order.
const CHECKS: [PasswordCheck; 5] = [
    Check {
        name: "grant_types of the client",
        says: "hold the grant, with or without a realm",
        source: "RFC 6749 §5.2",
        failure: "403 `unauthorized_client`",
        run: |input| may_use(input.client, input.grant),
    },
    Check {
        name: "client",
        says: "is one of the house: nobody can be asked for consent here",
        source: "RFC 6749 §4.3",
        failure: "403 `unauthorized_client`",
        run: first_party,
    },
    Check {
        name: "username, password",
        says: "are there",
        source: "RFC 6749 §4.3.2",
        failure: "`invalid_request`",
        run: |input| credentials(input).map(drop),
    },
    Check {
        name: "realm",
        says: "names a connection that is enabled for the client; without a realm it is the default directory of the tenant",
        source: "the original's `default_directory` and `password-realm`",
        failure: "`invalid_request`",
        run: |input| connection(input).map(drop),
    },
    Check {
        name: "audience, or resource",
        says: "is absent, or the identifier of an API whose tokens of people this client may have; both name the same one",
        source: "RFC 8707 §2 (also as `audience`)",
        failure: "403 `access_denied`; `invalid_target` where resource was sent",
        run: |input| grantable(input).map(drop),
    },
];

/// The table as a chapter of the reference page.
pub(super) fn chapter() -> Chapter {
    let says = "Then the password is looked at, once, after the tries were counted: `invalid_grant` where it is wrong, 429 \
                `too_many_attempts` where it was wrong too often.";
    Chapter::of("password, and password-realm", says, &CHECKS)
}

/// Whether a password may be looked at, and where.
///
/// # Errors
/// `unauthorized_client` when the client may not use the grant, `invalid_request` when something is missing
/// or the connection is not one of the client's, `access_denied` when the API is unknown or not granted.
pub fn decide<'a>(input: &PasswordInput<'a>) -> Result<PasswordPlan<'a>, TokenError> {
    CHECKS.iter().try_for_each(|check| (check.run)(input))?;
    let (username, password) = credentials(input)?;
    let grantable = grantable(input)?;
    // The original gives all that the API has to whoever asks for nothing.
    let scope = input.params.get("scope").map_or_else(|| grantable.all(), |scope| grantable.of(scope));
    Ok(PasswordPlan {
        username,
        password,
        connection: connection(input)?.id.clone(),
        audience: grantable.api.map(|api| api.identifier.clone()),
        scope,
    })
}

fn first_party(input: &PasswordInput<'_>) -> Result<(), TokenError> {
    if input.client.settings.is_first_party {
        return Ok(());
    }
    let text = "A client of a third party may not ask for passwords. Use the authorization code flow.";
    Err(TokenError::new(OAuthErrorCode::UnauthorizedClient, text))
}

fn credentials<'a>(input: &PasswordInput<'a>) -> Result<(&'a str, &'a str), TokenError> {
    Ok((required(input.params, "username")?, required(input.params, "password")?))
}

/// The API that is asked for, and what of it the client may have in the name of people.
fn grantable<'a>(input: &PasswordInput<'a>) -> Result<Grantable<'a>, TokenError> {
    let denied = |Denied(text)| TokenError::new(OAuthErrorCode::AccessDenied, &text);
    let asked = api_scope::asked(target(input.params)?, (input.apis, input.settings), input.issuer);
    let unknown = api_scope::unknown_target(input.params.get("resource"));
    let api = asked.map_err(|Denied(text)| TokenError::new(unknown, &text))?;
    let grant = match api {
        Some(api) => api_scope::user_grant(api, input.client, input.grants).map_err(denied)?,
        None => None,
    };
    Ok(Grantable { api, grant, offline: input.client.may_use(&GrantType::RefreshToken) })
}

/// The connection of the realm, else the tenant's default directory.
fn connection<'a>(input: &PasswordInput<'a>) -> Result<&'a Connection, TokenError> {
    let refuse = |text| Err(TokenError::new(OAuthErrorCode::InvalidRequest, text));
    let mut usable =
        input.connections.iter().copied().filter(|connection| connection.may_serve(input.client));
    if input.grant == GrantType::PasswordRealm {
        let realm = required(input.params, "realm")?;
        let text = "The realm was not found, or its connection is not enabled for this client.";
        return usable.find(|connection| connection.answers_to(realm)).map_or_else(|| refuse(text), Ok);
    }
    let Some(name) = input.settings.default_directory() else {
        return refuse(
            "The tenant has no default_directory. Set it to the name of a connection, or name a realm with \
             grant_type=http://auth0.com/oauth/grant-type/password-realm.",
        );
    };
    let text = "The default_directory of the tenant is no connection that is enabled for this client.";
    usable.find(|connection| connection.name == name).map_or_else(|| refuse(text), Ok)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oauth::authorize::examples::Scene;

    const WHO: &str = "username=ada@acme.test&password=p";

    /// The answer to a request of a client that holds both grants.
    fn asked(
        scene: &mut Scene,
        grant: GrantType,
        body: &str,
    ) -> Result<(String, String), (u16, &'static str)> {
        scene.web.settings.grant_types =
            vec![GrantType::Password, GrantType::PasswordRealm, GrantType::RefreshToken];
        decided(scene, grant, body)
    }

    fn decided(scene: &Scene, grant: GrantType, body: &str) -> Result<(String, String), (u16, &'static str)> {
        let connections: Vec<&Connection> = scene.connections.iter().collect();
        let params = Params::from_query(body).unwrap();
        let plan = decide(&PasswordInput {
            grant,
            client: &scene.web,
            connections: &connections,
            apis: &scene.apis,
            grants: &scene.grants,
            settings: &scene.settings,
            issuer: &scene.issuer,
            params: &params,
        });
        plan.map(|plan| (plan.connection.to_string(), plan.scope.join(" ")))
            .map_err(|error| (error.status, error.code.as_str()))
    }

    fn directory(scene: &mut Scene, name: &str) {
        let change = json!({ "default_directory": name });
        scene.settings = scene.settings.apply(change.as_object().unwrap()).unwrap();
    }

    #[test]
    fn nobody_has_the_grant_who_does_not_hold_it_and_no_third_party_ever() {
        let mut scene = Scene::default();
        directory(&mut scene, "People");
        for grant in [GrantType::Password, GrantType::PasswordRealm] {
            assert_eq!(decided(&scene, grant, WHO), Err((403, "unauthorized_client")));
        }
        assert!(asked(&mut scene, GrantType::Password, WHO).is_ok());
        scene.web.settings.is_first_party = false;
        assert_eq!(asked(&mut scene, GrantType::Password, WHO), Err((403, "unauthorized_client")));
    }

    #[test]
    fn the_connection_is_the_default_directory_or_the_realm() {
        let mut scene = Scene::default();
        let invalid = Err((400, "invalid_request"));
        assert_eq!(asked(&mut scene, GrantType::Password, WHO), invalid);
        directory(&mut scene, "Staff");
        assert_eq!(asked(&mut scene, GrantType::Password, WHO).unwrap().0, "con_2");
        directory(&mut scene, "Nobody");
        assert_eq!(asked(&mut scene, GrantType::Password, WHO), invalid);
        scene.connections[0].settings.realms = Some(vec!["crew".to_owned()]);
        for (realm, expected) in [("People", "con_1"), ("crew", "con_1"), ("Staff", "con_2")] {
            let body = format!("{WHO}&realm={realm}");
            assert_eq!(asked(&mut scene, GrantType::PasswordRealm, &body).unwrap().0, expected, "{realm}");
        }
        for body in [WHO.to_owned(), format!("{WHO}&realm=Nobody"), format!("{WHO}&realm=")] {
            assert_eq!(asked(&mut scene, GrantType::PasswordRealm, &body), invalid, "{body}");
        }
    }

    #[test]
    fn rfc_6749_4_3_2_who_and_password_are_required() {
        let mut scene = Scene::default();
        directory(&mut scene, "People");
        for body in ["", "username=ada", "password=p", "username=&password=p", "username=ada&password="] {
            assert_eq!(asked(&mut scene, GrantType::Password, body), Err((400, "invalid_request")), "{body}");
        }
    }

    #[test]
    fn without_a_scope_all_of_the_api_is_granted_and_else_what_is_asked() {
        let mut scene = Scene::default();
        directory(&mut scene, "People");
        scene.apis[0].allow_offline_access = true;
        for (more, expected) in [
            ("", ""),
            ("&audience=https://api.test/", "read:things write:things read:clients"),
            ("&scope=openid+read:things", "openid"),
            (
                "&audience=https://api.test/&scope=openid+read:things+offline_access+x",
                "openid read:things offline_access",
            ),
            ("&audience=https://id.test/userinfo&scope=openid", "openid"),
        ] {
            let plan = asked(&mut scene, GrantType::Password, &format!("{WHO}{more}"));
            assert_eq!(plan.unwrap().1, expected, "{more}");
        }
        let unknown = format!("{WHO}&audience=https://nowhere.test/");
        assert_eq!(asked(&mut scene, GrantType::Password, &unknown), Err((403, "access_denied")));
    }

    #[test]
    fn rfc_8707_2_resource_names_the_api_and_no_other_one_than_audience() {
        let mut scene = Scene::default();
        directory(&mut scene, "People");
        let mut ask = |more: &str| {
            let plan = asked(&mut scene, GrantType::Password, &format!("{WHO}{more}&scope=read:things"));
            plan.map(|plan| plan.1)
        };
        assert_eq!(ask("&resource=https://api.test/"), Ok("read:things".to_owned()));
        assert_eq!(ask("&resource=https://nowhere.test/"), Err((400, "invalid_target")));
        let differ = "&resource=https://api.test/&audience=https://id.test/userinfo";
        assert_eq!(ask(differ), Err((400, "invalid_target")));
    }
}
