//! The ordered table of checks, and nothing else.
//!
//! Until `redirect_uri` and `response_mode` have built a [`ReturnPath`] a check can only show a page;
//! every check after them can only redirect: the types of the functions say so.
//!
//! Source: RFC 6749 §4.1.2.1 for the order of the two.

use doorward_model::client::Client;

use super::checks::{
    audience, claims, client, connection, consent, duplicates, grant, implicit, max_age, nonce, pkce, prompt,
    pushed, redirect_uri, request_object, response_mode, response_type, scope, session,
};
use super::{AskConsent, AuthorizeDecision, AuthorizeInput, IssuePlan, LogIn, ReturnPath, VerifiedRedirect};
use crate::oauth::error::{PageError, RedirectError};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<F> {
    /// The parameter or fact that is looked at.
    pub name: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// What is demanded, in words.
    pub says: &'static str,
    run: F,
}

/// A request whose answer may go back to its client.
#[derive(Debug, Clone)]
pub(super) struct Verified<'a> {
    pub input: &'a AuthorizeInput<'a>,
    pub client: &'a Client,
    pub path: ReturnPath,
}

/// What the last steps find when nothing is wrong.
pub(super) enum Outcome {
    LogIn(LogIn),
    Ask(AskConsent),
    Issue(IssuePlan),
}

type Early = fn(&AuthorizeInput<'_>) -> Result<(), PageError>;
type FindClient = for<'a> fn(&AuthorizeInput<'a>) -> Result<&'a Client, PageError>;
type Verify = fn(&AuthorizeInput<'_>, &Client) -> Result<VerifiedRedirect, PageError>;
type Path = fn(&AuthorizeInput<'_>, &Client, VerifiedRedirect) -> Result<ReturnPath, PageError>;
type Late = fn(&Verified<'_>) -> Result<(), RedirectError>;
type FindPerson = fn(&Verified<'_>) -> Result<Outcome, RedirectError>;
type Last = fn(&Verified<'_>, IssuePlan) -> Result<Outcome, RedirectError>;

/// The table: a field may show a page as long as nothing is verified.
#[derive(Debug)]
pub(super) struct Steps {
    /// Nothing is known yet.
    pub duplicates: Step<Early>,
    /// Who asks.
    pub client: Step<FindClient>,
    /// Where the answer may go.
    pub redirect_uri: Step<Verify>,
    /// How it travels.
    pub response_mode: Step<Path>,
    /// From here on every refusal is a redirect.
    pub verified: &'static [Step<Late>],
    /// Log in, or go on.
    pub session: Step<FindPerson>,
    /// Ask, or issue.
    pub consent: Step<Last>,
}

/// The checks of the authorization endpoint, in order.
pub(super) const STEPS: Steps = Steps {
    duplicates: Step {
        name: "client_id, redirect_uri, request_uri, state",
        source: "RFC 6749 §3.1",
        says: "come at most once",
        run: duplicates::of_the_target,
    },
    client: Step {
        name: "client_id",
        source: "RFC 6749 §4.1.2.1",
        says: "names a client of this tenant",
        run: client::known,
    },
    redirect_uri: Step {
        name: "redirect_uri",
        source: "RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1, RFC 9700 §2.1",
        says: "is on the client's list of Allowed Callback URLs; may be absent without `openid`; the person of a device stays at \
               `/activate`",
        run: redirect_uri::verify,
    },
    response_mode: Step {
        name: "response_mode (web_message)",
        source: "OAuth 2.0 Web Message Response Mode §4.1",
        says: "has a target whose origin is on a list of the client",
        run: response_mode::path,
    },
    verified: &[
        Step {
            name: "all known parameters",
            source: "RFC 6749 §3.1",
            says: "come at most once",
            run: duplicates::check,
        },
        Step {
            name: "response_mode",
            source: "OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode",
            says: "is absent, `query` (for a code alone), `fragment`, `form_post` or `web_message`",
            run: response_mode::check,
        },
        Step {
            name: "request, request_uri, registration",
            source: "OpenID Connect Core §6, §7.2.1, §3.1.2.6",
            says: "are absent",
            run: request_object::check,
        },
        Step {
            name: "require_pushed_authorization_requests",
            source: "RFC 9126 §5, §6",
            says: "is not set for client or tenant, or the request was pushed to `/oauth/par`",
            run: pushed::check,
        },
        Step {
            name: "response_type",
            source: "RFC 6749 §3.1.1, Multiple Response Types §3, §5, OpenID Connect Core §3",
            says: "holds `code`, `token` and `id_token`, each at most once and in any order",
            run: response_type::check,
        },
        Step {
            name: "grant_types of the client",
            source: "RFC 6749 §4.1.2.1 (unauthorized_client), RFC 8628 §3.1",
            says: "hold `authorization_code` for a code, `implicit` for tokens in the response, and the device grant for a device",
            run: grant::check,
        },
        Step {
            name: "redirect_uri (implicit flow)",
            source: "OpenID Connect Core §3.2.2.1",
            says: "is https, or http on the own machine for a native client, where the client is a third party's",
            run: implicit::check,
        },
        Step {
            name: "code_challenge, code_challenge_method",
            source: "RFC 7636 §4.3, §4.4.1, RFC 9700 §2.1.1",
            says: "are an `S256` challenge; a client without a secret must send one for a code",
            run: pkce::check,
        },
        Step {
            name: "scope",
            source: "RFC 6749 §3.3, OpenID Connect Core §3.2.2.1, §11",
            says: "is a list of scope values, with `openid` for an ID token; what is not known is not granted, nor \
                   `offline_access` without a code",
            run: scope::check,
        },
        Step {
            name: "nonce",
            source: "OpenID Connect Core §3.2.2.1, §3.3.2.11",
            says: "is there where the response holds an ID token",
            run: nonce::check,
        },
        Step {
            name: "audience",
            source: "RFC 8707 §2 (also as `audience`)",
            says: "(or `resource`) is absent, the userinfo endpoint, or the identifier of an API whose tokens of people this client may have; \
                   both name the same one. Where `resource` was sent an unknown API is an `invalid_target`",
            run: audience::check,
        },
        Step {
            name: "prompt",
            source: "OpenID Connect Core §3.1.2.1",
            says: "holds known values; `none` stands alone",
            run: prompt::check,
        },
        Step {
            name: "max_age",
            source: "OpenID Connect Core §3.1.2.1",
            says: "is a number of seconds",
            run: max_age::check,
        },
        Step {
            name: "claims, acr_values",
            source: "OpenID Connect Core §5.5, §5.5.1.1, §3.1.2.1",
            says: "`claims` is a JSON object as the standard has it; an `acr` that is essential is one that is given here",
            run: claims::check,
        },
        Step {
            name: "connection, realm",
            source: "the brief, \"Connections\"",
            says: "(two names of one thing) is enabled for the client",
            run: connection::check,
        },
    ],
    session: Step {
        name: "session, id_token_hint, claims (sub)",
        source: "OpenID Connect Core §3.1.2.1, §3.1.2.3, §3.1.2.6, §5.5.1",
        says: "is there, recent enough, of a person who may log in, and of the one whom `id_token_hint` or `sub` names; \
               otherwise the person logs in",
        run: session::outcome,
    },
    consent: Step {
        name: "consent",
        source: "OpenID Connect Core §3.1.2.4",
        says: "was given for all that is granted, where the client is a third party's or `prompt` holds `consent`; \
               otherwise the person is asked",
        run: consent::check,
    },
};

/// What an authorization request leads to.
#[must_use]
pub fn decide(input: &AuthorizeInput<'_>) -> AuthorizeDecision {
    let verified = match verify(input) {
        Ok(verified) => verified,
        Err(page) => return AuthorizeDecision::Page(page),
    };
    match outcome(&verified) {
        Ok(Outcome::LogIn(login)) => AuthorizeDecision::LogIn(login),
        Ok(Outcome::Ask(ask)) => AuthorizeDecision::Consent(ask),
        Ok(Outcome::Issue(plan)) => AuthorizeDecision::Issue(plan),
        Err(error) => AuthorizeDecision::Redirect(verified.path, error),
    }
}

fn outcome(verified: &Verified<'_>) -> Result<Outcome, RedirectError> {
    STEPS.verified.iter().try_for_each(|step| (step.run)(verified))?;
    match (STEPS.session.run)(verified)? {
        Outcome::Issue(plan) => (STEPS.consent.run)(verified, plan),
        before => Ok(before),
    }
}

fn verify<'a>(input: &'a AuthorizeInput<'a>) -> Result<Verified<'a>, PageError> {
    (STEPS.duplicates.run)(input)?;
    let client = (STEPS.client.run)(input)?;
    let redirect = (STEPS.redirect_uri.run)(input, client)?;
    let path = (STEPS.response_mode.run)(input, client, redirect)?;
    Ok(Verified { input, client, path })
}
