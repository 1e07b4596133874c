//! The client secret: shown to whoever ticks the box, after a fresh sign-in; and replaced.
//!
//! Source: the brief, "Client Secret"; UX §1.5, "Reveal needs a fresh sign-in".

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use doorward_engine::admins::{self, LoginProblem};
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_model::client::secrets::{NewSecret, Overlap, Rank};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::SecretId;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::{SignedForm, cookie_of};
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode};

use super::tabs::settings::{self, Shown, Values};
use super::{Header, Opened, Tab, activity, open, path};
use crate::frame::Frame;
use crate::parts;

/// What the password is asked for, and where it goes.
pub(crate) struct Purpose {
    pub tab: Tab,
    /// The heading.
    pub title: &'static str,
    /// What the button says.
    pub verb: &'static str,
    pub action: String,
    pub back: String,
    /// What the form that was sent held besides.
    pub carried: Vec<(&'static str, String)>,
}

/// Asks for the password before something is shown.
#[derive(Template)]
#[template(path = "clients/confirm.html")]
struct ConfirmPage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
    purpose: &'a Purpose,
    errors: &'a FieldErrors,
}

/// Asks whether the secret is to be replaced.
#[derive(Template)]
#[template(path = "clients/rotate.html")]
struct RotatePage<'a> {
    frame: &'a Frame,
    opened: &'a Opened,
    errors: FieldErrors,
}

/// How long the old secret keeps working beside the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OldLife {
    Now,
    Hour,
    Day,
    Week,
    UntilStopped,
}

impl OldLife {
    const ALL: [OldLife; 5] =
        [OldLife::Now, OldLife::Hour, OldLife::Day, OldLife::Week, OldLife::UntilStopped];

    fn as_str(self) -> &'static str {
        match self {
            OldLife::Now => "now",
            OldLife::Hour => "hour",
            OldLife::Day => "day",
            OldLife::Week => "week",
            OldLife::UntilStopped => "until_stopped",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    fn title(self) -> &'static str {
        match self {
            OldLife::Now => "No longer: it stops now",
            OldLife::Hour => "1 hour",
            OldLife::Day => "24 hours",
            OldLife::Week => "7 days",
            OldLife::UntilStopped => "Until I turn it off",
        }
    }

    /// Whether it is what is chosen at first.
    fn is_usual(self) -> bool {
        self.overlap() == Overlap::DEFAULT
    }

    fn overlap(self) -> Overlap {
        match self {
            OldLife::Now => Overlap::None,
            OldLife::Hour => Overlap::For(Lifetime::from_seconds(3600)),
            OldLife::Day => Overlap::For(Lifetime::from_seconds(86_400)),
            OldLife::Week => Overlap::DEFAULT,
            OldLife::UntilStopped => Overlap::UntilStopped,
        }
    }

    fn said(self) -> String {
        match self {
            OldLife::Now => "The client has a new secret. The old one stopped working.".to_owned(),
            OldLife::UntilStopped => {
                "The client has a new secret. The old one works until you stop it.".to_owned()
            }
            other => format!("The client has a new secret. The old one works for {} more.", other.title()),
        }
    }
}

impl RotatePage<'_> {
    fn path(&self, page: &str) -> String {
        path(&self.opened.client.id, page)
    }

    fn error(&self) -> Option<&str> {
        self.errors.all().first().map(|error| error.text.as_str())
    }

    fn uses(&self) -> Option<String> {
        let (count, noun) = activity::uses(&self.opened.client, &self.opened.activity);
        (self.opened.activity.successes > 0).then(|| format!("{count} {noun}"))
    }
}

pub(crate) async fn ask(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::ReadClientKeys)?;
    let opened = open(&web, &frame, &id).await?;
    Ok(confirm_page(&frame, (&opened, &seeing(&opened)), &FieldErrors::default()))
}

/// Seeing the secret in the settings.
fn seeing(opened: &Opened) -> Purpose {
    let id = &opened.client.id;
    Purpose {
        tab: Tab::Settings,
        title: "Confirm it is you to see the secret.",
        verb: "Reveal Client Secret",
        action: path(id, "secret"),
        back: path(id, "settings"),
        carried: vec![("reveal", "on".to_owned())],
    }
}

/// The page that asks for the password.
pub(crate) fn confirm_page(
    frame: &Frame,
    (opened, purpose): (&Opened, &Purpose),
    errors: &FieldErrors,
) -> Page {
    let header = Header::of(opened, frame, purpose.tab);
    frame.page(&ConfirmPage { frame, header, purpose, errors })
}

/// Whether the password was typed lately, in this form or before; else the page that asks for it.
///
/// # Errors
/// When whoever asks may not see secrets, or trouble with the store.
pub(crate) async fn confirmed(
    web: &Web,
    frame: &Frame,
    (opened, purpose): (&Opened, &Purpose),
    headers: &HeaderMap,
    form: &SignedForm,
) -> Result<Result<(), Page>, PageFault> {
    frame.caller().may(ApiScope::ReadClientKeys)?;
    let Some(cookie) = cookie_of(headers) else {
        return Err(Fault::internal("an admin without a cookie came past the guard").into());
    };
    let asked = |errors: &FieldErrors| {
        confirm_page(frame, (opened, purpose), errors).status(StatusCode::UNPROCESSABLE_ENTITY)
    };
    if let Some(password) = form.get("password") {
        let password = Secret::new(password.to_owned());
        if let Err(problem) = admins::confirm(web.app(), form.caller(), &cookie, &password).await? {
            return Ok(Err(asked(&problem_text(problem))));
        }
    }
    if admins::is_fresh(web.app(), form.caller(), &cookie).await? {
        return Ok(Ok(()));
    }
    Ok(Err(asked(&FieldErrors::default())))
}

/// Shows the secret in the page, with what else was typed there. No redirect: what it shows must not
/// be had by opening an address.
pub(crate) async fn reveal(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let opened = open(&web, &frame, &id).await?;
    // The form of the password has no fields but its own; that of the settings is kept as typed.
    let mut shown = match form.get("version") {
        Some(_) => Shown::typed(&form, &opened.client),
        None => Shown::plain(&opened.client, Values::of(&opened.client)),
    };
    if form.is_on("reveal") || form.get("password").is_some() {
        let purpose = seeing(&opened);
        if let Err(page) = confirmed(&web, &frame, (&opened, &purpose), &headers, &form).await? {
            return Ok(page.into_response());
        }
    }
    if form.is_on("reveal")
        && let Some(cookie) = cookie_of(&headers)
    {
        let known = clients::reveal_secret(web.app(), form.caller(), &opened.client.id, &cookie).await?;
        shown.secret = known.and_then(|known| known.secret);
    }
    Ok(settings::page(&web, &frame, &opened, &shown, &FieldErrors::default()).await?.into_response())
}

fn problem_text(problem: LoginProblem) -> FieldErrors {
    let text = match problem {
        LoginProblem::NoMatch => "This is not your password. Try again.",
        LoginProblem::TooManyTries => "Too many tries. Wait ten minutes and try again.",
    };
    FieldError::new("password", "match", text).into()
}

pub(crate) async fn show_rotate(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::UpdateClientKeys)?;
    let opened = open(&web, &frame, &id).await?;
    Ok(frame.page(&RotatePage { frame: &frame, opened: &opened, errors: FieldErrors::default() }))
}

/// Makes the new secret and shows it, this once without a further question: whoever makes it needs it.
pub(crate) async fn rotate(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let work = async {
        let opened = open(&web, &frame, &id).await?;
        let Some(life) = OldLife::parse(form.text("old_life")) else {
            let text = "Choose how long the old secret keeps working.";
            let errors = FieldError::new("old_life", "required", text).into();
            let page = frame.page(&RotatePage { frame: &frame, opened: &opened, errors });
            return Ok(Outcome::Page(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
        };
        let new = NewSecret { label: None, rank: Rank::Primary(life.overlap()) };
        let made = clients::add_secret(web.app(), form.caller(), &opened.client.id, new).await;
        let made = match made {
            Ok(made) => made,
            Err(Fault::Invalid(errors)) => {
                let page = frame.page(&RotatePage { frame: &frame, opened: &opened, errors });
                return Ok(Outcome::Page(page.status(StatusCode::UNPROCESSABLE_ENTITY)));
            }
            Err(fault) => return Err(fault.into()),
        };
        let done = Done::to(path(&opened.client.id, "settings")).saying(life.said());
        let mut shown = Shown::plain(&opened.client, Values::of(&opened.client));
        shown.secret = frame.may(ApiScope::ReadClientKeys).then_some(made.secret);
        let frame = frame.clone().saying(life.said());
        let page = settings::page(&web, &frame, &opened, &shown, &FieldErrors::default()).await?;
        Ok(Outcome::Shown(done, page))
    };
    done::once(&web, &form, work).await
}

/// Ends an old secret at once.
pub(crate) async fn stop(
    State(web): State<Web>,
    frame: Frame,
    Path((id, secret)): Path<(String, String)>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let work = async {
        let opened = open(&web, &frame, &id).await?;
        let done = Done::to(path(&opened.client.id, "settings"));
        let secret = SecretId::parse(&secret).map_err(|_| Fault::NotFound { what: "client secret" })?;
        match clients::stop_secret(web.app(), form.caller(), &opened.client.id, &secret).await {
            Ok(()) => Ok(done.saying("The old secret stopped working.").into()),
            // Its time ran out, or somebody else was faster: what was wanted is so.
            Err(Fault::NotFound { what: "client secret" }) => {
                Ok(done.saying("This secret had stopped working already.").into())
            }
            Err(fault) => Err(fault.into()),
        }
    };
    done::once(&web, &form, work).await
}
