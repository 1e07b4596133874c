//! The walk through the dashboard: list, search, popup, four tabs, the end of a client, the log.
//! Source: the brief; UX §8, rows 2, 3, 4, 8 and 9.

use std::io::{Cursor, Read as _};

use doorward_model::client::kind::ClientKind;
use serde_json::json;
use thirtyfour::By;
use zip::ZipArchive;

use super::first_run::{OWNER, OWNER_PASSWORD};
use super::{Browser, Look, Neighbour, OpenHouse};
use crate::kit::{EMAIL, PASSWORD, Via, Visitor};

/// The four types as the brief writes them, and what each is called once chosen.
const TYPES: [&str; 4] =
    ["Native", "Single Page Web Applications", "Regular Web Applications", "Non Interactive Clients"];
const TABS: [&str; 4] = ["Quick Start", "Settings", "Addons", "Connections"];

impl Browser {
    /// Makes a client in the popup; ends on its Quick Start tab.
    pub async fn create_client(&self, origin: &str, name: &str, kind: &str) {
        self.open(&format!("{origin}/manage/clients")).await;
        self.press("Create Client").await;
        self.fill("Name", name).await;
        self.choose(kind).await;
        self.press("Create").await;
        self.sees(&format!("{name} was created.")).await;
        // What a program may call is asked first.
        if kind == "Non Interactive Clients" {
            self.sees("Which APIs may it call?").await;
            self.press("Skip").await;
            self.sees("Guides for this type of client.").await;
        }
        let path = self.address().await.path().to_owned();
        assert!(path.starts_with("/manage/clients/") && path.ends_with("/quickstart"), "{path}");
    }

    /// Opens another tab of the client that is shown.
    pub async fn tab(&self, name: &str) {
        self.press_within("nav[contains(@class,'tabs')]", name).await;
        self.wait_for(By::XPath(format!("//nav[contains(@class,'tabs')]/a[starts-with(normalize-space(.),'{name}') and @aria-current='page']")))
            .await
            .unwrap_or_else(|| panic!("the tab {name} is not the one that is shown"));
    }
}

#[tokio::test]
async fn default_app_is_there_and_a_client_is_found_by_anything() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let callbacks = json!({ "name": "Storefront", "callbacks": ["https://shop.test/back"] });
    let party = house.party_with(ClientKind::Spa, Via::None, callbacks).await;
    browser.set_up(&house).await;

    browser.go("Clients").await;
    browser.sees("Default App").await;
    for (typed, found, gone) in [
        (&party.client_id[..9], "Storefront", "Default App"),
        ("shop.test", "Storefront", "Default App"),
        ("default", "Default App", "Storefront"),
    ] {
        browser.fill("Search clients", typed).await;
        browser.sees(found).await;
        browser.sees_no_longer(gone).await;
    }
    browser.fill("Search clients", "nothing is called that").await;
    browser.sees_no_longer("Default App").await;
    browser.press("Clear filters").await;
    browser.sees("Default App").await;

    // What can be done with one is in its menu.
    browser.press("Actions for Storefront").await;
    browser.sees("Copy as .env").await;
    browser.press_within("details[@open]", "Delete").await;
    browser.sees("Delete Storefront?").await;
    browser.sees("It was not used in the last 7 days.").await;
    assert!(!browser.shows("Type the name of the client").await, "nobody misses it");
    browser.press("Cancel").await;
    browser.end().await;
}

#[tokio::test]
async fn a_client_is_made_in_the_popup_and_lands_on_its_guides() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;

    browser.go("Clients").await;
    browser.press("Create Client").await;
    browser.sees("What are you building?").await;
    assert_eq!(browser.address().await.path(), "/manage/clients", "no popup but a page");
    assert_eq!(browser.texts("dialog .card-radio b").await, TYPES);
    assert_eq!(browser.run("return document.activeElement.name").await, "name");
    browser.choose(TYPES[1]).await;
    let name = browser.field("Name").await;
    name.send_keys("Storefront\u{e007}").await.unwrap();
    browser.sees("Storefront was created.").await;
    assert!(browser.address().await.path().ends_with("/quickstart"));
    let tabs = browser.texts("nav.tabs a").await;
    assert!(tabs.len() == 4 && TABS.iter().zip(&tabs).all(|(name, tab)| tab.starts_with(name)), "{tabs:?}");
    assert_eq!(browser.texts(".guide h2").await, ["React"]);

    for (kind, guides) in
        [(TYPES[2], &["Express"][..]), (TYPES[3], &["curl"]), (TYPES[0], &["Command line (Node.js)"])]
    {
        browser.create_client(&house.origin(), "Another", kind).await;
        assert_eq!(browser.texts(".guide h2").await, guides, "{kind}");
    }
    browser.end().await;
}

/// Also in the narrowest window that pages are made for.
#[tokio::test]
async fn the_menu_and_the_four_tabs_stand_in_one_row_each() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    for dark in [false, true] {
        browser.look(Look { width: 320, dark }).await;
        browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
        for links in ["nav.tabs a", "nav.nav a"] {
            let tops = format!("[...document.querySelectorAll('{links}')].map((link) => link.offsetTop)");
            assert_eq!(
                browser.run(&format!("return new Set({tops}).size")).await,
                1,
                "{links}, dark: {dark}"
            );
        }
    }
    browser.end().await;
}

#[tokio::test]
async fn the_secret_is_hidden_until_it_is_asked_for() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;

    let settings = house.page(&format!("/manage/clients/{}/settings", party.client_id));
    browser.open(&settings).await;
    browser.sees("Reveal Client Secret").await;
    assert!(
        !browser.source().await.contains(&party.secret),
        "the secret is in the page before it is asked for"
    );
    browser.tick("Reveal Client Secret").await;
    browser.shows_value("client_secret", &party.secret).await;
    assert!(
        house.log_types().await.contains(&"mgmt_api_read".to_owned()),
        "that it was read is not in the log"
    );

    // After a quarter of an hour the password is asked for again.
    house.advance(16 * 60);
    browser.open(&settings).await;
    browser.tick("Reveal Client Secret").await;
    browser.sees("Confirm it is you to see the secret.").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Reveal Client Secret").await;
    browser.shows_value("client_secret", &party.secret).await;
    browser.end().await;
}

#[tokio::test]
async fn connections_stand_in_three_groups_and_a_switch_acts_at_once() {
    let Some(browser) = Browser::start().await else { return };
    let (house, app) = (OpenHouse::new().await, Neighbour::new().await);
    let callbacks = json!({ "callbacks": [app.at("/callback")] });
    let mut party = house.party_with(ClientKind::RegularWeb, Via::Post, callbacks).await;
    party.callback = app.at("/callback");
    browser.set_up(&house).await;

    let connections = house.page(&format!("/manage/clients/{}/connections", party.client_id));
    browser.open(&connections).await;
    assert_eq!(browser.texts("main h2").await, ["Database", "Social", "Enterprise"]);
    browser.tick("Username-Password-Authentication").await;
    browser.sees("Nobody could log in").await;
    browser.press("Yes, switch it off").await;
    browser.sees_no_longer("Nobody could log in to Regular Web Application then.").await;
    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.sees("Back at the application").await;
    browser.sees("error=").await;

    browser.open(&connections).await;
    browser.tick("Username-Password-Authentication").await;
    browser.sees("People can log in with").await;
    // What was switched can be taken back from where it is said; the last one asks again.
    browser.press("Undo").await;
    browser.sees("Nobody could log in to Regular Web Application then.").await;
    browser.press("Cancel").await;
    browser.sees_no_longer("Nobody could log in to Regular Web Application then.").await;
    let is_on = browser.run("return document.querySelector('.toggle').checked").await;
    assert_eq!(is_on, true, "whoever cancels changed something");
    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.sees("Email address").await;
    browser.end().await;
}

#[tokio::test]
async fn a_client_is_deleted_for_good_and_only_on_purpose() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party =
        house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Billing portal" })).await;
    browser.set_up(&house).await;

    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.sees("Danger Zone").await;
    assert!(!browser.shows("Yes, delete client").await, "it can be pressed without the dialog");
    browser.press("Delete Client").await;
    browser.sees("Delete Billing portal?").await;
    browser.sees("1 login in the last 7 days would fail.").await;
    assert_eq!(browser.run("return document.activeElement.textContent").await, "Cancel");
    browser.press("Yes, delete client").await;
    browser.sees("Type the name as it is: Billing portal").await;
    browser.fill("Type the name of the client to delete it", "Billing portal").await;
    browser.press("Yes, delete client").await;
    browser.sees("Billing portal was deleted.").await;
    browser.sees("Default App").await;

    browser.go("Logs").await;
    browser.sees("deleted the client Billing portal").await;
    browser.press_containing("deleted the client Billing portal").await;
    browser.sees("Record").await;
    browser.open(&house.page(&party.authorize(&[]))).await;
    browser.sees("Unknown application").await;
    assert!(!browser.shows("Email address").await, "a deleted client still logs people in");
    browser.end().await;
}

/// What takes effect at once, asks for the password or is a file works without script, too.
#[tokio::test]
async fn without_scripts_a_secret_is_revealed_a_connection_switched_and_a_sample_downloaded() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up_by_hand(&house).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.tick("Reveal Client Secret").await;
    browser.press("Apply Reveal Client Secret").await;
    browser.has_in_its_source(&party.secret).await;

    browser.tab("Connections").await;
    browser.tick("Username-Password-Authentication").await;
    browser.press("Apply to Username-Password-Authentication").await;
    browser.sees("Nobody could log in to Regular Web Application then.").await;
    browser.press("Yes, switch it off").await;
    browser.sees("Nobody can log in with it any more.").await;
    browser.tick("Username-Password-Authentication").await;
    browser.press("Apply to Username-Password-Authentication").await;
    browser.sees("People can log in with: Username-Password-Authentication.").await;

    house.advance(16 * 60);
    browser.tab("Quick Start").await;
    browser.press("Express").await;
    browser.press("Download sample").await;
    browser.sees("Confirm it is you to download the sample.").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Download sample").await;
    browser.sees("The sample is being downloaded.").await;
    let mut zip = ZipArchive::new(Cursor::new(browser.has_downloaded("express.zip").await)).unwrap();
    let mut settings = String::new();
    zip.by_name("express/.env").unwrap().read_to_string(&mut settings).unwrap();
    assert!(settings.contains(&party.secret), "{settings}");
    browser.end().await;
}

/// Everything but the live tail, copying and the popup works with scripts off, also in the dark and in
/// the narrowest window.
#[tokio::test]
async fn without_scripts_the_same_walk_works() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let house = OpenHouse::new().await;
    browser.look(Look { width: 320, dark: true }).await;
    browser.set_up_by_hand(&house).await;
    browser.create_client(&house.origin(), "Storefront", TYPES[1]).await;
    browser.press("React").await;
    browser.press("Add all 3").await;
    browser.sees("Added. It works from now on.").await;
    browser.tab("Settings").await;
    browser.fill("Name", "Shop").await;
    browser.press("Save Changes").await;
    browser.sees("Saved").await;
    browser.open(&house.page("/manage/clients?q=shop")).await;
    browser.sees("Shop").await;
    assert!(!browser.shows("Default App").await, "the search is a form like any other");
    browser.press("Shop").await;
    browser.tab("Settings").await;
    browser.press("Delete Client").await;
    browser.press("Yes, delete client").await;
    browser.sees("Shop was deleted.").await;
    browser.open_menu().await;
    browser.press("Log out").await;
    browser.sees("Log in").await;
    browser.end().await;
}

/// What acts at once where there is script has a button of its own where there is none.
#[tokio::test]
async fn without_scripts_every_switch_and_box_has_its_button() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let house = OpenHouse::new().await;
    let named = json!({ "name": "Billing portal" });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, named).await;
    browser.look(Look { width: 500, dark: true }).await;
    browser.set_up_by_hand(&house).await;

    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.fill("Allowed Callback URLs", "https://a.test/cb, https://b.test/cb").await;
    browser.press("Review").await;
    browser.sees("Review 1 change").await;
    browser.press("Save Changes").await;
    browser.sees("Saved. Logins use it from now on.").await;
    assert!(!browser.source().await.contains(&party.secret));
    browser.tick("Reveal Client Secret").await;
    browser.press("Apply Reveal Client Secret").await;
    browser.has_in_its_source(&party.secret).await;
    browser.press("Rotate Client Secret").await;
    browser.tick("No longer: it stops now").await;
    browser.press("Yes, rotate secret").await;
    browser.sees("The old one stopped working.").await;

    browser.tab("Connections").await;
    browser.tick("Username-Password-Authentication").await;
    browser.press("Apply to Username-Password-Authentication").await;
    browser.sees("Nobody could log in to Billing portal then.").await;
    browser.press("Yes, switch it off").await;
    browser.sees("Nobody can log in to Billing portal now").await;
    browser.tab("Addons").await;
    browser.sees("No add-on is installed.").await;

    browser.go("Logs").await;
    browser.press_containing("switched a connection off for Billing portal").await;
    browser.sees("Record").await;
    browser.open_menu().await;
    browser.press("Log out").await;
    browser.fill("Email address", OWNER).await;
    browser.fill("Password", "not the password").await;
    browser.press("Log in").await;
    browser.sees("do not match").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Overview").await;
    browser.end().await;
}

/// The same walk with scripts, by a thumb: nothing is covered, nothing stands beside the window.
#[tokio::test]
async fn the_walk_works_in_the_dark_and_in_the_narrowest_window() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.look(Look { width: 320, dark: true }).await;
    browser.set_up(&house).await;
    browser.create_client(&house.origin(), "Storefront", TYPES[2]).await;
    browser.press("Express").await;
    browser.press("Add all 2").await;
    browser.sees("Added. It works from now on.").await;
    browser.tab("Settings").await;
    browser.fill("Name", "Shop").await;
    browser.fill("Allowed Callback URLs", "https://shop.test/cb\u{e007}").await;
    browser.press("Review").await;
    browser.sees("Review 2 changes").await;
    browser.press("Save Changes").await;
    browser.sees("Saved. Logins use it from now on.").await;
    browser.tick("Reveal Client Secret").await;
    browser.press("Copy Client Secret").await;
    browser.tab("Addons").await;
    browser.sees("No add-on is installed.").await;
    browser.tab("Connections").await;
    browser.tick("Username-Password-Authentication").await;
    browser.press("Yes, switch it off").await;
    browser.sees("Nobody can log in to Shop now").await;
    browser.tab("Settings").await;
    browser.press("Delete Client").await;
    browser.press("Yes, delete client").await;
    browser.sees("Shop was deleted.").await;
    browser.go("Logs").await;
    browser.press_containing("deleted the client Shop").await;
    browser.sees("Record").await;
    browser.open_menu().await;
    browser.press("Log out").await;
    browser.sees("You are logged out.").await;
    browser.end().await;
}
