//! First run: the printed link makes the first admin, once. Source: UX §8, row 1.

use std::time::{Duration, Instant};

use super::{Browser, OpenHouse};

pub const OWNER: &str = "owner@example.com";
pub const OWNER_PASSWORD: &str = "an owner's password";

impl Browser {
    /// Makes the first admin by the printed link; ends on the overview.
    pub async fn set_up(&self, house: &OpenHouse) {
        self.open(&house.setup_link().await).await;
        self.fill("Your email address", OWNER).await;
        self.fill("New password", OWNER_PASSWORD).await;
        self.press("Create admin").await;
        self.sees("First steps").await;
    }

    /// The same without scripts, which cannot read the code behind the `#` of the link.
    pub async fn set_up_by_hand(&self, house: &OpenHouse) {
        let link = house.setup_link().await;
        let code = link.split_once("#k=").unwrap().1.to_owned();
        self.open(&house.page("/setup")).await;
        self.fill("Set-up code", &code).await;
        self.fill("Your email address", OWNER).await;
        self.fill("New password", OWNER_PASSWORD).await;
        self.press("Create admin").await;
        self.sees("First steps").await;
    }
}

#[tokio::test]
async fn the_printed_link_makes_the_first_admin_once() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;

    browser.open(&house.page("/manage")).await;
    assert_eq!(browser.address().await.path(), "/setup");
    browser.fill("Set-up code", "no code at all").await;
    browser.fill("Your email address", OWNER).await;
    browser.fill("New password", OWNER_PASSWORD).await;
    browser.press("Create admin").await;
    browser.sees("There is a problem").await;

    let (link, start) = (house.setup_link().await, Instant::now());
    browser.open(&link).await;
    browser.sees("Set-up code taken from the link").await;
    assert!(browser.address().await.fragment().is_none(), "the code stays in the address and the history");
    browser.fill("Your email address", OWNER).await;
    browser.fill("New password", OWNER_PASSWORD).await;
    browser.press("Create admin").await;
    browser.sees("First steps").await;
    assert!(start.elapsed() < Duration::from_secs(60), "it took {:?}", start.elapsed());
    browser.loaded_nothing_from_elsewhere().await;

    browser.open(&link).await;
    browser.sees("This server is set up").await;
    browser.fill("Your email address", "second@example.com").await;
    browser.fill("New password", OWNER_PASSWORD).await;
    browser.press("Create admin").await;
    browser.sees("This set-up code does not work: it was used, or it is older than an hour").await;
    browser.end().await;
}

/// The dashboard's own login, its end, and a second admin by the command line.
#[tokio::test]
async fn admins_log_out_and_in_and_a_second_one_joins() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;

    browser.open_menu().await;
    browser.press("Log out").await;
    browser.sees("You are logged out.").await;
    browser.open(&house.page("/manage/clients")).await;
    assert_eq!(browser.address().await.path(), "/manage/login");
    browser.fill("Email address", OWNER).await;
    browser.fill("Password", "not the password").await;
    browser.press("Log in").await;
    browser.sees("do not match").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Default App").await;
    assert_eq!(browser.address().await.path(), "/manage/clients", "not where the person wanted to go");

    house.add_admin("second@example.com", OWNER_PASSWORD).await;
    browser.open_menu().await;
    browser.press("Log out").await;
    browser.fill("Email address", "second@example.com").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Overview").await;
    browser.end().await;
}

#[tokio::test]
async fn wrong_passwords_at_the_dashboard_slow_down() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    browser.set_up(&house).await;
    browser.open_menu().await;
    browser.press("Log out").await;
    for _ in 0..12 {
        browser.fill("Email address", OWNER).await;
        browser.fill("Password", "not the password").await;
        browser.press("Log in").await;
        browser.sees("Email address").await;
    }
    browser.sees("There were too many tries").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("There were too many tries").await;
    house.advance(700);
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("First steps").await;
    browser.end().await;
}
