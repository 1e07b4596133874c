//! Sample contexts of every page in every state, for snapshots and for looking at.

use doorward_model::api::{ApiPermission, ResourceServer};
use doorward_model::client::{Client, defaults, kind::ClientKind};
use doorward_model::device::Device;
use doorward_model::ids::{ClientId, LogId, ResourceServerId, TenantId};
use doorward_model::tenant::{Issuer, Tenant, TenantSettings};
use doorward_model::time::{Lifetime, Timestamp};
use doorward_protocol::oauth::doctor::{Case, Diagnosis, Lists, Purpose, Verdict, examine};
use doorward_protocol::oauth::error::{PageError, PageProblem};
use doorward_web::page::{Nonce, Page};

use super::{
    Application, ApplicationsPage, ConfirmDevicePage, ConsentPage, Details, DeviceDonePage,
    DeviceRefusedPage, EnterCodePage, ErrorPage, FormPostPage, LoggedOutPage, LoginPage, LogoutQuestionPage,
    NotLoggedInPage, Permit, Place, Reader, RestartPage, StayedPage, WebMessagePage,
};

/// What a stranger would love to see unescaped.
pub(super) const MARKUP: &str = "<script>alert('x')</script>\"&";

pub(super) fn tenant(name: &str) -> Tenant {
    Tenant {
        id: TenantId::parse("acme").unwrap(),
        issuer: Issuer::parse("https://id.acme.test/").unwrap(),
        version: 1,
        settings: TenantSettings::new(name.to_owned()),
        created_at: Timestamp::from_seconds(0),
    }
}

pub(super) fn client(name: &str) -> Client {
    let mut settings = defaults::for_people(ClientKind::RegularWeb);
    settings.name = name.to_owned();
    Client {
        id: ClientId::parse("AKvJt6mXo2Qe9hTzLbRnWcYdPf4sUg71").unwrap(),
        global: false,
        version: 1,
        settings,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
    }
}

fn login(username: &str, problem: Option<&str>) -> Page {
    LoginPage {
        client: &client("Storefront"),
        tenant: &tenant("Acme"),
        state: "hKFo2SBKaXN0",
        csrf: "Zm9ybS10b2tlbg",
        username,
        problem,
        callback: "https://store.acme.test/callback",
    }
    .page()
}

/// An API with permissions that have words, and one that has none.
pub(super) fn api(name: &str) -> ResourceServer {
    let id = ResourceServerId::parse("64f1c0ffee64f1c0ffee64f1").unwrap();
    let identifier = "https://api.acme.test/orders".to_owned();
    ResourceServer {
        name: name.to_owned(),
        permissions: vec![
            ApiPermission::new("read:orders", "See your orders and what became of them"),
            ApiPermission::new("create:orders", "Order in your name"),
            ApiPermission::new("read:stock", ""),
        ],
        ..ResourceServer::new(id, identifier, Timestamp::from_seconds(0))
    }
}

fn consent(scope: &str, api: Option<&ResourceServer>, is_first_party: bool) -> Page {
    let mut client = client("Partner Sync");
    client.settings.is_first_party = is_first_party;
    let scope: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
    ConsentPage {
        client: &client,
        tenant: &tenant("Acme"),
        state: "hKFo2SBKaXN0",
        csrf: "Zm9ybS10b2tlbg",
        account: "ada@example.com",
        api,
        scope: &scope,
        callback: "https://sync.partner.test/callback",
        other_account: Some("/authorize?client_id=a&prompt=login"),
    }
    .page()
}

fn partner() -> Client {
    let mut partner = client("Partner Sync");
    partner.settings.is_first_party = false;
    partner
}

fn applications(taken_back: Option<&Client>) -> Page {
    let (shop, orders) = (client("Storefront"), api("Orders"));
    let partner = partner();
    let scope = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
    let (account, at_orders) = (scope("openid email offline_access"), scope("openid read:orders read:stock"));
    let since = Timestamp::from_seconds(1_795_000_000);
    let permits = vec![
        Permit { place: Place::Account, scope: &account },
        Permit { place: Place::Api(&orders), scope: &at_orders },
    ];
    let gone = vec![Permit { place: Place::Gone("https://old.acme.test/"), scope: &at_orders[1..2] }];
    let all = [
        Application { client: &partner, since, permits },
        Application { client: &shop, since, permits: gone },
    ];
    ApplicationsPage {
        tenant: &tenant("Acme"),
        account: "ada@example.com",
        user: "auth0|5f7c8ec7c33c6c004bbafe82",
        csrf: "Zm9ybS10b2tlbg",
        applications: if taken_back.is_none() { &all } else { &[] },
        taken_back,
    }
    .page()
}

/// What the doctor finds.
pub(super) fn diagnosis(asked: &str, allowed: &[String]) -> Diagnosis {
    let lists = Lists { callbacks: allowed, ..Lists::default() };
    match examine(&Case { asked, purpose: Purpose::Login, lists, others: &[] }) {
        Verdict::Refused(found) => *found,
        Verdict::Allowed => panic!("{asked} is allowed"),
    }
}

fn error(problem: PageProblem, reader: Option<Reader<'_>>) -> Page {
    let allowed =
        ["https://store.acme.test/callback".to_owned(), "http://localhost:3000/callback".to_owned()];
    let asked = "https://store.acme.test/callback/";
    let found = diagnosis(asked, &allowed);
    let details = reader.map(|reader| {
        let allowed = if reader == Reader::Developer { &allowed[..] } else { &[] };
        Details { reader, asked: Some(asked), allowed, diagnosis: Some(&found) }
    });
    let error = PageError::new(problem, "redirect_uri is not on the list of client Storefront");
    ErrorPage { tenant: &tenant("Acme"), error: &error, reference: "7F3K-92QD", details }.page()
}

fn error_with_help() -> Page {
    let mut tenant = tenant("Acme");
    tenant.settings.support_url = Some("https://acme.test/help?a&b".to_owned());
    tenant.settings.support_email = Some("help@acme.test".to_owned());
    let error = PageError::new(PageProblem::UnknownClient, "no such client");
    ErrorPage { tenant: &tenant, error: &error, reference: "7F3K-92QD", details: None }.page()
}

fn form_post() -> Page {
    FormPostPage {
        client: &client("Storefront"),
        tenant: &tenant("Acme"),
        action: "https://store.acme.test/callback",
        fields: &[("code", "SplxlOBeZQQYbYS6WxSbIA".to_owned()), ("state", MARKUP.to_owned())],
        nonce: &Nonce::from("bm9uY2U"),
    }
    .page()
}

fn web_message() -> Page {
    WebMessagePage {
        origin: "https://store.acme.test",
        fields: &[("code", "SplxlOBeZQQYbYS6WxSbIA".to_owned()), ("state", "</script>\u{2028}&".to_owned())],
        nonce: &Nonce::from("bm9uY2U"),
    }
    .page()
}

fn logout_question(client: Option<&Client>) -> Page {
    LogoutQuestionPage {
        tenant: &tenant("Acme"),
        client,
        account: "ada@example.com",
        csrf: "Zm9ybS10b2tlbg",
        fields: &[
            ("client_id", "AKvJt6mXo2Qe9hTzLbRnWcYdPf4sUg71".to_owned()),
            ("post_logout_redirect_uri", "https://store.acme.test/bye".to_owned()),
        ],
        to: Some("https://store.acme.test/bye"),
    }
    .page()
}

fn enter_code(code: &str, problem: Option<&str>) -> Page {
    EnterCodePage {
        tenant: &tenant("Acme"),
        csrf: "Zm9ybS10b2tlbg",
        code,
        example: "ZXWV-TSRQ",
        is_number: false,
        problem,
    }
    .page()
}

fn confirm_device(account: Option<&str>, is_near: bool) -> Page {
    let user_agent = is_near.then(|| "television/1.0".to_owned());
    ConfirmDevicePage {
        client: &client("Acme TV"),
        tenant: &tenant("Acme"),
        csrf: "Zm9ybS10b2tlbg",
        code: "WDJB-MJHT",
        device: &Device { ip: Some("203.0.113.9".to_owned()), user_agent },
        is_near,
        asked_at: Timestamp::from_seconds(1_795_000_000),
        age: Lifetime::from_seconds(if is_near { 20 } else { 130 }),
        account,
    }
    .page()
}

/// Every page in every state, by name.
pub(super) fn all() -> Vec<(&'static str, Page)> {
    let acme = tenant("Acme");
    let event = LogId::parse("90020261125025134000000000000000000001").unwrap();
    let wrong = "That email and password do not match. Check both and try again.";
    let locked = "Too many tries. Wait 10 minutes, then try again.";
    vec![
        ("login", login("", None)),
        ("login_wrong", login("ada@example.com", Some(wrong))),
        ("login_locked", login("ada@example.com", Some(locked))),
        ("consent", consent("openid profile email", None, false)),
        (
            "consent_api",
            consent(
                "openid offline_access read:orders create:orders read:stock",
                Some(&api("Orders")),
                false,
            ),
        ),
        ("consent_nothing", consent("", Some(&api("Orders")), true)),
        ("applications", applications(None)),
        ("applications_none", applications(Some(&partner()))),
        ("not_logged_in", NotLoggedInPage { tenant: &acme, is_form: false }.page()),
        ("not_logged_in_form", NotLoggedInPage { tenant: &acme, is_form: true }.page()),
        ("enter_code", enter_code("", None)),
        ("enter_code_link", enter_code("WDJB-MJHT", None)),
        (
            "enter_code_wrong",
            enter_code("WDJB-MJHX", Some("That code is not right. Compare it with the one on your device.")),
        ),
        ("confirm_device", confirm_device(None, true)),
        ("confirm_device_account", confirm_device(Some("ada@example.com"), false)),
        ("device_done", DeviceDonePage { client: &client("Acme TV"), tenant: &acme }.page()),
        (
            "device_refused",
            DeviceRefusedPage { client: &client("Acme TV"), tenant: &acme, why: "You declined." }.page(),
        ),
        ("error_client", error(PageProblem::UnknownClient, None)),
        ("error_client_help", error_with_help()),
        ("error_callback", error(PageProblem::CallbackNotAllowed, None)),
        ("error_callback_details", error(PageProblem::CallbackNotAllowed, Some(Reader::Developer))),
        (
            "error_callback_admin",
            error(PageProblem::CallbackNotAllowed, Some(Reader::Admin { event: Some(&event) })),
        ),
        ("restart", RestartPage { tenant: &acme, again: None }.page()),
        (
            "restart_again",
            RestartPage { tenant: &acme, again: Some("/authorize?client_id=a&state=b") }.page(),
        ),
        ("logged_out", LoggedOutPage { tenant: &acme }.page()),
        ("logout_question", logout_question(None)),
        ("logout_question_client", logout_question(Some(&client("Storefront")))),
        ("stayed", StayedPage { tenant: &acme }.page()),
        ("form_post", form_post()),
        ("web_message", web_message()),
    ]
}
