//! The person allows what a third party wants, once; a first party is trusted by whoever runs the tenant.
//!
//! What was allowed is remembered as a grant. A request that wants no more than that goes through
//! without a question, also silently; `prompt=consent` asks anew, whoever the client is.
//!
//! Source: OpenID Connect Core §3.1.2.4, §3.1.2.1 (`prompt`); the original's grants.

use doorward_model::client::urls::anatomy::Anatomy;
use doorward_model::grant::Grant;

use super::super::decide::{Outcome, Verified};
use super::super::{AskConsent, Consent, IssuePlan};
use super::prompt;
use crate::oauth::error::{OAuthErrorCode, RedirectError};
use crate::oidc::claims::scopes_of;

pub(in super::super) fn check(verified: &Verified<'_>, plan: IssuePlan) -> Result<Outcome, RedirectError> {
    let input = verified.input;
    let prompt = prompt::asked(input.request)?;
    let is_first_party = verified.client.settings.is_first_party;
    let asks_anew = prompt.consent || (is_first_party && asks_at_loopback(verified));
    if is_first_party && !asks_anew {
        return Ok(Outcome::Issue(plan));
    }
    let audience = audience(verified, &plan);
    let stored = input.consents.iter().find(|grant| is_of(grant, &plan, &audience));
    let wanted = wanted(&plan);
    let wanted = &wanted;
    if let Some(stored) = stored.filter(|stored| !asks_anew && stored.covers(wanted)) {
        let consent = Consent::Stored { grant: stored.id.clone(), scope: stored.scope.clone() };
        return Ok(Outcome::Issue(IssuePlan { consent, ..plan }));
    }
    let is_allowed_here =
        input.allowed_here.is_some_and(|allowed| wanted.iter().all(|value| allowed.contains(value)));
    if is_allowed_here {
        let scope = joined(stored, wanted);
        return Ok(Outcome::Issue(IssuePlan { consent: Consent::Given { audience, scope }, ..plan }));
    }
    if prompt.none {
        return Err(RedirectError::new(OAuthErrorCode::ConsentRequired, "Consent required"));
    }
    Ok(Outcome::Ask(AskConsent {
        path: plan.path,
        user: plan.authorization.user,
        session: plan.authorization.session,
        audience: plan.authorization.audience,
        scope: wanted.clone(),
    }))
}

/// Whether the tenant wants the person asked each time an answer goes to their own machine, where any
/// program may have taken the place of the application.
fn asks_at_loopback(verified: &Verified<'_>) -> bool {
    let input = verified.input;
    input.settings.asks_at_loopback()
        && input.request.device.is_none()
        && Anatomy::of_request(verified.path.redirect.as_str()).is_ok_and(|address| address.is_loopback())
}

/// What the person is asked about: the scope, and what claims that are asked for one by one stand for.
fn wanted(plan: &IssuePlan) -> Vec<String> {
    let mut wanted = plan.authorization.scope.clone();
    for value in scopes_of(&plan.authorization.claims) {
        if !wanted.iter().any(|known| known == value) {
            wanted.push(value.to_owned());
        }
    }
    wanted
}

/// Under what a grant stands: the API, or the userinfo endpoint where none was asked for.
fn audience(verified: &Verified<'_>, plan: &IssuePlan) -> String {
    let userinfo = || verified.input.issuer.url("userinfo");
    plan.authorization.audience.clone().unwrap_or_else(userinfo)
}

fn is_of(grant: &Grant, plan: &IssuePlan, audience: &str) -> bool {
    let authorization = &plan.authorization;
    grant.user == authorization.user && grant.client == authorization.client && grant.audience == audience
}

/// What was allowed before, and what is allowed now.
fn joined(stored: Option<&Grant>, wanted: &[String]) -> Vec<String> {
    let mut scope = stored.map(|grant| grant.scope.clone()).unwrap_or_default();
    for value in wanted {
        if !scope.contains(value) {
            scope.push(value.clone());
        }
    }
    scope
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ClientId, GrantId, UserId};
    use doorward_model::time::Timestamp;

    use super::*;
    use crate::oauth::authorize::AuthorizeDecision;
    use crate::oauth::authorize::examples::{GOOD, NOW, Scene};

    const USERINFO: &str = "https://id.test/userinfo";

    fn third_party() -> Scene {
        let mut scene = Scene::default();
        scene.web.settings.is_first_party = false;
        scene.connections.iter_mut().for_each(|connection| connection.settings.is_domain_connection = true);
        scene.log_in();
        scene
    }

    fn words(scope: &str) -> Vec<String> {
        scope.split_whitespace().map(str::to_owned).collect()
    }

    fn grant(audience: &str, scope: &str) -> Grant {
        Grant {
            id: GrantId::parse("grant-1").unwrap(),
            user: UserId::parse("auth0|ada").unwrap(),
            client: ClientId::parse("web").unwrap(),
            audience: audience.to_owned(),
            scope: words(scope),
            created_at: Timestamp::from_seconds(NOW),
        }
    }

    fn asking(scope: &str) -> String {
        GOOD.replace("scope=openid", &format!("scope={}", scope.replace(' ', "+")))
    }

    #[test]
    fn a_third_party_is_asked_about_once_and_a_first_party_never() {
        let mut scene = third_party();
        assert_eq!(scene.answer(GOOD), "consent");
        scene.consents = vec![grant(USERINFO, "openid")];
        assert_eq!(scene.answer(GOOD), "issue");
        scene.consents.clear();
        scene.web.settings.is_first_party = true;
        assert_eq!(scene.answer(GOOD), "issue");
        assert_eq!(scene.plan(GOOD).consent, Consent::NotNeeded);
    }

    #[test]
    fn what_was_not_allowed_yet_is_asked_for() {
        let mut scene = third_party();
        scene.consents = vec![grant(USERINFO, "openid email")];
        for (scope, answer) in [
            ("openid", "issue"),
            ("email openid", "issue"),
            ("openid email profile", "consent"),
            ("openid nothing", "issue"),
        ] {
            assert_eq!(scene.answer(&asking(scope)), answer, "{scope}");
        }
    }

    #[test]
    fn a_grant_counts_for_its_person_its_client_and_its_api_only() {
        let api = format!("{}&audience=https://api.test/", asking("openid read:things"));
        let mut scene = third_party();
        scene.consents = vec![grant(USERINFO, "openid read:things")];
        assert_eq!(scene.answer(&api), "consent");
        scene.consents = vec![grant("https://api.test/", "openid read:things")];
        assert_eq!(scene.answer(&api), "issue");
        assert_eq!(scene.answer(GOOD), "consent");
        scene.consents[0].user = UserId::parse("auth0|bob").unwrap();
        assert_eq!(scene.answer(&api), "consent");
        scene.consents = vec![grant("https://api.test/", "openid read:things")];
        scene.consents[0].client = ClientId::parse("spa").unwrap();
        assert_eq!(scene.answer(&api), "consent");
    }

    #[test]
    fn silently_a_stored_grant_is_enough_and_its_lack_is_consent_required() {
        let silent = format!("{GOOD}&prompt=none");
        let mut scene = third_party();
        assert_eq!(scene.answer(&silent), "consent_required");
        scene.consents = vec![grant(USERINFO, "openid")];
        assert_eq!(scene.answer(&silent), "issue");
        let stored = Consent::Stored { grant: GrantId::parse("grant-1").unwrap(), scope: words("openid") };
        assert_eq!(scene.plan(&silent).consent, stored);
    }

    #[test]
    fn prompt_consent_asks_anew_whoever_the_client_is() {
        let query = format!("{GOOD}&prompt=consent");
        let mut scene = third_party();
        scene.consents = vec![grant(USERINFO, "openid")];
        assert_eq!(scene.answer(&query), "consent");
        scene.web.settings.is_first_party = true;
        assert_eq!(scene.answer(&query), "consent");
        scene.allowed_here = Some(words("openid"));
        assert_eq!(scene.answer(&query), "issue");
    }

    #[test]
    fn what_is_allowed_here_is_exactly_what_was_shown() {
        let mut scene = third_party();
        scene.allowed_here = Some(words("openid"));
        assert_eq!(scene.answer(GOOD), "issue");
        assert_eq!(scene.answer(&asking("openid email")), "consent");
        scene.consents = vec![grant(USERINFO, "email")];
        let given = Consent::Given { audience: USERINFO.to_owned(), scope: words("email openid") };
        assert_eq!(scene.plan(GOOD).consent, given, "what was allowed before stays");
    }

    #[test]
    fn the_question_says_who_asks_whom_for_what() {
        let query = format!("{}&audience=https://api.test/", asking("openid read:things"));
        let AuthorizeDecision::Consent(ask) = third_party().decide(&query) else { panic!("no question") };
        assert_eq!((ask.user.as_str(), ask.session.as_str()), ("auth0|ada", "session-1"));
        assert_eq!(ask.audience.as_deref(), Some("https://api.test/"));
        assert_eq!(ask.scope, words("openid read:things"));
        assert_eq!(ask.path.redirect.as_str(), "https://app.test/cb");
    }

    #[test]
    fn where_the_tenant_wants_it_a_callback_on_this_machine_is_asked_about_every_time() {
        let local = "http://localhost:3000/cb";
        let at = |callback: &str| GOOD.replace("https://app.test/cb", callback);
        let mut scene = third_party();
        scene.web.settings.is_first_party = true;
        scene.web.settings.callbacks = Some(vec!["https://app.test/cb".into(), local.into()]);
        assert_eq!(scene.answer(&at(local)), "issue", "off where nothing was said");
        let on = serde_json::json!({ "flags": { "ask_for_consent_at_localhost": true } });
        scene.settings = scene.settings.apply(on.as_object().unwrap()).unwrap();
        assert_eq!(scene.answer(GOOD), "issue", "elsewhere nobody is asked");
        assert_eq!(scene.answer(&at(local)), "consent");
        assert_eq!(scene.answer(&format!("{}&prompt=none", at(local))), "consent_required");
        scene.consents = vec![grant(USERINFO, "openid")];
        assert_eq!(scene.answer(&at(local)), "consent", "an answer of before does not count");
        scene.allowed_here = Some(words("openid"));
        assert_eq!(scene.answer(&at(local)), "issue");
    }

    #[test]
    fn nobody_is_asked_before_the_login() {
        let mut scene = third_party();
        scene.is_logged_in = false;
        assert_eq!(scene.answer(GOOD), "log in");
        assert_eq!(scene.answer(&format!("{GOOD}&prompt=none")), "login_required");
    }

    #[test]
    fn a_request_for_nothing_is_asked_about_too() {
        let nothing = asking("nothing");
        let mut scene = third_party();
        assert_eq!(scene.answer(&nothing), "consent");
        scene.allowed_here = Some(Vec::new());
        assert_eq!(scene.answer(&nothing), "issue");
        scene.allowed_here = None;
        scene.consents = vec![grant(USERINFO, "")];
        assert_eq!(scene.answer(&nothing), "issue");
    }
}
