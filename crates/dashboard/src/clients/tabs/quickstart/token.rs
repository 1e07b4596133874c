//! "Get a token now": a real token for a program, read for whoever wants to see what is in it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_engine::clients::{self, TriedToken};
use doorward_engine::fault::Fault;
use doorward_model::api::{ClientGrant, SubjectType};
use doorward_model::secret::Secret;
use doorward_web::fault::PageFault;
use doorward_web::page::unturned_json;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::secret::cookie_of;
use super::{Chosen, Filled, find, guide_path, page};
use crate::clients::secret::{Purpose, confirmed};
use crate::clients::tabs::settings::wording;
use crate::clients::{Opened, Tab};
use crate::frame::Frame;
use crate::parts::shell_quoted;

/// An API that the program may ask for.
pub(super) struct Offer {
    pub audience: String,
    pub name: String,
    pub is_chosen: bool,
}

/// The APIs that this client was given in its own name.
pub(super) fn offers(frame: &Frame, opened: &Opened, chosen: Option<&str>) -> Vec<Offer> {
    let own = opened.grants.iter().filter(|grant| grant.subject == SubjectType::Client);
    let offer = |grant: &ClientGrant| {
        let api = frame.caller().tenant.api(&grant.audience);
        Offer {
            name: api.map_or_else(|| grant.audience.clone(), |api| api.name.clone()),
            is_chosen: chosen == Some(grant.audience.as_str()),
            audience: grant.audience.clone(),
        }
    };
    own.map(offer).collect()
}

/// What came of it.
pub(super) enum Tried {
    Got(Got),
    /// What the token endpoint answered with.
    Refused(String),
}

/// A token and what is in it.
pub(super) struct Got {
    pub token: Secret,
    pub header: String,
    pub claims: String,
    pub scope: String,
    /// How long it took, in milliseconds.
    pub took: String,
    pub lifetime: String,
    /// A call with it.
    pub curl: Secret,
}

impl Got {
    fn of(tried: &TriedToken, audience: &str, management: &str) -> Self {
        let token = tried.token.expose();
        let mut parts = token.split('.').map(readable);
        let (header, claims) = (parts.next().flatten(), parts.next().flatten());
        // What another API answers to is not known here.
        let address = if audience == management { format!("{audience}clients") } else { audience.to_owned() };
        Self {
            header: header.unwrap_or_default(),
            claims: claims.unwrap_or_default(),
            scope: tried.scope.join(" "),
            took: if tried.took < 1 { "less than 1".to_owned() } else { tried.took.to_string() },
            lifetime: wording::in_words(&tried.expires_in.seconds().to_string()),
            curl: Secret::new(format!(
                "curl --header 'Authorization: Bearer {token}' \\\n  {}",
                shell_quoted(&address)
            )),
            token: tried.token.clone(),
        }
    }
}

/// A part of a token as indented JSON.
fn readable(part: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    serde_json::to_string_pretty(&value).ok().map(|json| unturned_json(&json))
}

/// Gets one and shows it in the guide. No redirect: a token must not be had by opening an address.
pub(crate) async fn get(
    State(web): State<Web>,
    frame: Frame,
    Path((id, name)): Path<(String, String)>,
    chosen: Chosen,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let (opened, guide) = find(&web, &frame, &id, &name).await?;
    let audience = form.text("audience").to_owned();
    let back = guide_path(&opened.client, guide);
    let purpose = Purpose {
        tab: Tab::QuickStart,
        title: "Confirm it is you to get a token.",
        verb: "Get a token now",
        action: format!("{back}/token"),
        back,
        carried: vec![("audience", audience.clone())],
    };
    if let Err(page) = confirmed(&web, &frame, (&opened, &purpose), &headers, &form).await? {
        return Ok(page.into_response());
    }
    let cookie = cookie_of(&headers)?;
    let (client, management) = (&opened.client.id, frame.caller().tenant.management_audience());
    let (tried, status) =
        match clients::try_token(web.app(), form.caller(), client, (&audience, &cookie)).await {
            Ok(Some(Ok(token))) => (Tried::Got(Got::of(&token, &audience, &management)), StatusCode::OK),
            Ok(Some(Err(error))) => {
                let said = format!("{}: {}", error.code.as_str(), error.public);
                (Tried::Refused(said), StatusCode::UNPROCESSABLE_ENTITY)
            }
            // The password was typed a moment ago, and its time ran out in between.
            Ok(None) => (Tried::Refused("Try again.".to_owned()), StatusCode::UNPROCESSABLE_ENTITY),
            Err(Fault::NotSupported { why }) => {
                (Tried::Refused(why.to_owned()), StatusCode::UNPROCESSABLE_ENTITY)
            }
            Err(fault) => return Err(fault.into()),
        };
    let filled = Filled { tried: Some(tried), audience: Some(audience), ..Filled::default() };
    Ok(page(&web, &frame, (&opened, guide, &chosen), filled).await?.status(status).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_token_is_read_and_nonsense_is_nothing() {
        assert_eq!(readable(&URL_SAFE_NO_PAD.encode("{\"a\":1}")).unwrap(), "{\n  \"a\": 1\n}");
        assert_eq!(readable("%%%"), None);
        assert_eq!(readable("YQ"), None);
    }
}
