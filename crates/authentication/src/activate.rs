//! `/activate`: the field for the code of a device, the question, and the answer.
//!
//! That a form of another site is refused is the guard's work (`Guard::Page`); a form of ours carries the token of
//! this browser besides. Source: RFC 8628 §3.3.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::login::devices::activation::{
    self, Activation, CodeProblem, ConfirmDevice, EnterCode, Wish,
};
use doorward_model::user::Email;
use doorward_protocol::oauth::params::Params;
use doorward_web::body::Form;
use doorward_web::csrf::{self, FormToken};
use doorward_web::fault::{PageFault, Refusal, Skin};
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use crate::pages::{ConfirmDevicePage, DeviceRefusedPage, EnterCodePage};
use crate::{browser, step};

pub(crate) async fn show(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let query = Params::from_query(uri.query().unwrap_or_default()).unwrap_or_default();
    let code = activation::written(&caller, query.get("user_code").unwrap_or_default());
    field(&web, &caller, &headers, &EnterCode { code, problem: None })
}

pub(crate) async fn answer(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    Form(form): Form,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let wish = read(&form).filter(|_| csrf::is_genuine(&headers, form.get(csrf::FIELD)));
    let Some((code, wish)) = wish else {
        return Refusal::foreign_form().as_skin(Skin::Page).into_response();
    };
    match activation::take(web.app(), &caller, &browser::read(&headers), (code, wish)).await {
        Ok(Activation::Enter(enter)) => field(&web, &caller, &headers, &enter),
        Ok(Activation::Confirm(confirm)) => question(&web, &caller, &headers, &confirm),
        Ok(Activation::Declined(client)) => {
            let (client, tenant) = (&client.client, &caller.tenant.tenant);
            DeviceRefusedPage { client, tenant, why: "You declined." }.page().into_response()
        }
        Ok(Activation::Login(next)) => step::answer(&web, &caller, &headers, Ok(next)).await,
        Err(fault) => PageFault(fault).into_response(),
    }
}

/// What the form says. A form of ours holds each field once.
fn read(form: &Params) -> Option<(&str, Wish)> {
    if !form.duplicates().is_empty() {
        return None;
    }
    let wish = match form.get("action") {
        None => Wish::Look,
        Some("accept") => Wish::Accept,
        Some("other") => Wish::SomebodyElse,
        Some("deny") => Wish::Decline,
        Some(_) => return None,
    };
    Some((form.get("user_code").unwrap_or_default(), wish))
}

fn field(web: &Web, caller: &Caller, headers: &HeaderMap, enter: &EnterCode) -> Response {
    let (status, problem) = match enter.problem {
        None => (StatusCode::OK, None),
        Some(CodeProblem::Wrong) => {
            (StatusCode::BAD_REQUEST, Some("That code is not right. Compare it with the one on your device."))
        }
        Some(CodeProblem::TooOld) => {
            (StatusCode::BAD_REQUEST, Some("That code is too old. Let your device show you a new one."))
        }
        Some(CodeProblem::Answered) => {
            let text =
                "That code was used already. If your device is not connected, let it show you a new one.";
            (StatusCode::BAD_REQUEST, Some(text))
        }
        Some(CodeProblem::TooManyTries) => {
            (StatusCode::TOO_MANY_REQUESTS, Some("Too many wrong codes. Wait 10 minutes."))
        }
    };
    let token = FormToken::of(web.app(), headers);
    let tenant = &caller.tenant.tenant;
    let style = tenant.settings.user_codes();
    let page = EnterCodePage {
        tenant,
        csrf: token.field(),
        code: &enter.code,
        example: &style.example(),
        is_number: style.alphabet().iter().all(u8::is_ascii_digit),
        problem,
    };
    let mut response = page.page().status(status).into_response();
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("600"));
    }
    response.headers_mut().extend(token.cookie().map(|cookie| (SET_COOKIE, cookie)));
    response
}

fn question(web: &Web, caller: &Caller, headers: &HeaderMap, confirm: &ConfirmDevice) -> Response {
    let token = FormToken::of(web.app(), headers);
    let page = ConfirmDevicePage {
        client: &confirm.client.client,
        tenant: &caller.tenant.tenant,
        csrf: token.field(),
        code: &confirm.code,
        device: &confirm.device,
        is_near: confirm.is_near,
        asked_at: confirm.asked_at,
        age: confirm.age,
        account: confirm.account.as_ref().map(Email::as_str),
    };
    let mut response = page.page().into_response();
    response.headers_mut().extend(token.cookie().map(|cookie| (SET_COOKIE, cookie)));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_one_thing_about_one_code() {
        let text = |form: &str| {
            let form = Params::from_query(form).unwrap();
            read(&form).map(|(code, wish)| (code.to_owned(), wish))
        };
        for (form, wish) in [
            ("user_code=A", Wish::Look),
            ("user_code=A&action=accept", Wish::Accept),
            ("user_code=A&action=other", Wish::SomebodyElse),
            ("user_code=A&action=deny", Wish::Decline),
        ] {
            assert_eq!(text(form), Some(("A".to_owned(), wish)), "{form}");
        }
        assert_eq!(text(""), Some((String::new(), Wish::Look)));
        for bad in
            ["user_code=A&action=ACCEPT", "user_code=A&action=accept&action=deny", "user_code=A&user_code=B"]
        {
            assert_eq!(text(bad), None, "{bad}");
        }
    }
}
