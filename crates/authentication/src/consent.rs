//! `/u/consent`: the page, and the form it sends.
//!
//! That a form of another site is refused is the guard's work (`Guard::Page`); that the form is the one
//! of this browser's login, and about this person, is the engine's.

use axum::extract::State;
use axum::response::Response;
use doorward_engine::caller::{Caller, Who};
use doorward_engine::login::consent::{self as page, Answer};
use doorward_engine::login::{Restart, Step};
use doorward_model::ids::LoginId;
use doorward_protocol::oauth::params::Params;
use doorward_web::body::Form;
use doorward_web::csrf;
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use http::{HeaderMap, Uri};

use crate::{browser, step};

pub(crate) async fn show(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let outcome = match browser::login_of(&uri) {
        Some(id) => page::show(web.app(), &caller, &browser::read(&headers), &id).await,
        None => Ok(Step::Restart(Restart::default())),
    };
    step::answer(&web, &caller, &headers, outcome).await
}

pub(crate) async fn answer(
    State(web): State<Web>,
    Tenant(tenant): Tenant,
    Visitor(info): Visitor,
    headers: HeaderMap,
    Form(form): Form,
) -> Response {
    let caller = Caller { tenant, who: Who::Anonymous, info };
    let outcome = match read(&form) {
        Some(answer) => page::answer(web.app(), &caller, &browser::read(&headers), answer).await,
        None => Ok(Step::Foreign),
    };
    step::answer(&web, &caller, &headers, outcome).await
}

/// What the form says. A form of ours holds each field once and one of two answers.
fn read(form: &Params) -> Option<Answer> {
    if !form.duplicates().is_empty() {
        return None;
    }
    let is_allowed = match form.get("action")? {
        "accept" => true,
        "deny" => false,
        _ => return None,
    };
    let scope = form.get("scope").unwrap_or_default();
    Some(Answer {
        login: LoginId::parse(form.get("state")?).ok()?,
        csrf: form.get(csrf::FIELD)?.to_owned(),
        is_allowed,
        scope: scope.split(' ').filter(|value| !value.is_empty()).map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(form: &str) -> Option<Answer> {
        read(&Params::from_query(form).unwrap())
    }

    #[test]
    fn an_answer_is_one_of_two_words() {
        let answer = read_text("state=L1&_csrf=x&action=accept&scope=openid+email").unwrap();
        assert!(answer.is_allowed);
        assert_eq!(answer.scope, ["openid", "email"]);
        assert!(!read_text("state=L1&_csrf=x&action=deny&scope=").unwrap().is_allowed);
        for bad in [
            "state=L1&_csrf=x",
            "state=L1&_csrf=x&action=",
            "state=L1&_csrf=x&action=ACCEPT",
            "state=L1&_csrf=x&action=accept&action=deny",
            "state=L1&action=accept",
            "_csrf=x&action=accept",
        ] {
            assert!(read_text(bad).is_none(), "{bad}");
        }
    }
}
