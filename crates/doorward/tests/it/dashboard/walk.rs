//! Every page that can be reached by links, from the overview on: without a refused link, without a
//! button that does nothing, and without a name that becomes markup.

use std::collections::{BTreeMap, VecDeque};

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

/// What a name may hold, as nasty as the model lets it be.
const MARKUP: &str = "\"'><script>alert(1)</script>&amp;\u{202e}";
/// The same for names of clients and APIs, which holds no `<` and `>`.
const QUOTES: &str = "\"'&amp; onload=x\u{202e}";
const API: &str = "https://orders.test/";

/// Addresses of the dashboard that a page leads to, without what is asked of a page besides.
fn links(html: &str) -> impl Iterator<Item = String> + '_ {
    let links = html.split("href=\"/manage").skip(1).filter_map(|rest| rest.split('"').next());
    links.map(|rest| format!("/manage{}", rest.split(['?', '#']).next().unwrap()))
}

/// All pages that somebody reaches; of the operations of the API explorer the first only.
async fn reached(visitor: &Visitor<'_>) -> BTreeMap<String, (u16, String)> {
    let mut waiting = VecDeque::from(["/manage".to_owned()]);
    let mut seen = BTreeMap::new();
    let mut operations = 0;
    while let Some(path) = waiting.pop_front() {
        if seen.contains_key(&path) || path.ends_with(".zip") {
            continue;
        }
        operations += usize::from(path.starts_with("/manage/api/"));
        if path.starts_with("/manage/api/") && operations > 1 {
            continue;
        }
        let page = visitor.get(&path).await;
        let (status, html) = (page.status.as_u16(), page.text());
        let place = page.header("location").map(str::to_owned);
        waiting.extend(links(&html).chain(place));
        seen.insert(path, (status, html));
    }
    assert!(seen.len() > 15, "nearly nothing is reached: {:?}", seen.keys());
    seen
}

/// Whether a form has a button that sends it.
fn sends(form: &str) -> bool {
    form.split("<button").skip(1).any(|button| !button.split('>').next().unwrap().contains("type=\"button\""))
}

/// Titles and names for screen readers in which something turns the direction of writing: nothing in
/// them can be set apart from the words around it.
fn turned(html: &str) -> Vec<&str> {
    let between = |begin: &'static str, end: char| {
        html.split(begin).skip(1).filter_map(move |rest| rest.split(end).next())
    };
    let plain =
        between("<title>", '<').chain(between(" aria-label=\"", '"')).chain(between(" title=\"", '"'));
    plain.filter(|text| text.contains('\u{202e}')).collect()
}

/// A house in which something happened to clients of every type.
async fn lived_in() -> House {
    let house = House::new().await;
    house.make_api(API, "Orders", &[("read:orders", "See orders")]).await;
    for (kind, via) in [(ClientKind::Native, Via::None), (ClientKind::Spa, Via::None)] {
        house.party(kind, via).await;
    }
    let settings = json!({ "name": "Storefront", "callbacks": ["https://shop.test/cb"] });
    let web = house.party_with(ClientKind::RegularWeb, Via::Post, settings).await;
    house.get(&web.authorize(&[("redirect_uri", "https://shop.test/cb/")])).await.is(400);
    house.party(ClientKind::NonInteractive, Via::Post).await;
    house
}

#[tokio::test]
async fn a_viewer_meets_no_refused_link_and_no_button_that_changes_something() {
    const OWN: [&str; 2] = ["/manage/theme", "/manage/logout"];
    let house = lived_in().await;
    house.admin().await;
    house.second_admin().await;
    let viewer = Visitor::new(&house);
    viewer.enter_dashboard("viewer@example.com", PASSWORD).await.is(303);
    let pages = reached(&viewer).await;
    for (path, (status, html)) in &pages {
        assert!(matches!(status, 200 | 303), "{path} is refused: {status}");
        let forms = html.split("<form").skip(1).filter_map(|form| form.split("</form>").next());
        for form in forms.filter(|form| form.contains("method=\"post\"") && sends(form)) {
            let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            // A card is hidden in the own browser only, and what the explorer asks is asked as a viewer.
            let is_own =
                OWN.contains(&action) || action.ends_with("/dismiss") || path.starts_with("/manage/api");
            assert!(is_own, "{path} has a button for {action}");
        }
        for words in ["Allow and go on", "Add all", "Save Changes", "Yes, delete"] {
            assert!(!html.contains(words), "{path} says {words}");
        }
    }
    let program =
        pages.keys().find(|path| path.ends_with("/quickstart/curl")).expect("no guide of a program");
    let step = program.replace("/quickstart/curl", "/apis");
    let html = viewer.get(&step).await.is(200).text();
    assert!(html.contains("Owners can choose its APIs.") && html.contains(">Go on</a>"), "{html}");
    assert!(!html.contains("Allow and go on"), "{html}");
}

#[tokio::test]
async fn an_owner_meets_no_refused_link() {
    let house = lived_in().await;
    let admin = house.admin().await;
    for (path, (status, _)) in reached(&admin).await {
        assert!(matches!(status, 200 | 303), "{path}: {status}");
    }
}

#[tokio::test]
async fn names_stay_text_on_every_page_that_shows_them() {
    let house = House::new().await;
    house.make_api(API, QUOTES, &[("read:orders", MARKUP)]).await;
    let admin = house.admin().await;
    let machine = house
        .machine(&["update:users", "update:tenant_settings", "create:client_grants", "read:clients"])
        .await;
    machine.patch("/api/v2/tenants/settings", &json!({ "friendly_name": MARKUP })).await.is(200);
    let ada = house.user_id(EMAIL).await;
    machine.patch(&format!("/api/v2/users/{ada}"), &json!({ "name": MARKUP })).await.is(200);
    let web = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": QUOTES })).await;
    web.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    house.get(&web.authorize(&[("redirect_uri", "https://app.test/callback/")])).await.is(400);
    let program = house.party(ClientKind::NonInteractive, Via::Post).await;
    let grant = json!({ "client_id": program.client_id, "audience": API, "scope": ["read:orders"] });
    machine.post("/api/v2/client-grants", &grant).await.is(201);

    let mut pages = reached(&admin).await;
    let step = format!("/manage/clients/{}/apis", program.client_id);
    let step_page = admin.get(&step).await.is(200).text();
    pages.insert(step.clone(), (200, step_page));
    let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let person = Visitor::new(&house);
    let asked = partner.authorize(&[("audience", API), ("scope", "openid read:orders")]);
    let login = person.to_login(&asked).await;
    pages.insert("login".to_owned(), (200, login.text()));
    let consent = person.submit(&login, &[("username", EMAIL), ("password", PASSWORD)]).await;
    let consent = person.get(consent.location()).await.is(200).text();
    pages.insert("consent".to_owned(), (200, consent));

    for (path, (_, html)) in &pages {
        assert!(!html.contains("<script>") && !html.contains(QUOTES), "{path}: {html}");
        assert_eq!(turned(html), Vec::<&str>::new(), "{path}");
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, html.matches("<script src=\"/assets/").count(), "{path}");
    }
    let shows = |path: &str, count: usize| {
        let found = pages[path].1.matches("&#60;script&#62;alert(1)&#60;/script&#62;&#38;amp;").count();
        assert!(found >= count, "{path} shows the names {found} times: {}", pages[path].1);
    };
    shows("/manage", 3);
    shows("/manage/logs", 3);
    shows(&step, 3);
    shows(&format!("/manage/clients/{}/connections", program.client_id), 3);
    shows(&format!("/manage/clients/{}/quickstart/curl", program.client_id), 2);
    shows("login", 1);
    shows("consent", 3);
}
