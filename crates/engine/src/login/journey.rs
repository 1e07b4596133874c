//! For tests: a person, a browser and a client that walk the whole way.

use doorward_model::connection::DEFAULT_DATABASE;
use doorward_model::ids::ClientId;
use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_model::user::{Profile, User};
use doorward_protocol::oauth::params::Params;
use doorward_protocol::oauth::response::Encoded;
use serde_json::{Value, json};

use super::password::{Try, log_in};
use super::{Browser, LoginForm, NewLogin, Return, Step, begin, show};
use crate::app::App;
use crate::caller::{Caller, RequestInfo, Who};
use crate::fault::Fault;
use crate::kit::Kit;
use crate::tokens::{self, Answered, Sent, TokenAnswer};
use crate::users;

pub(crate) const EMAIL: &str = "grace@example.com";
pub(crate) const PASSWORD: &str = "a good password";
pub(crate) const CALLBACK: &str = "https://app.test/cb";
/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) struct Journey {
    pub(crate) kit: Kit,
    pub(crate) client: ClientId,
    pub(crate) user: User,
}

impl Journey {
    /// A public client whose refresh tokens rotate with a leeway of 30 seconds.
    pub(crate) async fn new() -> Self {
        Self::with_leeway(30).await
    }

    pub(crate) async fn with_leeway(leeway: u32) -> Self {
        let kit = Kit::new().await;
        let client = public_client(&kit, leeway).await;
        let user = user(&kit, EMAIL).await;
        Self { kit, client, user }
    }

    pub(crate) fn visitor(&self) -> Caller {
        let info = RequestInfo { ip: "203.0.113.7".parse().ok(), ..RequestInfo::default() };
        Caller { tenant: self.kit.tenant(), who: Who::Anonymous, info }
    }

    pub(crate) fn wait(&self, seconds: u32) {
        self.kit.clock.advance(Lifetime::from_seconds(seconds));
    }

    pub(crate) fn query(&self, client: &ClientId, more: &str) -> String {
        format!(
            "client_id={client}&redirect_uri={CALLBACK}&response_type=code&state=xyz&scope=openid%20email%20offline_access\
             &code_challenge={CHALLENGE}&code_challenge_method=S256{more}"
        )
    }

    pub(crate) async fn begin(&self, browser: &Browser, more: &str) -> Step {
        let params = Params::from_query(&self.query(&self.client, more));
        begin::begin(&self.kit.app, &self.visitor(), &params, browser).await.unwrap()
    }

    /// From the request to the login page.
    pub(crate) async fn to_form(&self, browser: &mut Browser, more: &str) -> LoginForm {
        let Step::Started(NewLogin { id, cookie, expire, .. }) = self.begin(browser, more).await else {
            panic!("no login began")
        };
        browser.logins.retain(|(known, _)| !expire.contains(known));
        browser.logins.push((id.clone(), cookie));
        match show::show(&self.kit.app, &self.visitor(), browser, &id).await.unwrap() {
            Step::Form(form) => form,
            other => panic!("no page but {other:?}"),
        }
    }

    pub(crate) async fn send(&self, browser: &Browser, form: &LoginForm, who: (&str, &str)) -> Step {
        self.send_from(&self.visitor(), browser, form, who).await.unwrap()
    }

    pub(crate) async fn send_from(
        &self,
        visitor: &Caller,
        browser: &Browser,
        form: &LoginForm,
        (username, password): (&str, &str),
    ) -> Result<Step, Fault> {
        let attempt = Try {
            login: form.login.clone(),
            csrf: form.csrf.clone(),
            username: username.to_owned(),
            password: Secret::new(password.to_owned()),
        };
        log_in(&self.kit.app, visitor, browser, attempt).await
    }

    /// The whole way to a code; the browser keeps its session.
    pub(crate) async fn code(&self, browser: &mut Browser) -> Secret {
        let form = self.to_form(browser, "").await;
        match self.send(browser, &form, (EMAIL, PASSWORD)).await {
            Step::Return(back) => {
                browser.session.clone_from(&back.session);
                code_of(&back)
            }
            other => panic!("not logged in but {other:?}"),
        }
    }

    pub(crate) async fn ask(&self, fields: Value) -> Answered<TokenAnswer> {
        let params = Params::from_json(fields.to_string().as_bytes()).unwrap();
        let (caller, params) = (&self.visitor(), &params);
        tokens::grant(&self.kit.app, Sent { caller, authorization: None, params }).await
    }

    pub(crate) async fn redeem(&self, client: &ClientId, code: &Secret) -> Result<TokenAnswer, Fault> {
        self.ask(code_grant(client, code)).await.outcome
    }

    /// The same, asked of another process.
    pub(crate) async fn redeem_at(&self, app: &App, code: &Secret) -> Result<TokenAnswer, Fault> {
        self.ask_at(app, code_grant(&self.client, code)).await
    }

    pub(crate) async fn tokens(&self) -> TokenAnswer {
        let code = self.code(&mut Browser::default()).await;
        self.redeem(&self.client, &code).await.unwrap()
    }

    pub(crate) async fn refresh(&self, token: &Secret) -> Result<TokenAnswer, Fault> {
        let fields = json!({
            "grant_type": "refresh_token",
            "client_id": self.client.as_str(),
            "refresh_token": token.expose(),
        });
        self.ask(fields).await.outcome
    }

    /// The same, asked of another process.
    pub(crate) async fn refresh_at(&self, app: &App, token: &Secret) -> Result<TokenAnswer, Fault> {
        let fields = json!({
            "grant_type": "refresh_token",
            "client_id": self.client.as_str(),
            "refresh_token": token.expose(),
        });
        self.ask_at(app, fields).await
    }

    async fn ask_at(&self, app: &App, fields: Value) -> Result<TokenAnswer, Fault> {
        let params = Params::from_json(fields.to_string().as_bytes()).unwrap();
        let tenant = app.tenant(&self.kit.tenant().tenant.id).unwrap();
        let (caller, params) = (&Caller { tenant, ..self.visitor() }, &params);
        tokens::grant(app, Sent { caller, authorization: None, params }).await.outcome
    }

    pub(crate) async fn block(&self) {
        let tenant = &self.kit.tenant().tenant.id;
        let mut batch = self.kit.app.db().tenant(tenant).batch();
        doorward_store::users::set_blocked(&mut batch, &self.user.id, true, self.kit.app.now());
        batch.commit().await.unwrap();
    }

    /// The type codes of the log, newest first.
    pub(crate) async fn log(&self) -> Vec<&'static str> {
        self.kit.events().await.iter().map(|event| event.code.as_str()).collect()
    }
}

pub(crate) async fn public_client(kit: &Kit, leeway: u32) -> ClientId {
    let body = json!({
        "name": "Shop",
        "app_type": "spa",
        "token_endpoint_auth_method": "none",
        "callbacks": [CALLBACK],
        "allowed_logout_urls": ["https://app.test/bye"],
        "grant_types": ["authorization_code", "refresh_token"],
        "refresh_token": {
            "rotation_type": "rotating",
            "expiration_type": "expiring",
            "leeway": leeway,
            "token_lifetime": 2_592_000,
            "idle_token_lifetime": 1_296_000,
            "infinite_token_lifetime": false,
            "infinite_idle_token_lifetime": false,
        },
    });
    kit.client(body).await.client.id
}

pub(crate) async fn user(kit: &Kit, email: &str) -> User {
    let new = users::NewUser {
        connection: DEFAULT_DATABASE,
        email,
        email_verified: true,
        password: Secret::new(PASSWORD.to_owned()),
        profile: Profile::default(),
    };
    users::create(&kit.app, &kit.shell(), new).await.unwrap()
}

/// The code of an answer by redirect.
pub(crate) fn code_of(back: &Return) -> Secret {
    Secret::new(field(back, "code").unwrap_or_else(|| panic!("no code in the answer")))
}

/// A field of an answer by redirect.
pub(crate) fn field(back: &Return, name: &str) -> Option<String> {
    let Encoded::Location(address) = &back.encoded else { panic!("no redirect") };
    let (_, query) = address.split_once('?')?;
    Params::from_query(query).ok()?.get(name).map(str::to_owned)
}

/// The `error` of a refusal by the token endpoint.
pub(crate) fn error<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> &'static str {
    match outcome {
        Err(Fault::Token(error)) => error.code.as_str(),
        other => panic!("not refused but {other:?}"),
    }
}

fn code_grant(client: &ClientId, code: &Secret) -> Value {
    json!({
        "grant_type": "authorization_code",
        "client_id": client.as_str(),
        "code": code.expose(),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    })
}
