//! Drives a running Doorward with the crate `openidconnect`: discovery, login by code with PKCE, the ID token,
//! userinfo, introspection, refresh, revocation, logout, a device, and a token for a program. Run by
//! the test `binary::openidconnect`.
//!
//! Environment: ISSUER, CA, WEB_ID, WEB_SECRET, DEVICE_ID, MACHINE_ID, MACHINE_SECRET, AUDIENCE, USERNAME, PASSWORD.

mod person;

use std::env;

use anyhow::{Context as _, Result, ensure};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreDeviceAuthorizationResponse, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DeviceAuthorizationUrl, EndSessionUrl, IntrospectionUrl, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl,
    RequestTokenError, RevocationUrl, Scope, TokenIntrospectionResponse as _, TokenResponse as _,
};
use person::{Arrived, Person};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url};
use serde::{Deserialize, Serialize};

const CALLBACK: &str = "https://app.example.test/callback";
const BYE: &str = "https://app.example.test/bye";

/// What discovery says beyond OpenID Connect Discovery.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Further {
    revocation_endpoint: RevocationUrl,
    introspection_endpoint: IntrospectionUrl,
    end_session_endpoint: EndSessionUrl,
    device_authorization_endpoint: DeviceAuthorizationUrl,
}

impl AdditionalProviderMetadata for Further {}

type Metadata = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

fn variable(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("{name} is not set"))
}

/// A value of the callback's query.
fn answer(callback: &Url, name: &str) -> Result<String> {
    let found = callback.query_pairs().find(|(known, _)| known == name);
    Ok(found.with_context(|| format!("no {name} in {callback}"))?.1.into_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let authority = Certificate::from_pem(&std::fs::read(variable("CA")?)?)?;
    let http = Client::builder()
        .add_root_certificate(authority.clone())
        .tls_built_in_root_certs(false)
        .redirect(Policy::none())
        .build()?;
    let issuer = IssuerUrl::new(variable("ISSUER")?)?;
    let metadata = Metadata::discover_async(issuer, &http).await.context("discovery")?;
    println!("ok - discovery");
    let person = Person::new(metadata.issuer().url(), &authority)?;
    a_person_logs_in_and_out(&metadata, &http, &person).await?;
    a_device_gets_tokens(&metadata, &http, &person).await?;
    a_program_gets_a_token(&metadata, &http).await
}

/// Fills in the login page.
async fn log_in(person: &Person, page: Arrived) -> Result<Arrived> {
    let (username, password) = (variable("USERNAME")?, variable("PASSWORD")?);
    person.submit(page, &[("username", &username), ("password", &password)]).await
}

async fn a_person_logs_in_and_out(metadata: &Metadata, http: &Client, person: &Person) -> Result<()> {
    let further = metadata.additional_metadata();
    let secret = ClientSecret::new(variable("WEB_SECRET")?);
    let client = CoreClient::from_provider_metadata(
        metadata.clone(),
        ClientId::new(variable("WEB_ID")?),
        Some(secret),
    )
    .set_redirect_uri(RedirectUrl::new(CALLBACK.into())?)
    .set_revocation_url(further.revocation_endpoint.clone())
    .set_introspection_url(further.introspection_endpoint.clone());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.into())))
        .set_pkce_challenge(challenge)
        .url();
    let page = person.open(address).await?;
    let username = variable("USERNAME")?;
    let Arrived::Elsewhere(callback) = log_in(person, page).await? else {
        anyhow::bail!("the login did not end at the application")
    };
    ensure!(answer(&callback, "state")? == *state.secret(), "another state");
    let code = AuthorizationCode::new(answer(&callback, "code")?);
    let tokens = client.exchange_code(code)?.set_pkce_verifier(verifier).request_async(http).await?;
    println!("ok - authorization code with PKCE");

    let id_token = tokens.id_token().context("no ID token")?;
    let id_token_verifier = client.id_token_verifier();
    let claims = id_token.claims(&id_token_verifier, &nonce)?;
    ensure!(claims.email().is_some_and(|email| email.as_str() == username), "{claims:?}");
    if let Some(expected) = claims.access_token_hash() {
        let (algorithm, key) = (id_token.signing_alg()?, id_token.signing_key(&id_token_verifier)?);
        let hash = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)?;
        ensure!(hash == *expected, "at_hash is of another access token");
    }
    println!("ok - ID token");

    let subject = claims.subject().clone();
    let info: CoreUserInfoClaims =
        client.user_info(tokens.access_token().clone(), Some(subject))?.request_async(http).await?;
    ensure!(info.email().is_some_and(|email| email.as_str() == username), "{info:?}");
    println!("ok - userinfo");

    let known = client.introspect(tokens.access_token()).request_async(http).await?;
    ensure!(known.active() && known.sub() == Some(claims.subject().as_str()), "{known:?}");
    println!("ok - introspection");

    let first = tokens.refresh_token().context("no refresh token")?;
    let renewed: CoreTokenResponse = client.exchange_refresh_token(first)?.request_async(http).await?;
    let second = renewed.refresh_token().context("no refresh token on refresh")?;
    ensure!(second.secret() != first.secret(), "the refresh token was not rotated");
    // The nonce of the login is not repeated (OpenID Connect Core §12.2).
    let is_without = |nonce: Option<&Nonce>| nonce.map_or(Ok(()), |_| Err("a nonce on refresh".to_owned()));
    let again =
        renewed.id_token().context("no ID token on refresh")?.claims(&id_token_verifier, is_without)?;
    ensure!(again.subject() == claims.subject(), "another person on refresh");
    println!("ok - refresh");

    client.revoke_token(second.clone().into())?.request_async(http).await?;
    let gone = client.introspect(renewed.access_token()).request_async(http).await?;
    ensure!(!gone.active(), "what came of a revoked token works on");
    let refused = client.exchange_refresh_token(second)?.request_async(http).await;
    let code = match refused {
        Err(RequestTokenError::ServerResponse(error)) => error.error().to_string(),
        other => anyhow::bail!("expected a refusal: {other:?}"),
    };
    ensure!(code == "invalid_grant", "{code}");
    println!("ok - revocation");

    let leave = LogoutRequest::from(further.end_session_endpoint.clone())
        .set_id_token_hint(id_token)
        .set_client_id(ClientId::new(variable("WEB_ID")?))
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(BYE.into())?)
        .set_state(state.clone())
        .http_get_url();
    let Arrived::Elsewhere(bye) = person.open(leave).await? else { anyhow::bail!("a page after logout") };
    ensure!(bye.as_str().starts_with(BYE) && answer(&bye, "state")? == *state.secret(), "{bye}");
    println!("ok - RP-initiated logout");
    Ok(())
}

async fn a_device_gets_tokens(metadata: &Metadata, http: &Client, person: &Person) -> Result<()> {
    let endpoint = metadata.additional_metadata().device_authorization_endpoint.clone();
    let client =
        CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(variable("DEVICE_ID")?), None)
            .set_device_authorization_url(endpoint);
    let waiting: CoreDeviceAuthorizationResponse =
        client.exchange_device_code().add_scope(Scope::new("email".into())).request_async(http).await?;
    let link = waiting.verification_uri_complete().context("no link with the code")?;
    let field = person.open(Url::parse(link.secret())?).await?;
    let question = person.submit(field, &[]).await?;
    let login = person.submit(question, &[("action", "accept")]).await?;
    log_in(person, login).await?;
    let asked = client.exchange_device_access_token(&waiting)?;
    let tokens = asked.request_async(http, tokio::time::sleep, None).await?;
    let id_token = tokens.id_token().context("no ID token for the device")?;
    let claims = id_token.claims(&client.id_token_verifier(), |_: Option<&Nonce>| Ok(()))?;
    let username = variable("USERNAME")?;
    ensure!(claims.email().is_some_and(|email| email.as_str() == username), "{claims:?}");
    println!("ok - device");
    Ok(())
}

async fn a_program_gets_a_token(metadata: &Metadata, http: &Client) -> Result<()> {
    let secret = ClientSecret::new(variable("MACHINE_SECRET")?);
    let client = CoreClient::from_provider_metadata(
        metadata.clone(),
        ClientId::new(variable("MACHINE_ID")?),
        Some(secret),
    );
    let audience = variable("AUDIENCE")?;
    let tokens = client
        .exchange_client_credentials()?
        .add_extra_param("audience", &audience)
        .request_async(http)
        .await?;
    let clients = metadata.issuer().url().join("api/v2/clients")?;
    let answer = http.get(clients).bearer_auth(tokens.access_token().secret()).send().await?;
    ensure!(answer.status() == 200, "{}", answer.status());
    println!("ok - client credentials");
    Ok(())
}
