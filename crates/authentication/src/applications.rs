//! `/u/applications`: what whoever is logged in allowed, and the form that takes it back.
//!
//! That a form of another site is refused is the guard's work (`Guard::Page`) and that of the token of this browser;
//! that it is about this person is the engine's.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::grants::{self, AllowedClient, OwnGrants, TakeBack, TakenBack};
use doorward_model::grant::Grant;
use doorward_model::ids::{ClientId, UserId};
use doorward_protocol::oauth::params::Params;
use doorward_web::body::Form;
use doorward_web::csrf::{self, FormToken};
use doorward_web::fault::{PageFault, Refusal, Skin};
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode, Uri};

use crate::pages::{Application, ApplicationsPage, NotLoggedInPage, Permit, Place};
use crate::{browser, step};

/// The parameter that names the application of which the page says that it was taken everything.
const TAKEN_BACK: &str = "taken_back";

pub(crate) async fn show(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let session = browser::read(&headers).session;
    match grants::own(web.app(), &caller, session.as_ref(), taken_back(&uri).as_ref()).await {
        Ok(Some(own)) => list(&web, &caller, &headers, &own),
        Ok(None) => logged_out(&caller, false),
        Err(fault) => PageFault(fault).into_response(),
    }
}

pub(crate) async fn take_back(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    Form(form): Form,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let wish = read(&form).filter(|_| csrf::is_genuine(&headers, form.get(csrf::FIELD)));
    let Some(wish) = wish else {
        return Refusal::foreign_form().as_skin(Skin::Page).into_response();
    };
    let session = browser::read(&headers).session;
    match grants::take_back(web.app(), &caller, session.as_ref(), &wish).await {
        Ok(TakenBack::Done(entry)) => to_list(&caller, Some(&entry.client.id)),
        Ok(TakenBack::NoSuchClient) => to_list(&caller, None),
        Ok(TakenBack::Foreign) => Refusal::foreign_form().as_skin(Skin::Page).into_response(),
        Ok(TakenBack::LoggedOut) => logged_out(&caller, true),
        Err(fault) => PageFault(fault).into_response(),
    }
}

/// What the form says. A form of ours holds each field once.
fn read(form: &Params) -> Option<TakeBack> {
    if !form.duplicates().is_empty() {
        return None;
    }
    Some(TakeBack {
        client: ClientId::parse(form.get("client_id")?).ok()?,
        user: UserId::parse(form.get("user")?).ok()?,
    })
}

fn taken_back(page: &Uri) -> Option<ClientId> {
    let query = Params::from_query(page.query().unwrap_or_default()).ok()?;
    ClientId::parse(query.get(TAKEN_BACK)?).ok()
}

/// Back to the page by GET, so that reloading it takes nothing back a second time.
fn to_list(caller: &Caller, client: Option<&ClientId>) -> Response {
    let mut address = caller.tenant.tenant.issuer.url("u/applications");
    // Ids of clients from elsewhere hold any character.
    if let Some(Ok(id)) = client.map(|id| askama::filters::urlencode_strict(id.as_str())) {
        address.push_str(&format!("?{TAKEN_BACK}={id}"));
    }
    step::redirect(StatusCode::SEE_OTHER, &address)
}

fn logged_out(caller: &Caller, is_form: bool) -> Response {
    NotLoggedInPage { tenant: &caller.tenant.tenant, is_form }.page().into_response()
}

fn list(web: &Web, caller: &Caller, headers: &HeaderMap, own: &OwnGrants) -> Response {
    let token = FormToken::of(web.app(), headers);
    let applications: Vec<Application<'_>> =
        own.clients.iter().filter_map(|allowed| application(caller, allowed)).collect();
    let page = ApplicationsPage {
        tenant: &caller.tenant.tenant,
        account: own.user.email.as_str(),
        user: own.user.id.as_str(),
        csrf: token.field(),
        applications: &applications,
        // It is said while it is true, whoever made the address.
        taken_back: own.without.as_ref().map(|entry| &entry.client),
    };
    let mut response = page.page().into_response();
    response.headers_mut().extend(token.cookie().map(|cookie| (SET_COOKIE, cookie)));
    response
}

fn application<'a>(caller: &'a Caller, allowed: &'a AllowedClient) -> Option<Application<'a>> {
    let userinfo = caller.tenant.tenant.issuer.url("userinfo");
    let permit = |grant: &'a Grant| {
        let place = match caller.tenant.api(&grant.audience) {
            _ if grant.audience == userinfo => Place::Account,
            Some(api) => Place::Api(api),
            None => Place::Gone(&grant.audience),
        };
        Permit { place, scope: &grant.scope }
    };
    Some(Application {
        client: &allowed.client.client,
        since: allowed.grants.iter().map(|grant| grant.created_at).min()?,
        permits: allowed.grants.iter().map(permit).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_one_application_and_one_person() {
        let text = |form: &str| read(&Params::from_query(form).unwrap());
        let wish = text("_csrf=x&user=auth0%7C1&client_id=abc").unwrap();
        assert_eq!((wish.user.as_str(), wish.client.as_str()), ("auth0|1", "abc"));
        for bad in [
            "_csrf=x&user=auth0%7C1",
            "_csrf=x&client_id=abc",
            "_csrf=x&user=auth0%7C1&client_id=",
            "_csrf=x&user=auth0%7C1&client_id=a+b",
            "_csrf=x&user=auth0%7C1&client_id=abc&client_id=def",
            "_csrf=x&user=auth0%7C1&user=auth0%7C2&client_id=abc",
        ] {
            assert!(text(bad).is_none(), "{bad}");
        }
    }
}
