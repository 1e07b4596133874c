//! The Settings tab in a browser: the fields of each type, what is said about each, and that nothing
//! typed is lost. Source: UX §1.5; UX §8, rows 4 and 5.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::{Browser, OpenHouse};
use crate::dashboard::messages::{NOTED, REFUSED, Row};
use crate::kit::{EMAIL, PASSWORD, RelyingParty, Via, Visitor};

/// What can be seen of the labels of the form, in order.
const LABELS: &str = "return [...document.querySelectorAll('#settings-form .label')]
    .filter((label) => label.checkVisibility()).map((label) => label.textContent.trim().replace(/\\s+/g, ' '))";
const BASICS: [&str; 3] = ["Name", "Domain", "Client ID"];
const SECRET: &str = "Client Secret Keep it safe";
const METHOD: &str = "Token Endpoint Authentication Method";
const URLS: [&str; 3] = ["Allowed Callback URLs", "Allowed Logout URLs", "Allowed Origins (CORS)"];
const TOKENS: [&str; 2] =
    ["JWT Expiration (seconds)", "Use Doorward instead of the IdP to do Single Sign On"];
const ABOUT: [&str; 2] = ["Description (optional)", "Logo (optional)"];
const REFRESH: [&str; 4] = [
    "Refresh Token Rotation",
    "Absolute Lifetime (seconds)",
    "Idle Lifetime (seconds)",
    "Reuse Interval (seconds)",
];
const OAUTH: [&str; 3] = ["Grant Types", "JsonWebToken Signature Algorithm", "OIDC Conformant"];
const IP_HEADER: &str = "Trust Token Endpoint IP Header";
const MOBILE: [&str; 4] = [
    "Team ID (optional)",
    "App Bundle Identifier (optional)",
    "App Package Name (optional)",
    "Key Hashes (optional)",
];
const METADATA: &str = "Application Metadata";

/// What a client of that type shows at once, and what it shows under *Advanced*.
fn fields(kind: ClientKind) -> (Vec<&'static str>, Vec<&'static str>) {
    let mut shown = BASICS.to_vec();
    let mut advanced = ABOUT.to_vec();
    match kind {
        ClientKind::Native | ClientKind::Spa => {
            shown.push("Client Type");
            advanced.extend([SECRET, METHOD]);
        }
        _ => shown.extend([SECRET, "Client Type", METHOD]),
    }
    if kind != ClientKind::NonInteractive {
        shown.extend(URLS.into_iter().chain(TOKENS));
        advanced.extend(REFRESH);
    }
    advanced.extend(OAUTH);
    match kind {
        ClientKind::Native => advanced.extend(MOBILE),
        ClientKind::Spa => {}
        _ => advanced.push(IP_HEADER),
    }
    advanced.push(METADATA);
    (shown, advanced)
}

/// What a person reads of a text that a page writes.
fn read(text: &str) -> String {
    let plain = text.replace("<code>", "").replace("</code>", "");
    plain.replace("&#60;", "<").replace("&#62;", ">").replace("&#39;", "'")
}

impl Browser {
    async fn unfold_advanced(&self) {
        self.run("document.querySelector('.advanced').open = true").await;
    }

    /// Types what a row of the table types, in the place of what is there.
    async fn type_row(&self, (field, typed, _): &Row) {
        let label = match *field {
            "name" => "Name",
            "jwt_lifetime" => TOKENS[0],
            "callbacks" => URLS[0],
            "logout_urls" => URLS[1],
            "origins" => URLS[2],
            "logo" => ABOUT[1],
            "refresh_lifetime" => REFRESH[1],
            "refresh_idle" => REFRESH[2],
            "refresh_leeway" => REFRESH[3],
            other => panic!("no label for {other}"),
        };
        if URLS.contains(&label) {
            // One at a time: that is how a list comes to hold them.
            for url in typed.split(", ").flat_map(|part| part.split(" https://")) {
                let url = if url.starts_with("a.test") { format!("https://{url}") } else { url.to_owned() };
                self.fill(label, &format!("{url}\u{e007}")).await;
            }
        } else {
            self.fill(label, typed).await;
        }
    }

    /// Leaves the field that has the focus.
    async fn leave(&self) {
        self.run("document.activeElement.blur()").await;
    }
}

#[tokio::test]
async fn each_type_shows_exactly_its_own_settings() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    for kind in ClientKind::ALL {
        let via = if matches!(kind, ClientKind::Native | ClientKind::Spa) { Via::None } else { Via::Post };
        let party = house.party(kind, via).await;
        browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
        browser.sees("Client ID").await;
        let (shown, advanced) = fields(kind);
        assert_eq!(browser.run(LABELS).await, json!(shown), "{kind:?}");
        browser.unfold_advanced().await;
        let mut all = browser.run(LABELS).await;
        all.as_array_mut().unwrap().retain(|label| !shown.contains(&label.as_str().unwrap()));
        let advanced: Vec<_> = advanced.into_iter().filter(|label| !shown.contains(label)).collect();
        assert_eq!(all, json!(advanced), "{kind:?} under Advanced");
        for label in ["Domain", "Client ID"] {
            assert!(
                browser.field(label).await.attr("readonly").await.unwrap().is_some(),
                "{kind:?}: {label}"
            );
        }
        let cut = "return ['domain', 'client_id'].filter((id) => {
            const field = document.getElementById(id);
            return field.scrollWidth > field.clientWidth;
        })";
        assert_eq!(browser.run(cut).await, json!([]), "{kind:?}: cannot be read whole");
        browser.has_a_clean_console().await;
    }
    browser.end().await;
}

/// Every message of the table for its input, at the field, as soon as somebody leaves it.
#[tokio::test]
async fn whoever_leaves_a_field_hears_what_is_wrong_with_it() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    let settings = house.page(&format!("/manage/clients/{}/settings", party.client_id));
    // WebDriver types no control characters.
    let typed = |row: &&Row| !row.1.contains(char::is_control);
    for row in REFUSED.iter().chain(NOTED).filter(typed) {
        browser.run("document.querySelector('[data-dirty]')?.removeAttribute('data-dirty')").await;
        browser.open(&settings).await;
        browser.unfold_advanced().await;
        browser.type_row(row).await;
        browser.leave().await;
        browser.sees(&read(row.2)).await;
        let place = format!("return document.getElementById('of-{}').innerText.replace(/\\s+/g, ' ')", row.0);
        let group = browser.run(&place).await;
        assert!(group.as_str().unwrap().contains(&read(row.2)), "{row:?} is not said at the field: {group}");
    }
    browser.end().await;
}

#[tokio::test]
async fn what_is_wrong_is_said_above_and_at_the_field_and_what_was_typed_is_kept() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;

    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.fill("Name", "").await;
    browser.fill(TOKENS[0], "0").await;
    let lists: Vec<&Row> = REFUSED.iter().filter(|row| row.0 == "callbacks").collect();
    for row in &lists {
        browser.type_row(row).await;
    }
    browser.press("Save Changes").await;
    browser.sees("There is a problem").await;
    let focus = browser.run("return document.activeElement.closest('.summary') !== null").await;
    assert_eq!(focus, true, "the focus is not on the summary");
    let summary = browser.texts(".summary li").await;
    let page = browser.text().await;
    let others = ["Enter a name for this client.", "Use between 1 and 2592000 (30 days)."];
    for text in lists.iter().map(|row| read(row.2)).chain(others.map(str::to_owned)) {
        assert!(summary.iter().any(|line| line.contains(&text)), "“{text}” is not in {summary:#?}");
        assert!(page.matches(&text).count() >= 2, "“{text}” is not at its field");
    }
    assert_eq!(browser.run("return document.title.startsWith('Error: ')").await, true);
    browser.shows_value("jwt_lifetime", "0").await;
    let kept = browser.run("return document.getElementById('callbacks').value").await;
    assert!(
        lists.iter().all(|row| kept.as_str().unwrap().contains(row.1.split(' ').next().unwrap())),
        "{kept}"
    );
    browser.press("Enter a name for this client.").await;
    assert_eq!(
        browser.run("return document.activeElement.id").await,
        "name",
        "the summary leads to the field"
    );
    browser.end().await;
}

#[tokio::test]
async fn what_lacks_its_protocol_gets_it_by_one_click() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.fill("Name", "Billing portal").await;
    browser.fill(URLS[0], "app.acme.com/callback\u{e007}").await;
    browser.leave().await;
    browser.press("Use https://app.acme.com/callback").await;
    browser.sees_no_longer("has no protocol").await;
    browser.press("Save Changes").await;
    browser.sees("Saved. Logins use it from now on.").await;
    browser.sees("https://app.acme.com/callback").await;
    browser.shows_value("name", "Billing portal").await;
    browser.end().await;
}

#[tokio::test]
async fn pasted_addresses_become_rows_and_the_bar_counts_reviews_and_forgets_them() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    let settings = house.page(&format!("/manage/clients/{}/settings", party.client_id));

    browser.open(&settings).await;
    let hidden = browser.run("return document.querySelector('[data-bar]').hidden").await;
    assert_eq!(hidden, true, "the bar is there before anything changed");
    browser.fill(URLS[0], "https://a.test/cb, https://b.test/cb https://c.test/cb\u{e007}").await;
    assert_eq!(
        browser.texts(".urls .is-new code").await,
        ["https://a.test/cb", "https://b.test/cb", "https://c.test/cb"]
    );
    browser.sees("3 changes not saved: 3 callback URLs added").await;
    let asks = "const leaving = new Event('beforeunload', { cancelable: true }); dispatchEvent(leaving); return leaving.defaultPrevented";
    assert_eq!(browser.run(asks).await, true, "leaving does not ask");
    browser.press("Remove https://app.test/callback").await;
    browser.sees("4 changes not saved: 3 callback URLs added, callback URL removed").await;

    browser.press("Review").await;
    browser.sees("Review 1 change").await;
    assert_eq!(browser.texts("dialog del").await, ["https://app.test/callback"]);
    assert_eq!(browser.texts("dialog ins").await.len(), 3);
    browser.press("Keep editing").await;
    browser.sees_no_longer("Review 1 change").await;
    assert_eq!(browser.run("return document.activeElement.textContent").await, "Review", "the focus is lost");

    browser.press("Discard").await;
    browser.sees_no_longer("not saved").await;
    assert_eq!(browser.texts(".urls code").await[0], "https://app.test/callback");
    assert_eq!(browser.run(asks).await, false, "leaving asks although nothing is changed");

    browser.fill(URLS[0], "https://a.test/cb\u{e007}").await;
    browser.press("Review").await;
    browser.sees("Review 1 change").await;
    browser.press("Save Changes").await;
    browser.sees("Saved. Logins use it from now on.").await;
    browser.sees("https://a.test/cb").await;
    browser.end().await;
}

#[tokio::test]
async fn a_list_can_be_edited_as_text_and_says_facts_as_badges() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let urls = ["https://app.test/callback", "http://localhost:3000/callback", "https://*.acme.com/cb"];
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "callbacks": urls })).await;
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    party.swap(&code).await.is(200);
    browser.set_up(&house).await;

    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.sees("Used just now").await;
    let badges = browser.texts("#of-callbacks .urls .badges").await;
    let badges: Vec<_> = badges.iter().map(|text| text.replace('\n', ", ")).collect();
    assert_eq!(badges, ["Used just now", "Never used, Local", "Never used, Wildcard"]);
    browser.press_within("div[@id='of-callbacks']", "Edit as text").await;
    browser.shows_value("callbacks", &urls.join(", ")).await;
    browser.fill(URLS[0], &format!("{}, https://b.test/cb", urls[0])).await;
    browser.sees("3 changes not saved: callback URL added, 2 callback URLs removed").await;
    browser.press_within("div[@id='of-callbacks']", "Edit as list").await;
    assert_eq!(browser.texts("#of-callbacks .urls code").await, [urls[0], "https://b.test/cb"]);
    browser.sees("Not saved yet").await;
    browser.end().await;
}

#[tokio::test]
async fn pairs_of_metadata_are_added_as_they_are_typed() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    browser.set_up(&house).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings#metadata", party.client_id))).await;
    for number in 1..=2 {
        for (what, text) in [("Key", "team"), ("Value", "shop")] {
            let by = format!("[aria-label='{what} {number}']");
            let field = browser.wait_for(thirtyfour::By::Css(by)).await.expect("no field for the next pair");
            field.send_keys(text).await.unwrap();
        }
    }
    browser.sees("1 change not saved: Application Metadata").await;
    browser.leave().await;
    browser.sees("This key is there twice.").await;
    browser.end().await;
}

#[tokio::test]
async fn ten_thousand_addresses_are_answered_in_words_and_kept() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    let paste = "const field = document.getElementById('callbacks-add');
        field.value = Array.from({ length: 10000 }, (_, at) => `https://shop-${at}.acme.com/cb`).join(' ');
        field.dispatchEvent(new Event('paste'))";
    browser.run(paste).await;
    browser.sees("10000 changes not saved").await;
    browser.press("Save Changes").await;
    browser.sees("Use at most 100 URLs.").await;
    let count = "return document.getElementById('callbacks').value.split(/[\\s,]+/).filter(Boolean).length";
    assert_eq!(browser.run(count).await, json!(10_001));
    browser.end().await;
}

/// Two people at the same settings: the one who is later is asked, field by field.
#[tokio::test]
async fn whoever_saves_second_is_asked_what_to_keep() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Shop" })).await;
    browser.set_up(&house).await;
    let settings = house.page(&format!("/manage/clients/{}/settings", party.client_id));
    browser.open(&settings).await;
    browser.fill("Name", "Mine").await;
    let machine = house.machine(&["update:clients"]).await;
    let path = format!("/api/v2/clients/{}", party.client_id);
    machine.patch(&path, &json!({ "name": "Theirs" })).await.is(200);
    browser.press("Save Changes").await;
    browser.sees("saved this").await;
    browser.sees("Keep mine Mine").await;
    browser.sees("Keep theirs Theirs").await;
    let focus = browser.run("return document.activeElement.closest('.stale') !== null").await;
    assert_eq!(focus, true, "the focus is not on the question");
    browser.press("Save Changes").await;
    browser.sees("Saved. Logins use it from now on.").await;
    browser.shows_value("name", "Mine").await;
    assert_ne!(browser.run("return document.getElementById('name').value").await, Value::Null);
    browser.end().await;
}

/// UX §8, check 7.
#[tokio::test]
async fn a_secret_is_rotated_with_an_overlap_and_the_old_one_is_stopped() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.press("Rotate Client Secret").await;
    browser.sees("The old secret keeps working for").await;
    browser.tick("1 hour").await;
    browser.press("Yes, rotate secret").await;
    browser.sees("The old one works for 1 hour more.").await;
    browser.sees("not used by anybody yet, stops in 60 minutes").await;
    let fresh = browser.run("return document.getElementById('client_secret').value").await;
    let fresh = fresh.as_str().unwrap().to_owned();
    assert!(fresh.len() > 30 && fresh != party.secret, "the new secret is shown");

    let exchange = async |secret: &str| {
        let (client_id, callback) = (party.client_id.clone(), party.callback.clone());
        let party =
            RelyingParty { house: &house, client_id, secret: secret.to_owned(), callback, via: Via::Post };
        let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
        party.swap(&code).await.status.as_u16()
    };
    assert_eq!((exchange(&party.secret).await, exchange(&fresh).await), (200, 200));
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.sees("Old secret: last used").await;
    browser.press_within("div[@class='old-secret']", "Stop now").await;
    browser.sees("The old secret stopped working.").await;
    browser.sees_no_longer("Old secret:").await;
    assert_eq!((exchange(&party.secret).await, exchange(&fresh).await), (401, 200));
    browser.end().await;
}
