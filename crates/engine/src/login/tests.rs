//! The login as a whole: what a browser is asked, what it gets, what the log says.

use doorward_model::ids::LoginId;
use doorward_model::secret::Secret;
use doorward_protocol::oauth::error::PageProblem;
use doorward_protocol::oauth::params::Params;

use super::journey::{EMAIL, Journey, PASSWORD, code_of, field, user};
use super::{Browser, LoginForm, Problem, Step, begin, show, transaction};
use crate::clients;
use crate::fault::Fault;
use crate::sessions;

async fn shown(journey: &Journey, browser: &Browser, id: &LoginId) -> Step {
    show::show(&journey.kit.app, &journey.visitor(), browser, id).await.unwrap()
}

fn problem(step: &Step) -> Option<Problem> {
    match step {
        Step::Form(LoginForm { problem, .. }) => *problem,
        other => panic!("no page but {other:?}"),
    }
}

#[tokio::test]
async fn a_person_logs_in_and_the_code_gives_tokens() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, "&login_hint=grace").await;
    assert_eq!((form.username.as_str(), form.problem), ("grace", None));
    let Step::Return(back) = journey.send(&browser, &form, (" Grace@Example.com ", PASSWORD)).await else {
        panic!("not logged in")
    };
    assert_eq!(field(&back, "state").as_deref(), Some("xyz"));
    assert_eq!(field(&back, "iss").as_deref(), Some(crate::kit::ISSUER));
    assert_eq!(back.finished, Some(form.login));
    let tokens = journey.redeem(&journey.client, &code_of(&back)).await.unwrap();
    assert_eq!(tokens.scope, ["openid", "email", "offline_access"]);
    assert!(tokens.id_token.is_some() && tokens.refresh_token.is_some());
    assert_eq!(journey.log().await[..2], ["seacft", "s"]);
}

#[tokio::test]
async fn a_second_request_of_the_same_browser_is_answered_silently() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    journey.code(&mut browser).await;
    let Step::Return(back) = journey.begin(&browser, "&prompt=none").await else { panic!("not silent") };
    journey.redeem(&journey.client, &code_of(&back)).await.unwrap();
    assert_eq!(journey.log().await[1], "ssa");
    let Step::Return(back) = journey.begin(&Browser::default(), "&prompt=none").await else {
        panic!("a page")
    };
    assert_eq!(field(&back, "error").as_deref(), Some("login_required"));
    assert_eq!(journey.log().await[0], "fsa");
}

#[tokio::test]
async fn a_login_of_another_browser_is_none() {
    let journey = Journey::new().await;
    let mut attacker = Browser::default();
    let form = journey.to_form(&mut attacker, "").await;
    let victim = Browser::default();
    assert!(matches!(shown(&journey, &victim, &form.login).await, Step::Restart(_)));
    assert!(matches!(journey.send(&victim, &form, (EMAIL, PASSWORD)).await, Step::Restart(_)));
    // A cookie of one login opens no other.
    let mut other = Browser::default();
    let second = journey.to_form(&mut other, "").await;
    let mixed =
        Browser { logins: vec![(second.login.clone(), attacker.logins[0].1.clone())], ..Browser::default() };
    assert!(matches!(journey.send(&mixed, &second, (EMAIL, PASSWORD)).await, Step::Restart(_)));
}

#[tokio::test]
async fn a_form_without_the_token_of_this_login_is_foreign() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let first = journey.to_form(&mut browser, "").await;
    let second = journey.to_form(&mut browser, "").await;
    for csrf in [String::new(), "x".to_owned(), second.csrf.clone()] {
        let form =
            LoginForm { csrf, login: first.login.clone(), client: first.client.clone(), ..form_of(&first) };
        assert!(matches!(journey.send(&browser, &form, (EMAIL, PASSWORD)).await, Step::Foreign));
    }
}

fn form_of(form: &LoginForm) -> LoginForm {
    LoginForm {
        login: form.login.clone(),
        csrf: form.csrf.clone(),
        client: form.client.clone(),
        username: form.username.clone(),
        problem: form.problem,
        callback: form.callback.clone(),
    }
}

#[tokio::test]
async fn a_login_is_used_up_by_its_code() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, "").await;
    assert!(matches!(journey.send(&browser, &form, (EMAIL, PASSWORD)).await, Step::Return(_)));
    let Step::Restart(restart) = journey.send(&browser, &form, (EMAIL, PASSWORD)).await else {
        panic!("one login gave two codes")
    };
    // The way to begin anew is the same request.
    let again = restart.again.unwrap();
    let query = Params::from_query(again.strip_prefix("/authorize?").unwrap());
    let step = begin::begin(&journey.kit.app, &journey.visitor(), &query, &Browser::default()).await.unwrap();
    assert!(matches!(step, Step::Started(_)));
}

#[tokio::test]
async fn a_login_takes_an_hour_at_most() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, "").await;
    journey.wait(3599);
    assert!(matches!(shown(&journey, &browser, &form.login).await, Step::Form(_)));
    journey.wait(1);
    assert!(matches!(shown(&journey, &browser, &form.login).await, Step::Restart(_)));
    assert!(matches!(journey.send(&browser, &form, (EMAIL, PASSWORD)).await, Step::Restart(_)));
}

#[tokio::test]
async fn a_browser_keeps_five_logins_and_the_oldest_make_room() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let mut forms = Vec::new();
    for _ in 0..7 {
        forms.push(journey.to_form(&mut browser, "").await);
        journey.wait(1);
    }
    assert_eq!(browser.logins.len(), transaction::KEPT);
    assert!(matches!(shown(&journey, &browser, &forms[1].login).await, Step::Restart(_)));
    assert!(matches!(shown(&journey, &browser, &forms[2].login).await, Step::Form(_)));
}

#[tokio::test]
async fn a_request_too_large_for_a_cookie_is_kept_as_a_row() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let long = "n".repeat(6000);
    let form = journey.to_form(&mut browser, &format!("&nonce={long}")).await;
    assert!(browser.logins[0].1.expose().len() < 1000);
    assert!(matches!(journey.send(&browser, &form, (EMAIL, PASSWORD)).await, Step::Return(_)));
}

#[tokio::test]
async fn an_address_cannot_fill_the_disk_with_large_requests() {
    let journey = Journey::new().await;
    let large = Params::from_query(&journey.query(&journey.client, &format!("&nonce={}", "n".repeat(6000))));
    let ask = async |visitor| begin::begin(&journey.kit.app, &visitor, &large, &Browser::default()).await;
    for _ in 0..100 {
        assert!(matches!(ask(journey.visitor()).await, Ok(Step::Started(_))));
    }
    assert!(matches!(ask(journey.visitor()).await, Err(Fault::LimitReached { .. })));
    // Small ones cost nothing and still begin.
    assert!(matches!(journey.begin(&Browser::default(), "").await, Step::Started(_)));
}

#[tokio::test]
async fn refusals_of_one_kind_are_one_event_whatever_they_name() {
    let journey = Journey::new().await;
    for name in ["one", "two", "three"] {
        let step = journey.begin(&Browser::default(), &format!("&connection={name}")).await;
        assert!(matches!(step, Step::Return(_)), "{step:?}");
    }
    let events = journey.kit.events().await;
    assert_eq!((events[0].code.as_str(), events[0].count), ("f", 3));
}

#[tokio::test]
async fn every_login_begins_a_new_session_and_ends_the_old_one() {
    let journey = Journey::new().await;
    let mut browser = Browser { session: Some(Secret::new("planted".into())), ..Browser::default() };
    journey.code(&mut browser).await;
    let first = browser.session.clone().unwrap();
    assert_ne!(first.expose(), "planted");
    let form = journey.to_form(&mut browser, "&prompt=login").await;
    let Step::Return(back) = journey.send(&browser, &form, (EMAIL, PASSWORD)).await else {
        panic!("refused")
    };
    assert_ne!(back.session, Some(first.clone()));
    let tenant = journey.kit.tenant();
    assert!(sessions::find(&journey.kit.app, &tenant.tenant, Some(&first)).await.unwrap().is_none());
    assert!(sessions::find(&journey.kit.app, &tenant.tenant, back.session.as_ref()).await.unwrap().is_some());
}

#[tokio::test]
async fn nobody_can_tell_an_unknown_name_from_a_wrong_password() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, "").await;
    for name in [EMAIL, "nobody@example.com", "no address at all", ""] {
        let step = journey.send(&browser, &form, (name, "wrong")).await;
        assert_eq!(problem(&step), Some(Problem::NoMatch), "{name}");
    }
    let log = journey.log().await;
    assert_eq!(log[..4], ["fu", "fu", "fu", "fp"]);
}

/// CVE-2025-24806: each such spelling would have a counter of its own.
#[tokio::test]
async fn a_name_that_becomes_an_address_only_by_cleaning_is_nobodys() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, "").await;
    for name in [format!("{EMAIL}\u{1}"), format!("\u{7f}{EMAIL}"), format!("{EMAIL}{}x", " ".repeat(600))] {
        let step = journey.send(&browser, &form, (&name, PASSWORD)).await;
        assert_eq!(problem(&step), Some(Problem::NoMatch), "{name:?}");
    }
}

#[tokio::test]
async fn a_megabyte_is_no_password() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, "").await;
    let step = journey.send(&browser, &form, (EMAIL, &"x".repeat(1 << 20))).await;
    assert_eq!(problem(&step), Some(Problem::NoMatch));
}

/// CVE-2024-4629.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_five_hundred_guesses_at_once_ten_are_looked_at() {
    let journey = std::sync::Arc::new(Journey::new().await);
    let mut browser = Browser::default();
    let form = std::sync::Arc::new(journey.to_form(&mut browser, "").await);
    let browser = std::sync::Arc::new(browser);
    let mut guesses = tokio::task::JoinSet::new();
    for i in 0..500 {
        let (journey, form, browser) = (journey.clone(), form.clone(), browser.clone());
        guesses.spawn(async move {
            let visitor = journey.visitor();
            journey.send_from(&visitor, &browser, &form, (EMAIL, &format!("guess {i}"))).await
        });
    }
    let mut looked_at = 0;
    for step in guesses.join_all().await {
        match problem(&step.unwrap()) {
            Some(Problem::NoMatch) => looked_at += 1,
            other => assert_eq!(other, Some(Problem::TooManyTries)),
        }
    }
    assert_eq!(looked_at, 10);
    // The right password does not open a locked account either; ten minutes later it does.
    let locked = journey.send(&browser, &form, (EMAIL, PASSWORD)).await;
    assert_eq!(problem(&locked), Some(Problem::TooManyTries));
    assert!(journey.log().await.contains(&"limit_wc"));
    journey.wait(600);
    assert!(matches!(journey.send(&browser, &form, (EMAIL, PASSWORD)).await, Step::Return(_)));
}

/// Counting before looking must not turn people away who are many and right at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thirty_right_passwords_at_once_all_get_in() {
    let journey = std::sync::Arc::new(Journey::new().await);
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let journey = journey.clone();
        logins.spawn(async move {
            let mut browser = Browser::default();
            let form = journey.to_form(&mut browser, "").await;
            journey.send(&browser, &form, (EMAIL, PASSWORD)).await
        });
    }
    for step in logins.join_all().await {
        assert!(matches!(step, Step::Return(_)), "{:?}", problem(&step));
    }
}

#[tokio::test]
async fn an_address_has_a_hundred_tries_whatever_names_it_tries() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, "").await;
    for i in 0..100 {
        let step = journey.send(&browser, &form, (&format!("u{i}@example.com"), "x")).await;
        assert_eq!(problem(&step), Some(Problem::NoMatch), "{i}");
    }
    let step = journey.send(&browser, &form, ("one.more@example.com", "x")).await;
    assert_eq!(problem(&step), Some(Problem::TooManyTries));
    // Another address still gets in.
    let mut elsewhere = journey.visitor();
    elsewhere.info.ip = "198.51.100.4".parse().ok();
    let step = journey.send_from(&elsewhere, &browser, &form, (EMAIL, PASSWORD)).await.unwrap();
    assert!(matches!(step, Step::Return(_)));
}

#[tokio::test]
async fn a_login_that_works_gives_its_tries_back() {
    let journey = Journey::new().await;
    for round in 0..3 {
        let mut browser = Browser::default();
        let form = journey.to_form(&mut browser, "").await;
        for _ in 0..9 {
            journey.send(&browser, &form, (EMAIL, "wrong")).await;
        }
        let step = journey.send(&browser, &form, (EMAIL, PASSWORD)).await;
        assert!(matches!(step, Step::Return(_)), "round {round}");
    }
}

#[tokio::test]
async fn a_blocked_user_is_told_so_only_after_the_right_password() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    journey.code(&mut browser).await;
    journey.block().await;
    // The session that exists does not count any more either.
    let Step::Return(back) = journey.begin(&browser, "&prompt=none").await else { panic!("a page") };
    assert_eq!(field(&back, "error").as_deref(), Some("login_required"));
    let form = journey.to_form(&mut browser, "").await;
    assert_eq!(problem(&journey.send(&browser, &form, (EMAIL, "wrong")).await), Some(Problem::NoMatch));
    assert_eq!(problem(&journey.send(&browser, &form, (EMAIL, PASSWORD)).await), Some(Problem::Blocked));
}

#[tokio::test]
async fn a_client_that_is_deleted_meanwhile_gets_no_code() {
    let journey = Journey::new().await;
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, "").await;
    // Another process deletes it: this one still has it in memory.
    let neighbour = journey.kit.neighbour().await;
    clients::delete(&neighbour, &journey.kit.shell(), &journey.client).await.unwrap();
    let step = journey.send(&browser, &form, (EMAIL, PASSWORD)).await;
    assert!(!matches!(step, Step::Return(_)), "a deleted client got {step:?}");
}

#[tokio::test]
async fn an_unlisted_callback_is_a_page_with_a_reference_that_the_log_knows() {
    let journey = Journey::new().await;
    let query = format!("client_id={}&response_type=code&redirect_uri=https://evil.test/", journey.client);
    let params = Params::from_query(&query);
    let step =
        begin::begin(&journey.kit.app, &journey.visitor(), &params, &Browser::default()).await.unwrap();
    let Step::Refused(page) = step else { panic!("not refused") };
    assert_eq!(page.error.problem, PageProblem::CallbackNotAllowed);
    assert_eq!(page.asked, None, "a stranger sees no details");
    let events = journey.kit.events().await;
    assert_eq!(events[0].code.as_str(), "f");
    assert_eq!(events[0].details["reference"], page.reference.as_str());
}

#[tokio::test]
async fn a_client_made_by_another_process_is_known_at_once() {
    let journey = Journey::new().await;
    let neighbour = journey.kit.neighbour().await;
    let other = crate::kit::Kit {
        app: neighbour,
        clock: journey.kit.clock.clone(),
        folder: tempfile::tempdir().unwrap(),
    };
    let client = super::journey::public_client(&other, 0).await;
    let query = Params::from_query(&journey.query(&client, ""));
    let step = begin::begin(&journey.kit.app, &journey.visitor(), &query, &Browser::default()).await.unwrap();
    assert!(matches!(step, Step::Started(_)), "{step:?}");
}

#[tokio::test]
async fn two_people_in_one_browser_have_two_sessions() {
    let journey = Journey::new().await;
    user(&journey.kit, "ada@example.com").await;
    let mut browser = Browser::default();
    journey.code(&mut browser).await;
    let form = journey.to_form(&mut browser, "&prompt=login").await;
    let Step::Return(back) = journey.send(&browser, &form, ("ada@example.com", PASSWORD)).await else {
        panic!("refused")
    };
    let tenant = journey.kit.tenant();
    let present = sessions::find(&journey.kit.app, &tenant.tenant, back.session.as_ref()).await.unwrap();
    assert_eq!(present.unwrap().user.email.as_str(), "ada@example.com");
}
