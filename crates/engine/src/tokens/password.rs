//! A person's password for tokens, typed into the client itself.
//!
//! The password is looked at as at our own page: the same counters, one hash whoever it is, one answer. No
//! session of a browser begins, so the tokens name one that nobody else will ever have.
//! Source: RFC 6749 §4.3; OpenID Connect Core §3.1.3.3 for what is given.

use doorward_model::client::grant_type::GrantType;
use doorward_model::connection::Connection;
use doorward_model::log::code::EventCode;
use doorward_model::scope::oidc;
use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_model::token::{AskedClaims, Authorization, Family, RefreshToken};
use doorward_model::user::User;
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_protocol::oauth::grants::password::{self, PasswordInput};
use doorward_store::{StoreError, token_families, users};

use super::mint::{Minted, Order, mint};
use super::redeem_code::{first_refresh_token, push_family};
use super::{Asking, Refused, TokenAnswer, push_success, success};
use crate::app::App;
use crate::fault::Fault;
use crate::login::Problem;
use crate::login::attempts::UnderWay;
use crate::login::prove::{Claim, prove};

pub(super) async fn grant(app: &App, asking: &Asking<'_>, kind: GrantType) -> Result<TokenAnswer, Refused> {
    let (state, entry) = (&asking.caller.tenant, asking.entry);
    let enabled = |connection: &&Connection| entry.connections.contains(&connection.id);
    let connections: Vec<&Connection> = state.connections.iter().filter(enabled).collect();
    let plan = password::decide(&PasswordInput {
        grant: kind,
        client: &entry.client,
        connections: &connections,
        apis: &state.apis,
        grants: &entry.grants,
        settings: &state.tenant.settings,
        issuer: &state.tenant.issuer,
        params: asking.params,
    })?;
    let connection = state.connection(&plan.connection);
    let connection = connection.ok_or_else(|| Fault::internal("a password was planned for no connection"))?;
    let claim = Claim {
        caller: asking.caller,
        login: None,
        client: Some(&entry.client),
        asked: &[connection],
        username: plan.username,
        password: &Secret::new(plan.password.to_owned()),
    };
    let (user, under_way) = match prove(app, &claim).await? {
        Ok(proved) => proved,
        Err(problem) => return Err(Refused::Noted(refusal(problem))),
    };
    let now = app.now();
    let authorization = Authorization {
        client: entry.client.id.clone(),
        user: user.id.clone(),
        session: app.entropy().session_id(now),
        authenticated_at: now,
        scope: plan.scope,
        audience: plan.audience,
        claims: AskedClaims::default(),
    };
    let id = app.entropy().family_id(now);
    let family = Family::new(id, authorization, now, asking.caller.info.device());
    match answer(app, asking, kind, (&family, &user, connection, &under_way)).await {
        Ok(answer) => {
            under_way.end();
            Ok(answer)
        }
        Err(refused) => {
            // The password was right: whatever stood in the way was no guess.
            under_way.give_back(app, &state.tenant.id).await?;
            Err(refused.about(&family.authorization))
        }
    }
}

async fn answer(
    app: &App,
    asking: &Asking<'_>,
    kind: GrantType,
    (family, user, connection, under_way): (&Family, &User, &Connection, &UnderWay),
) -> Result<TokenAnswer, Refused> {
    let has = |value: &str| family.authorization.scope.iter().any(|known| known == value);
    let order = Order {
        grant: kind,
        authorization: family.authorization.clone(),
        granted_at: family.created_at,
        family: family.id.clone(),
        user: user.clone(),
        nonce: None,
        auth_time_wanted: false,
        id_token: has(oidc::OPENID),
        code: None,
    };
    let Minted { access_token, id_token, expires_in, scope, jti } =
        mint(app, &asking.made_for(), order).await?;
    let refresh =
        has(oidc::OFFLINE_ACCESS).then(|| first_refresh_token(app, asking, family, family.created_at));
    let refresh_token = refresh.as_ref().map(|(_, token)| token);
    save(app, asking, (family, user, connection, under_way), (refresh_token, expires_in, jti.as_deref()))
        .await?;
    let refresh_token = refresh.map(|(text, _)| text);
    Ok(TokenAnswer { access_token, id_token, refresh_token, scope, expires_in })
}

/// One batch: the family begins, the login is counted, the tries are forgiven and the event is written.
async fn save(
    app: &App,
    asking: &Asking<'_>,
    (family, user, connection, under_way): (&Family, &User, &Connection, &UnderWay),
    (refresh_token, lifetime, jti): (Option<&RefreshToken>, Lifetime, Option<&str>),
) -> Result<(), Refused> {
    let (caller, now) = (asking.caller, family.created_at);
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    asking.use_up(&mut batch);
    push_family(&mut batch, family, (refresh_token, lifetime));
    let ip = caller.info.ip.map(|ip| ip.to_string());
    users::record_login(&mut batch, &user.id, ip.as_deref(), now);
    under_way.forgive(&mut batch);
    let text = "A client exchanged a person's password for tokens";
    let draft = success(asking, (EventCode::PasswordExchange, text), (&family.authorization, jti))
        .user(user)
        .connection(connection);
    let audience = family.authorization.audience.as_deref();
    push_success(&mut batch, app, (caller, asking.entry), draft, audience);
    match batch.commit_in_company(app.patience()).await {
        Ok(_) => Ok(()),
        Err(StoreError::Unmet { what: token_families::NOT_ALLOWED }) => Err(refusal(Problem::NoMatch).into()),
        Err(error) => Err(error.into()),
    }
}

/// What the client hears. SDKs look for the word of a blocked user.
fn refusal(problem: Problem) -> TokenError {
    match problem {
        Problem::NoMatch => TokenError::new(OAuthErrorCode::InvalidGrant, "Wrong email or password."),
        Problem::TooManyTries => {
            TokenError::new(OAuthErrorCode::TooManyAttempts, "Too many tries. Wait 10 minutes.")
        }
        Problem::Blocked => TokenError::new(OAuthErrorCode::AccessDenied, "user is blocked"),
    }
}
