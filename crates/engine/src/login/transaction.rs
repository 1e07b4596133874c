//! A login that is under way: the request as it was parsed, kept by the browser that began it.
//!
//! The id stands in addresses and proves nothing. What proves that a browser began the login is its
//! cookie: authenticated ciphertext that nobody else can make or plant (`__Host-`). Without it there
//! is no login, whatever id was sent: that is the defence against session fixation and login CSRF.
//! A request too large for a cookie is kept as a row; the cookie then holds the rest.
//! Source: RFC 9700 §4.7; OWASP "Login CSRF".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_model::ids::{LoginId, SessionId, TenantId};
use doorward_model::secret::{SealedSecret, Secret};
use doorward_model::time::{Lifetime, Timestamp};
use doorward_protocol::digest;
use doorward_protocol::oauth::authorize::AuthorizeRequest;
use doorward_store::login_attempts::{self, AttemptLimit};
use doorward_store::{StoreError, logins};
use serde::{Deserialize, Serialize};

use super::{Browser, Hosted, NewLogin, attempts};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::sealing::Place;
use crate::sessions::Present;

/// How long a login may take.
pub const LIFETIME: Lifetime = Lifetime::from_seconds(3600);
/// How many logins one browser may have under way; the oldest make room.
pub const KEPT: usize = 5;
/// The longest text that goes into a cookie.
const COOKIE_LIMIT: usize = 2048;
/// How many requests too large for a cookie an address may send within [`attempts::WINDOW`].
const ROWS_PER_ADDRESS: u32 = 100;
const ROWS: &str = "the address has large requests left";

/// A login that is under way.
pub(crate) struct Transaction {
    /// Its id.
    pub id: LoginId,
    /// What was asked.
    pub request: AuthorizeRequest,
    /// When it began.
    pub started_at: Timestamp,
    /// The session that the person began within it.
    pub logged_in: Option<LoggedIn>,
    binding: Secret,
}

/// That the person proved who they are within a login that is still under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LoggedIn {
    /// When.
    pub at: Timestamp,
    /// The session that began.
    pub session: SessionId,
    /// The id that the login had until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginId>,
}

/// What the cookie holds, sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    at: Timestamp,
    binding: String,
    request: Option<AuthorizeRequest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logged_in: Option<LoggedIn>,
}

impl Transaction {
    /// What the form must send back: known only to who can read this browser's login page.
    pub fn csrf(&self) -> String {
        let text = format!("csrf {} {}", self.id, self.binding.expose());
        URL_SAFE_NO_PAD.encode(digest::sha256(text.as_bytes()))
    }

    /// Whether `sent` is [`Self::csrf`].
    pub fn csrf_matches(&self, sent: &str) -> bool {
        Secret::new(self.csrf()) == Secret::new(sent.to_owned())
    }

    /// What the consent form must send back: known only to who can read the page of this browser, and
    /// good for one session only, so that nobody allows what somebody else was shown.
    pub fn consent_csrf(&self, session: &SessionId) -> String {
        let text = format!("consent {} {} {session}", self.id, self.binding.expose());
        URL_SAFE_NO_PAD.encode(digest::sha256(text.as_bytes()))
    }

    /// Whether `sent` is [`Self::consent_csrf`].
    pub fn consent_csrf_matches(&self, session: &SessionId, sent: &str) -> bool {
        Secret::new(self.consent_csrf(session)) == Secret::new(sent.to_owned())
    }

    /// When the person who is `present` proved who they are within this login, if they did.
    pub fn logged_in(&self, present: &Present) -> Option<Timestamp> {
        self.logged_in.as_ref().filter(|here| here.session == present.session.id).map(|here| here.at)
    }

    /// The id that the login began with, by which the log knows it: it gets another one when a question follows.
    pub fn first_id(&self) -> &LoginId {
        self.logged_in.as_ref().and_then(|here| here.login.as_ref()).unwrap_or(&self.id)
    }

    /// Whether it took too long.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.started_at.after(LIFETIME)
    }
}

/// Keeps a request for the browser that sent it, and what happened in it so far.
pub(crate) async fn start(
    app: &App,
    caller: &Caller,
    browser: &Browser,
    (request, logged_in): (&AuthorizeRequest, Option<LoggedIn>),
    page: Hosted,
) -> Result<NewLogin, Fault> {
    let now = app.now();
    let tenant = &caller.tenant.tenant.id;
    let id = app.entropy().login_id(now);
    let binding = app.entropy().token();
    let binding = binding.expose().to_owned();
    let kept = Kept { at: now, binding, request: Some(request.clone()), logged_in };
    let mut cookie = seal(app, tenant, &id, &kept)?;
    if cookie.as_str().len() > COOKIE_LIMIT {
        let row = cookie;
        cookie = seal(app, tenant, &id, &Kept { request: None, ..kept })?;
        keep_row(app, caller, (&id, &row)).await?;
    }
    let expire = surplus(app, tenant, browser);
    Ok(NewLogin { page, id, cookie: Secret::new(cookie.as_str().to_owned()), expire, session: None })
}

/// Keeps a request as a row. Anybody may send one, so an address has only so many of them.
async fn keep_row(app: &App, caller: &Caller, (id, row): (&LoginId, &SealedSecret)) -> Result<(), Fault> {
    let now = app.now();
    let subject = attempts::large_requests(caller.info.ip);
    let limit = AttemptLimit { subject: &subject, limit: ROWS_PER_ADDRESS, window: attempts::WINDOW };
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    login_attempts::push_reserve(&mut batch, &limit, ROWS, now);
    logins::put(&mut batch, id, row, now.after(LIFETIME));
    match batch.commit().await {
        Ok(_) => Ok(()),
        Err(StoreError::Unmet { what: ROWS }) => Err(Fault::LimitReached { retry_after: attempts::WINDOW }),
        Err(error) => Err(error.into()),
    }
}

/// Opens a login of this browser. Nothing when the browser did not begin it.
pub(crate) async fn open(
    app: &App,
    tenant: &TenantId,
    browser: &Browser,
    id: &LoginId,
) -> Result<Option<Transaction>, Fault> {
    let Some(kept) = browser.login(id).and_then(|cookie| unseal(app, tenant, id, cookie.expose())) else {
        return Ok(None);
    };
    let (started_at, logged_in) = (kept.at, kept.logged_in);
    let binding = Secret::new(kept.binding);
    let request = match kept.request {
        Some(request) => Some(request),
        None => {
            let row = logins::get(&app.db().tenant(tenant), id, app.now()).await?;
            row.and_then(|row| unseal(app, tenant, id, row.as_str()))
                .filter(|row| Secret::new(row.binding.clone()) == binding)
                .and_then(|row| row.request)
        }
    };
    Ok(request.map(|request| Transaction { id: id.clone(), request, started_at, logged_in, binding }))
}

/// The logins that must go so that one more has room: those that cannot be read and the oldest.
fn surplus(app: &App, tenant: &TenantId, browser: &Browser) -> Vec<LoginId> {
    let mut known: Vec<(Timestamp, &LoginId)> = browser
        .logins
        .iter()
        .map(|(id, cookie)| {
            let at = unseal(app, tenant, id, cookie.expose()).map(|kept| kept.at);
            (at.unwrap_or(Timestamp::from_millis(0)), id)
        })
        .collect();
    known.sort();
    let room = KEPT - 1;
    let over = known.len().saturating_sub(room);
    known
        .into_iter()
        .enumerate()
        .filter(|(i, (at, _))| *i < over || at.millis() == 0)
        .map(|(_, (_, id))| id.clone())
        .collect()
}

fn place<'a>(tenant: &'a TenantId, id: &'a LoginId) -> Place<'a> {
    Place { tenant, table: "cookie", row: id.as_str(), purpose: "login" }
}

fn seal(app: &App, tenant: &TenantId, id: &LoginId, kept: &Kept) -> Result<SealedSecret, Fault> {
    let text = serde_json::to_vec(kept).map_err(|error| Fault::internal(error.to_string()))?;
    Ok(app.sealing().seal(place(tenant, id), &text)?)
}

fn unseal(app: &App, tenant: &TenantId, id: &LoginId, text: &str) -> Option<Kept> {
    let sealed = SealedSecret::from_ciphertext(text.to_owned());
    let opened = app.sealing().open_bytes(place(tenant, id), &sealed).ok()?;
    serde_json::from_slice(&opened).ok()
}
