//! When the network is slow or gone: a button that works says so, and nothing typed is lost.
//! Source: UX §1.1, "Progress" and "Errors".

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::first_run::{OWNER, OWNER_PASSWORD};
use super::{Browser, OpenHouse};
use crate::binary::process::{Server, free_port, installation};
use crate::kit::Via;

impl Browser {
    async fn network(&self, is_there: bool, latency: u32) {
        let conditions = json!({
            "offline": !is_there, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        let tools = self.driver.cdp();
        tools.send_raw("Network.enable", json!({})).await.unwrap();
        tools.send_raw("Network.emulateNetworkConditions", conditions).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_network_nothing_typed_is_lost_and_it_can_be_sent_again() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.fill("Name", "Billing portal").await;
    browser.network(false, 0).await;
    browser.press("Save Changes").await;
    browser.sees("You are offline. Your changes are still here.").await;
    browser.shows_value("name", "Billing portal").await;
    browser.network(true, 0).await;
    browser.press("Retry").await;
    browser.sees("Saved. Logins use it from now on.").await;
    browser.shows_value("name", "Billing portal").await;
}

/// The server is being started anew.
#[tokio::test]
async fn while_the_server_is_away_nothing_typed_is_lost() {
    let Some(browser) = Browser::start().await else { return };
    let port = free_port();
    let data = installation(port, &[]);
    let serve = || Server::start(data.path(), &["--port", &port.to_string()]);
    let server = serve();
    browser.open(&format!("http://localhost:{port}/manage/login")).await;
    browser.fill("Email address", OWNER).await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("First steps").await;
    browser.create_client(&format!("http://localhost:{port}"), "Storefront", "Native").await;
    browser.tab("Settings").await;
    browser.fill("Name", "Field app").await;
    drop(server);
    browser.press("Save Changes").await;
    browser.sees("Doorward cannot be reached. Your changes are still here.").await;
    browser.shows_value("name", "Field app").await;
    let _server = serve();
    browser.press("Retry").await;
    browser.sees("Saved. Logins use it from now on.").await;
    browser.shows_value("name", "Field app").await;
}

/// On a machine without a network the server may be on that very machine.
#[tokio::test]
async fn a_browser_that_knows_of_no_network_still_reaches_its_own_machine() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.run("Object.defineProperty(navigator, 'onLine', { value: false })").await;
    browser.fill("Name", "Billing portal").await;
    browser.press("Save Changes").await;
    browser.sees("Saved. Logins use it from now on.").await;
    browser.shows_value("name", "Billing portal").await;
    browser.end().await;
}

#[tokio::test]
async fn a_button_that_takes_its_time_says_so() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    browser.set_up(&house).await;
    browser.open(&house.page(&format!("/manage/clients/{}/settings", party.client_id))).await;
    browser.fill("Name", "Billing portal").await;
    // While a page is on its way the driver answers nothing, so the page writes down what it saw.
    let notes = "const button = document.querySelector('[data-bar] .btn-primary');
        const before = button.offsetWidth;
        new MutationObserver(() => {
            if (button.matches('.is-busy[aria-disabled=true]')) sessionStorage.setItem('grew', button.offsetWidth - before);
        }).observe(button, { attributes: true });
        return sessionStorage.getItem('grew')";
    assert_eq!(browser.run(notes).await, json!(null));
    browser.network(true, 1500).await;
    browser.press_within("div[@data-bar]", "Save Changes").await;
    browser.sees("Saved. Logins use it from now on.").await;
    let grew = browser.run("return sessionStorage.getItem('grew')").await;
    assert_eq!(grew, json!("0"), "it says nothing, or changes its width");
    browser.end().await;
}
