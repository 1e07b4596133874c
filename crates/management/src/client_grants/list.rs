//! `GET /api/v2/client-grants`: an array, an object with totals around it, or by checkpoint.

use axum::extract::State;
use doorward_engine::client_grants::{self, GrantFilter, GrantPart};
use doorward_model::api::{Grantee, SubjectType};
use doorward_model::ids::{ClientGrantId, ClientId};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::checkpoint::{Checkpoint, List};
use crate::paging::Page;
use crate::query::Query;
use crate::refused::{Answer, Refused};

const PARAMETERS: &[&str] = &[
    "page",
    "per_page",
    "include_totals",
    "from",
    "take",
    "audience",
    "client_id",
    "subject_type",
    "allow_any_organization",
    "default_for",
];

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let (app, page) = (web.app(), Page::read(&query)?);
    let filter = filter(&query)?;
    if Checkpoint::is_wanted(&query) {
        let list = List { app, tenant: &caller.tenant.tenant.id, name: "client_grants", of: "" };
        let checkpoint = Checkpoint::read(list, &query)?;
        let after = checkpoint.key(ClientGrantId::parse)?;
        let part = GrantPart::After { checkpoint: after, limit: checkpoint.wanted() };
        let found = match filter {
            Some(filter) => client_grants::list(app, &caller, &filter, &part).await?.grants,
            None => Vec::new(),
        };
        let body = checkpoint.envelope(list, &found, |grant| grant.id.to_string(), super::view)?;
        return Ok(answer::json(StatusCode::OK, &body));
    }
    let part = GrantPart::Page { offset: page.start, limit: page.limit, with_total: page.include_totals };
    let (grants, total) = match filter {
        Some(filter) => {
            let found = client_grants::list(app, &caller, &filter, &part).await?;
            (found.grants, found.total)
        }
        None => (Vec::new(), Some(0)),
    };
    let shown = grants.iter().map(super::view).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("client_grants", shown, total)))
}

/// Which grants are wanted; none when no grant can be meant.
fn filter(query: &Query) -> Result<Option<GrantFilter>, Refused> {
    let subject = match query.text("subject_type") {
        None => None,
        Some(text) => Some(SubjectType::parse(text).ok_or_else(|| {
            let known = SubjectType::NAMES.join(", ");
            Refused::query("subject_type", "enum", format!("Use one of: {known}."))
        })?),
    };
    let is_default = match query.text("default_for") {
        None => false,
        Some(text) if Grantee::parse_default(text).is_some() => true,
        Some(_) => {
            let known = Grantee::DEFAULTS.join(", ");
            return Err(Refused::query("default_for", "enum", format!("Use one of: {known}.")));
        }
    };
    let allow_any_organization = query.flag("allow_any_organization")?;
    // What is not spelled like a Client ID belongs to nobody.
    let client = match query.text("client_id").map(ClientId::parse) {
        Some(Err(_)) => return Ok(None),
        known => known.and_then(Result::ok),
    };
    let audience = query.text("audience").map(str::to_owned);
    Ok(Some(GrantFilter { client, is_default, audience, subject, allow_any_organization }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Option<GrantFilter>, Refused> {
        filter(&Query::read(&format!("/x?{query}").parse().unwrap(), PARAMETERS).unwrap())
    }

    #[test]
    fn a_filter_says_whose_grants_are_wanted() {
        assert_eq!(read("").unwrap(), Some(GrantFilter::default()));
        let found =
            read("client_id=abc&audience=https%3A%2F%2Fa.test%2F&subject_type=user").unwrap().unwrap();
        assert_eq!(found.client.unwrap().as_str(), "abc");
        assert_eq!(
            (found.audience.as_deref(), found.subject),
            (Some("https://a.test/"), Some(SubjectType::User))
        );
        assert_eq!(read("client_id=a%20b").unwrap(), None);
        assert!(read("default_for=third_party_clients").unwrap().unwrap().is_default);
        for bad in [
            "subject_type=robot",
            "default_for=everybody",
            "allow_any_organization=",
            "client_id=a%20b&allow_any_organization=",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
