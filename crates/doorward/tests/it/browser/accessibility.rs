//! Every page, in both themes and at every width: axe finds nothing (WCAG 2.2 AA), nothing scrolls
//! sideways, nothing comes from elsewhere. Source: UX §8, row 12.

use std::path::Path;

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::chromium::is_required;
use super::first_run::OWNER_PASSWORD;
use super::{Browser, Look, OpenHouse};
use crate::kit::Via;

const AXE: &str = "../../interop/browser/node_modules/axe-core/axe.min.js";
/// The rules of WCAG 2.0 to 2.2, A and AA, and the checker's own good practice.
const CHECK: &str = "const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(
        (found) => done(found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' | ')}`)),
        (error) => done([String(error)]))";

/// What makes the page scroll sideways, if it does.
const TOO_WIDE: &str = "const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const clips = (e) => e && e !== document.body && (getComputedStyle(e).overflowX !== 'visible' || clips(e.parentElement));
    const wide = [...document.querySelectorAll('body *')].filter(
        (e) => e.checkVisibility() && e.getBoundingClientRect().right > room + 1 && !clips(e.parentElement));
    return wide.slice(0, 8).map((e) => `${e.tagName} ${e.className} ${Math.round(e.getBoundingClientRect().right)}`).concat('too wide')";

/// The accessibility checker; none where it is not installed and not required.
pub(super) fn axe() -> Option<String> {
    let found = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE));
    if found.is_err() {
        let missing = "axe-core is not installed (npm ci in interop/browser)";
        assert!(!is_required(), "{missing}");
        eprintln!("Pages were not checked for accessibility: {missing}");
    }
    found.ok()
}

impl Browser {
    /// Checks the page that is open in every look.
    pub(super) async fn passes_every_look(&self, name: &str, axe: &str) {
        self.loaded_nothing_from_elsewhere().await;
        self.has_a_clean_console().await;
        self.run(axe).await;
        for look in Look::all() {
            self.fits(name, look).await;
            let findings = self.run_to_its_end(CHECK).await;
            assert_eq!(findings, Value::Array(Vec::new()), "{name} in {look:?}");
        }
    }

    /// Looks at the page that is open so, and insists that nothing of it stands beside the window.
    async fn fits(&self, name: &str, look: Look) {
        let too_wide = self.too_wide(name, look).await;
        assert_eq!(too_wide, Value::Array(Vec::new()), "{name} in {look:?} scrolls sideways");
    }

    /// What stands beside the window.
    pub(super) async fn too_wide(&self, name: &str, look: Look) -> Value {
        self.look(look).await;
        self.keep_picture(name, look).await;
        self.run(TOO_WIDE).await
    }

    /// The same where the checker is installed.
    pub(super) async fn passes_every_look_if_checked(&self, name: &str) {
        if let Some(axe) = axe() {
            self.passes_every_look(name, &axe).await;
        }
    }

    /// Pictures of all pages for people to look at, where somebody wants them.
    async fn keep_picture(&self, name: &str, look: Look) {
        let Some(folder) = std::env::var_os("DOORWARD_TEST_PICTURES") else { return };
        let theme = if look.dark { "dark" } else { "light" };
        self.picture(
            &Path::new(&folder).join(format!("{name} {theme} {}.png", look.width).replace(' ', "-")),
        )
        .await;
    }
}

#[tokio::test]
async fn the_pages_for_everybody_can_be_used_by_everybody() {
    let (Some(axe), Some(browser)) = (axe(), Browser::start().await) else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let elsewhere = party.authorize(&[("redirect_uri", "https://spa.test/other")]);
    let pages = [
        ("root", "/".to_owned()),
        ("set-up", "/setup".to_owned()),
        ("login", party.authorize(&[])),
        ("refused callback", elsewhere),
        ("logged out", "/v2/logout".to_owned()),
        ("nothing here", "/nothing/here".to_owned()),
    ];
    for (name, path) in pages {
        browser.open(&house.page(&path)).await;
        browser.passes_every_look(name, &axe).await;
    }
}

#[tokio::test]
async fn the_pages_for_admins_can_be_used_by_everybody() {
    let (Some(axe), Some(browser)) = (axe(), Browser::start().await) else { return };
    let house = OpenHouse::new().await;
    let spa = house.party(ClientKind::Spa, Via::None).await.client_id;
    let web = house.party(ClientKind::RegularWeb, Via::Post).await.client_id;
    let native = house.party(ClientKind::Native, Via::None).await.client_id;
    let machine = house.party(ClientKind::NonInteractive, Via::Post).await.client_id;
    browser.set_up(&house).await;
    house.get("/authorize?client_id=nobody&response_type=code&redirect_uri=https://a.test/cb").await.is(400);
    let logs = house.logs().await;
    let refused = logs.iter().find(|event| event["type"] == "f").unwrap();
    let event = refused["log_id"].as_str().unwrap().to_owned();
    let of = |client: &str, page: &str| format!("/manage/clients/{client}/{page}");
    let pages = [
        ("overview", "/manage".to_owned()),
        ("clients", "/manage/clients".to_owned()),
        ("no client found", "/manage/clients?q=nothing".to_owned()),
        ("create", "/manage/clients/new".to_owned()),
        ("quick starts", of(&spa, "quickstart")),
        ("quick starts of a device", of(&native, "quickstart")),
        ("command line", of(&native, "quickstart/command-line")),
        ("a port that cannot be", of(&spa, "quickstart/react?port=x")),
        ("APIs of a new program", of(&machine, "apis")),
        ("React", of(&spa, "quickstart/react")),
        ("Express", of(&web, "quickstart/express")),
        ("curl", of(&machine, "quickstart/curl")),
        ("settings of a website", of(&web, "settings#endpoints")),
        ("settings of a page", of(&spa, "settings#endpoints")),
        ("settings of a program", of(&machine, "settings#endpoints")),
        ("settings of a device", of(&native, "settings#team_id")),
        ("addons", of(&web, "addons")),
        ("connections", of(&web, "connections")),
        ("connections of a program", of(&machine, "connections")),
        ("rotate", of(&web, "rotate")),
        ("delete", of(&web, "delete")),
        ("logs", "/manage/logs".to_owned()),
        ("no event found", "/manage/logs?client=nobody".to_owned()),
        ("event", format!("/manage/logs/{event}")),
        ("nothing here", "/manage/nothing".to_owned()),
    ];
    for (name, path) in pages {
        browser.open(&house.page(&path)).await;
        browser.passes_every_look(name, &axe).await;
    }
}

/// Without scripts pages have other buttons, and lists are texts: they fit as well. (The checker for
/// accessibility is a script that waits, so it cannot run there.)
#[tokio::test]
async fn pages_without_scripts_fit_every_window() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let house = OpenHouse::new().await;
    let web = house.party(ClientKind::RegularWeb, Via::Post).await;
    let native = house.party(ClientKind::Native, Via::None).await.client_id;
    let of = |client: &str, page: &str| format!("/manage/clients/{client}/{page}");
    let login = web.authorize(&[]);
    browser.set_up_by_hand(&house).await;
    for (name, path) in [
        ("login", login),
        ("overview", "/manage".to_owned()),
        ("clients", "/manage/clients".to_owned()),
        ("create", "/manage/clients/new".to_owned()),
        ("settings of a website", of(&web.client_id, "settings")),
        ("settings of a device", of(&native, "settings")),
        ("connections", of(&web.client_id, "connections")),
        ("Express", of(&web.client_id, "quickstart/express")),
        ("logs", "/manage/logs".to_owned()),
        ("set-up", "/setup".to_owned()),
    ] {
        browser.open(&house.page(&path)).await;
        browser.run("for (const fold of document.querySelectorAll('details')) fold.open = true").await;
        for look in Look::all() {
            browser.fits(&format!("{name} without scripts"), look).await;
        }
        browser.loaded_nothing_from_elsewhere().await;
    }
    browser.end().await;
}

/// The popup, and a form that was refused, are pages in a state of their own.
#[tokio::test]
async fn popups_and_refused_forms_can_be_used_by_everybody() {
    let (Some(axe), Some(browser)) = (axe(), Browser::start().await) else { return };
    let house = OpenHouse::new().await;
    let web = house.party(ClientKind::RegularWeb, Via::Post).await.client_id;
    let machine = house.party(ClientKind::NonInteractive, Via::Post).await.client_id;
    browser.set_up(&house).await;

    browser.open(&house.page("/manage/clients")).await;
    browser.press("Create Client").await;
    browser.sees("What are you building?").await;
    browser.passes_every_look("create popup", &axe).await;
    browser.press("Create").await;
    browser.sees("Enter a name").await;
    browser.passes_every_look("create, refused", &axe).await;

    browser.open(&house.page(&format!("/manage/clients/{web}/settings"))).await;
    browser.fill("Name", "").await;
    browser.press("Save Changes").await;
    browser.sees("Enter a name for this client.").await;
    browser.passes_every_look("settings, refused", &axe).await;

    browser.open(&house.page(&format!("/manage/clients/{web}/settings"))).await;
    browser.press("Delete Client").await;
    browser.sees("Yes, delete client").await;
    browser.passes_every_look("delete popup", &axe).await;

    browser.asks_back(&house, &web, &axe).await;

    browser.open(&house.page(&format!("/manage/clients/{web}/settings"))).await;
    browser.press("Rotate Client Secret").await;
    browser.sees("The old secret keeps working for").await;
    browser.passes_every_look("rotate popup", &axe).await;
    browser.press("Yes, rotate secret").await;
    browser.sees("Old secret:").await;
    browser.passes_every_look("settings with an old secret", &axe).await;

    house.grant_management_api(&machine, &["read:clients"]).await;
    browser.open(&house.page(&format!("/manage/clients/{machine}/quickstart/curl"))).await;
    browser.press("Get a token now").await;
    browser.sees("Got in").await;
    browser.passes_every_look("a token", &axe).await;

    browser.open(&house.page("/manage")).await;
    browser.open_menu().await;
    browser.passes_every_look("tenant menu", &axe).await;
    browser.press("Log out").await;
    browser.sees("You are logged out.").await;
    browser.passes_every_look("login", &axe).await;
}

impl Browser {
    /// Where the dashboard asks back: what is reviewed, what somebody else saved meanwhile, the last
    /// connection, the password.
    async fn asks_back(&self, house: &OpenHouse, client: &str, axe: &str) {
        let settings = house.page(&format!("/manage/clients/{client}/settings"));
        self.open(&settings).await;
        self.fill("Name", "Billing portal").await;
        self.press("Review").await;
        self.sees("Review 1 change").await;
        self.passes_every_look("review popup", axe).await;
        let machine = house.machine(&["update:clients"]).await;
        let change = json!({ "name": "Theirs", "callbacks": ["https://theirs.test/cb"] });
        machine.patch(&format!("/api/v2/clients/{client}"), &change).await.is(200);
        self.press("Save Changes").await;
        self.sees("saved this").await;
        self.passes_every_look("settings, saved by somebody else", axe).await;
        self.run("document.querySelector('[data-dirty]')?.removeAttribute('data-dirty')").await;

        self.open(&house.page(&format!("/manage/clients/{client}/connections"))).await;
        self.tick("Username-Password-Authentication").await;
        self.sees("Nobody could log in").await;
        self.passes_every_look("last connection popup", axe).await;

        house.advance(16 * 60);
        self.open(&settings).await;
        self.tick("Reveal Client Secret").await;
        self.sees("Confirm it is you to see the secret.").await;
        self.passes_every_look("password", axe).await;
        self.fill("Password", "not the password").await;
        self.press("Reveal Client Secret").await;
        self.sees("This is not your password.").await;
        self.passes_every_look("password, refused", axe).await;
        self.fill("Password", OWNER_PASSWORD).await;
        self.press("Reveal Client Secret").await;
        self.sees("Client Secret").await;
        self.passes_every_look("secret shown", axe).await;
    }
}
