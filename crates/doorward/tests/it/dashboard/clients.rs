//! The pages of clients, as a browser without script walks them.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::form::{Fields, client, hidden, owned, post, saved, settings_path, web};
use crate::kit::{Asked, EMAIL, House, PASSWORD, Via, Visitor};

const MARKUP: &str = "\"'&amp; javascript:alert(1)//`";

#[tokio::test]
async fn the_list_finds_clients_by_name_id_and_address() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage/clients").await.is(200).text();
    assert!(page.contains("Default App") && !page.contains("All Applications"));
    let shop = client(&house, ClientKind::Spa, "Storefront").await;
    let find = async |query: &str| admin.get(&format!("/manage/clients?{query}")).await.is(200).text();
    for query in [
        "q=STORE",
        &format!("q={}", &shop[4..12]),
        "q=shop.test%2Fcb",
        "type=spa",
        "q=store&type=spa&sort=name",
    ] {
        let page = find(query).await;
        assert!(page.contains("Storefront") && !page.contains(">Default App<"), "{query}");
    }
    let none = find("q=kiosk").await;
    assert!(none.contains("No client matches “kiosk”.") && none.contains("Clear filters"));
    assert!(find("type=native").await.contains("There is no client of the type Native."));
    assert!(find("page=99").await.contains("There is nothing on this page"));
    assert!(find("type=toaster&sort=x&page=x").await.contains("Storefront"));
}

#[tokio::test]
async fn a_list_without_clients_says_what_one_is() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage/clients").await.is(200).text();
    let (_, rest) = page.split_once("href=\"/manage/clients/").unwrap();
    let (_, rest) = rest.split_once("<tbody>").unwrap_or(("", rest));
    let id = rest.split_once("/manage/clients/").unwrap().1.split('/').next().unwrap().to_owned();
    let path = format!("/manage/clients/{id}/delete");
    let ask = admin.get(&path).await.is(200);
    post(&admin, &ask, &path, &[]).await.is(303);
    let page = admin.get("/manage/clients").await.is(200).text();
    assert!(page.contains("Default App was deleted."));
    assert!(page.contains("No clients yet. A client is one application that uses Doorward."));

    // And it comes back, once.
    let empty = admin.get("/manage/clients").await.is(200);
    let back = post(&admin, &empty, "/manage/clients/default", &[]).await.is(303);
    assert!(back.location().ends_with("/settings"));
    let page = admin.get("/manage/clients").await.is(200).text();
    assert!(page.contains("Default App</bdi></a> <span class=\"badge\">Default</span>"), "{page}");
    let fields = hidden(&empty, "/manage/clients/default");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let again = admin.post("/manage/clients/default", &fields).await.is(303);
    assert_eq!(again.location(), back.location(), "the same form made another one");
}

#[tokio::test]
async fn the_badge_stays_with_the_default_app_whatever_it_is_called() {
    let house = House::new().await;
    let admin = house.admin().await;
    client(&house, ClientKind::Spa, "Default App").await;
    let machine = house.machine(&["read:clients", "update:clients"]).await;
    let list = machine.get("/api/v2/clients?is_global=false").await.is(200).json();
    let first = list.as_array().unwrap().iter().find(|one| one["app_type"].is_null()).unwrap();
    let id = first["client_id"].as_str().unwrap();
    machine.patch(&format!("/api/v2/clients/{id}"), &json!({ "name": "Mine" })).await.is(200);
    let page = admin.get("/manage/clients").await.is(200).text();
    assert!(page.contains("Mine</bdi></a> <span class=\"badge\">Default</span>"), "{page}");
    assert_eq!(page.matches(">Default</span>").count(), 1);
}

#[tokio::test]
async fn the_list_is_filtered_by_status_and_ordered_by_activity() {
    let house = House::new().await;
    let admin = house.admin().await;
    let quiet = client(&house, ClientKind::Spa, "Quiet").await;
    let busy = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Busy" })).await;
    busy.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let wrong = format!("/authorize?client_id={quiet}&response_type=code&redirect_uri=https://shop.test/x");
    let names = async |query: &str| {
        let html = admin.get(&format!("/manage/clients?{query}")).await.is(200).text();
        let links =
            html.split("/settings\"><bdi>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        links.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(names("status=working").await, ["Busy"]);
    assert_eq!(names("status=quiet").await, ["Quiet"]);
    assert_eq!(names("status=missing").await, ["Default App"]);
    assert!(names("status=refusing").await.is_empty());
    let none = admin.get("/manage/clients?status=refusing&type=spa").await.is(200).text();
    assert!(none.contains(
        "There is no client of the type Single Page Application with the status Turning logins away."
    ));
    house.get(&wrong).await.is(400);
    assert_eq!(names("status=refusing").await, ["Quiet"]);
    assert_eq!(names("sort=activity").await[..2], ["Quiet", "Busy"]);
    let html = admin.get("/manage/clients?status=working").await.text();
    assert!(html.contains("<path class=\"fill\" d=\"M1.0 24.0"), "no line for a week with a login");
    assert!(html.contains(&format!("CLIENT_ID={}", busy.client_id)) && !html.contains(&busy.secret));
}

#[tokio::test]
async fn a_name_that_another_client_has_is_worth_a_word_and_no_error() {
    let house = House::new().await;
    let admin = house.admin().await;
    client(&house, ClientKind::Spa, "Storefront").await;
    let page = admin.get("/manage/clients/new").await.is(200);
    let check = async |name: &str| {
        let mut all = hidden(&page, "/manage/clients");
        all.push(("name".to_owned(), name.to_owned()));
        let fields: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let origin = house.origin();
        let asked = Asked::form("/manage/clients", &fields).header("origin", &origin);
        admin.send(asked.header("x-doorward-check", "name")).await.is(200).text()
    };
    let taken = check("Storefront").await;
    assert!(taken.contains(
        "You already have a client called <bdi>Storefront</bdi>. Two with one name are hard to tell apart in logs."
    ));
    assert!(!taken.contains("aria-invalid") && !taken.contains("<html"));
    assert!(!check("Store").await.contains("You already have"), "a part of a name is another name");
    assert!(check("a<b").await.contains("Use a name without &#60; or &#62;."));
    assert!(check(&"x".repeat(81)).await.contains("Long names are cut in lists."));
    let machine = house.machine(&["read:clients"]).await;
    assert!(!machine.get("/api/v2/clients").await.text().contains(&"x".repeat(81)), "looking made a client");
    let made =
        post(&admin, &page, "/manage/clients", &[("name", "Storefront"), ("type", "spa")]).await.is(303);
    assert!(admin.get(made.location()).await.text().contains("You have another client of that name."));
}

#[tokio::test]
async fn a_client_is_made_of_a_name_and_one_of_four_types() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage/clients/new").await.is(200);
    let html = page.text();
    for title in
        ["Native", "Single Page Web Applications", "Regular Web Applications", "Non Interactive Clients"]
    {
        assert!(html.contains(&format!("<b>{title}</b>")), "{title}");
    }
    assert!(!html.contains("checked"), "nothing is chosen beforehand");
    assert!(admin.get("/manage/clients/new?type=spa").await.text().contains("value=\"spa\" checked"));
    let refused = post(&admin, &page, "/manage/clients", &[("name", "")]).await.is(422).text();
    for text in ["There is a problem", "Enter a name for this client.", "Choose what you are building."] {
        assert!(refused.contains(text), "{text}");
    }
    let refused =
        post(&admin, &page, "/manage/clients", &[("name", "a<b>"), ("type", "spa")]).await.is(422).text();
    assert_eq!(
        refused.matches("Use a name without &#60; or &#62;.").count(),
        2,
        "in the summary and at the field"
    );
    assert!(refused.contains("value=\"a&#60;b&#62;\"") && refused.contains("value=\"spa\" checked"));
    let made =
        post(&admin, &page, "/manage/clients", &[("name", " Shop "), ("type", "native")]).await.is(303);
    assert!(made.location().ends_with("/quickstart"), "{}", made.location());
    let again = post(&admin, &page, "/manage/clients", &[("name", "Shop"), ("type", "native")]).await.is(303);
    assert_eq!(again.location(), made.location(), "a form that comes twice makes one client");
    let landed = admin.get(made.location()).await.is(200).text();
    let tabs: Vec<usize> = ["Quick Start</a>", "Settings</a>", "Addons</a>", "Connections<"]
        .iter()
        .map(|tab| landed.find(&format!("\">{tab}")).or_else(|| landed.find(tab)).unwrap())
        .collect();
    assert!(tabs.is_sorted() && landed.contains("Shop was created."));
    assert!(house.logs().await.iter().any(|event| event["description"] == "Create a client"));
}

#[tokio::test]
async fn each_type_shows_its_fields_and_no_secret_until_it_is_asked_for() {
    let house = House::new().await;
    let admin = house.admin().await;
    const URLS: [&str; 3] = ["id=\"callbacks\"", "id=\"logout_urls\"", "id=\"origins\""];
    const TOKENS: [&str; 2] = ["id=\"jwt_lifetime\"", "id=\"sso\""];
    for kind in ClientKind::ALL {
        let id = client(&house, kind, "Shop").await;
        let html = admin.get(&settings_path(&id)).await.is(200).text();
        for always in [
            "id=\"name\"",
            "id=\"domain\"",
            "id=\"client_id\"",
            "id=\"client_secret\"",
            "id=\"app_type\"",
            "id=\"grants\"",
        ] {
            assert!(html.contains(always), "{kind:?} {always}");
        }
        let is_machine = kind == ClientKind::NonInteractive;
        for field in URLS.iter().chain(&TOKENS) {
            assert_eq!(html.contains(field), !is_machine, "{kind:?} {field}");
        }
        let is_public = matches!(kind, ClientKind::Native | ClientKind::Spa);
        assert_eq!(html.contains("name=\"auth_method\""), !is_public, "{kind:?}");
        assert_eq!(html.contains("This type does not use its secret."), is_public, "{kind:?}");
        for name in ["domain", "client_id", "client_secret"] {
            let (_, input) = html.split_once(&format!("id=\"{name}\"")).unwrap();
            assert!(input.split_once('>').unwrap().0.contains("readonly"), "{name}");
        }
        assert!(html.contains("Use Doorward instead of the IdP to do Single Sign On") != is_machine);
    }
    assert!(!house.log_types().await.contains(&"mgmt_api_read".to_owned()), "looking is not reading secrets");
}

#[tokio::test]
async fn the_secret_is_shown_when_asked_for_and_that_is_logged() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let (id, secret) = (party.client_id.clone(), party.secret.clone());
    let path = format!("/manage/clients/{id}/secret");
    let page = admin.get(&settings_path(&id)).await.is(200);
    assert!(!page.text().contains(&secret));
    let mut fields = hidden(&page, &settings_path(&id));
    fields.extend(owned(&web(&[("name", "Typed, not saved"), ("reveal", "on")])));
    let fields: Fields<'_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let shown = admin.post(&path, &fields).await.is(200);
    assert!(shown.text().contains(&secret) && shown.text().contains("value=\"Typed, not saved\""));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert!(house.log_types().await.contains(&"mgmt_api_read".to_owned()));
    let masked: Fields<'_> = fields.iter().copied().filter(|(name, _)| *name != "reveal").collect();
    assert!(!admin.post(&path, &masked).await.is(200).text().contains(&secret));
    house.advance(16 * 60);
    let asks = admin.post(&path, &fields).await.is(422);
    assert!(asks.text().contains("Confirm it is you to see the secret.") && !asks.text().contains(&secret));
    let wrong =
        post(&admin, &asks, &path, &[("reveal", "on"), ("password", "wrong horse battery")]).await.is(422);
    assert!(wrong.text().contains("This is not your password.") && !wrong.text().contains(&secret));
    let right = post(&admin, &asks, &path, &[("reveal", "on"), ("password", PASSWORD)]).await.is(200);
    assert!(right.text().contains(&secret));
    assert!(admin.post(&path, &fields).await.is(200).text().contains(&secret), "it is fresh again");
}

#[tokio::test]
async fn the_secret_is_replaced_after_a_question() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let path = format!("/manage/clients/{}/rotate", party.client_id);
    let ask = admin.get(&path).await.is(200);
    assert!(
        ask.text().contains("The old secret keeps working for") && ask.text().contains("Yes, rotate secret")
    );
    let odd = post(&admin, &ask, &path, &[("old_life", "a year")]).await.is(422).text();
    assert!(odd.contains("Choose how long the old secret keeps working."), "{odd}");
    let done = post(&admin, &ask, &path, &[("old_life", "now")]).await.is(200).text();
    assert!(done.contains("The old one stopped working.") && !done.contains(&party.secret), "{done}");
    // The same form again makes no second one, and shows nothing.
    let again = post(&admin, &ask, &path, &[("old_life", "now")]).await.is(303);
    assert_eq!(again.location(), settings_path(&party.client_id));
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    party.swap(&code).await.is(401);
}

#[tokio::test]
async fn an_old_secret_goes_on_until_its_time_is_over_or_somebody_stops_it() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let (settings, path) =
        (settings_path(&party.client_id), format!("/manage/clients/{}/rotate", party.client_id));
    let ask = admin.get(&path).await.is(200);
    let shown = post(&admin, &ask, &path, &[("old_life", "hour")]).await.is(200).text();
    assert!(shown.contains("The old one works for 1 hour more."), "{shown}");
    assert!(shown.contains("not used by anybody yet") && shown.contains("stops in 60 minutes"), "{shown}");
    let tokens = async || {
        let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
        party.swap(&code).await.status.as_u16()
    };
    assert_eq!(tokens().await, 200, "the old secret works beside the new one");
    let page = admin.get(&settings).await.is(200);
    let html = page.text();
    assert!(html.contains("last used <time") && html.contains("Stop now"), "{html}");
    let (_, rest) = html.split_once(&format!("/manage/clients/{}/secrets/", party.client_id)).unwrap();
    let stop = format!("/manage/clients/{}/secrets/{}", party.client_id, rest.split('"').next().unwrap());
    let list = admin.get("/manage/clients").await.is(200).text();
    assert!(list.contains("Old secret still in use"), "{list}");
    let stopped = post(&admin, &page, &stop, &[]).await.is(303);
    let after = admin.get(stopped.location()).await.text();
    assert!(after.contains("The old secret stopped working.") && !after.contains("Stop now"), "{after}");
    assert!(after.contains("Secret stopped"), "it stands among the recent changes: {after}");
    assert_eq!(tokens().await, 401);
    assert!(!admin.get("/manage/clients").await.text().contains("Old secret still in use"));

    let ask = admin.get(&path).await.is(200);
    post(&admin, &ask, &path, &[("old_life", "until_stopped")]).await.is(200);
    assert!(admin.get(&settings).await.text().contains("works until you stop it"));
}

#[tokio::test]
async fn deleting_asks_with_numbers_and_is_final() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let (id, path) = (party.client_id.clone(), format!("/manage/clients/{}/delete", party.client_id));
    let settings = admin.get(&settings_path(&id)).await.is(200).text();
    assert!(settings.contains("Danger Zone") && settings.contains("1 login in the last 7 days would fail."));
    assert!(!settings.contains("Yes, delete client"), "only the dialog has it");
    let ask = admin.get(&path).await.is(200);
    let html = ask.text();
    assert!(
        html.contains("1 login in the last 7 days would fail.") && html.contains("This cannot be undone.")
    );
    let (cancel, yes) =
        (html.find("autofocus>Cancel</a>").unwrap(), html.find("Yes, delete client</button>").unwrap());
    assert!(cancel < yes && html.matches("autofocus").count() == 1, "Cancel has the focus");
    // Somebody used it lately, so its name is to be typed.
    for typed in ["", "regular web application"] {
        let refused = post(&admin, &ask, &path, &[("typed", typed)]).await.is(422).text();
        assert_eq!(refused.matches("Type the name as it is: Regular Web Application").count(), 2, "{typed}");
    }
    admin.get(&settings_path(&id)).await.is(200);
    let done = post(&admin, &ask, &path, &[("typed", "Regular Web Application")]).await.is(303);
    assert_eq!(done.location(), "/manage/clients");
    assert!(admin.get("/manage/clients").await.text().contains("was deleted."));
    let again = post(&admin, &ask, &path, &[("typed", "")]).await.is(303);
    assert_eq!(again.location(), "/manage/clients", "the same form says the same");
    admin.get(&settings_path(&id)).await.is(404);
    assert!(house.logs().await.iter().any(|event| event["description"] == "Delete a client"));
}

#[tokio::test]
async fn connections_are_switched_at_once_and_the_last_one_asks() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let tab = format!("/manage/clients/{}/connections", party.client_id);
    let page = admin.get(&tab).await.is(200);
    let html = page.text();
    let groups: Vec<usize> = ["Database</h2>", "Social</h2>", "Enterprise</h2>"]
        .iter()
        .map(|group| html.find(group).unwrap())
        .collect();
    assert!(groups.is_sorted());
    assert!(html.contains("No social connections.") && html.contains("No enterprise connections."));
    assert!(html.contains("People can log in with: Username-Password-Authentication."));
    let (_, rest) = html.split_once(&format!("action=\"{tab}/")).unwrap();
    let path = format!("{tab}/{}", rest.split('"').next().unwrap());
    let asks = post(&admin, &page, &path, &[]).await.is(422);
    assert!(asks.text().contains("Nobody could log in to ") && asks.text().contains("Yes, switch it off"));
    post(&admin, &asks, &path, &[]).await.is(303);
    let off = admin.get(&tab).await.is(200);
    assert!(off.text().contains("Nobody can log in to ") && off.text().contains("is switched off for "));
    let visitor = Visitor::new(&house);
    assert!(!visitor.get(&party.authorize(&[])).await.location().contains("/u/login"));
    post(&admin, &off, &path, &[("on", "on")]).await.is(303);
    party.code(&visitor, EMAIL, PASSWORD).await;
    let written: Vec<_> = house.logs().await.into_iter().map(|event| event["description"].clone()).collect();
    assert!(written.contains(&json!("Disable a connection for a client")));
    assert!(written.contains(&json!("Enable a connection for a client")));
    admin.get(&format!("{tab}/nothing")).await.is(405);
}

#[tokio::test]
async fn a_group_without_a_connection_says_what_will_be_there_and_how_one_is_made_where_it_can_be() {
    let house = House::new().await;
    let admin = house.admin().await;
    let shop = house.party(ClientKind::RegularWeb, Via::Post).await;
    let machine = house.machine(&["read:connections", "delete:connections"]).await;
    let tab = format!("/manage/clients/{}/connections", shop.client_id);
    let known = machine.get("/api/v2/connections").await.is(200).json();
    for connection in known.as_array().unwrap() {
        let path = format!("/api/v2/connections/{}", connection["id"].as_str().unwrap());
        let gone = machine.delete(&path).await;
        assert!(gone.status.is_success(), "{}", gone.status);
    }
    let html = admin.get(&tab).await.is(200).text();
    let group = |name: &str| {
        let (_, rest) = html.split_once(&format!("{name}</h2>")).unwrap();
        rest.split("</section>").next().unwrap().to_owned()
    };
    let link = "href=\"/manage/api/post_connections\">Make one with the Management API</a>";
    assert!(
        group("Database").contains("No database connections.") && group("Database").contains(link),
        "{html}"
    );
    for name in ["Social", "Enterprise"] {
        assert!(group(name).contains("will stand") && !group(name).contains("<a "), "{name}: {html}");
        assert!(!group(name).contains("<button"), "{name} has a dead button: {html}");
    }
    admin.get("/manage/api/post_connections").await.is(200);
}

#[tokio::test]
async fn a_program_has_apis_in_place_of_connections_and_no_addons_are_promised() {
    let house = House::new().await;
    let admin = house.admin().await;
    let machine = house.machine(&["read:clients"]).await;
    let id = machine.client_id.clone();
    let html = admin.get(&format!("/manage/clients/{id}/connections")).await.is(200).text();
    assert!(
        html.contains("has no connections") && html.contains("read:clients") && html.contains("/api/v2/")
    );
    assert!(!html.contains("Social"));
    let html = admin.get(&format!("/manage/clients/{id}/addons")).await.is(200).text();
    assert!(html.contains("No add-on is installed.") && !html.contains("<button class=\"btn btn-primary"));
}

#[tokio::test]
async fn markup_in_names_is_text_on_every_page() {
    let house = House::new().await;
    let admin = house.admin().await;
    let id = client(&house, ClientKind::RegularWeb, MARKUP).await;
    for page in ["", "/settings", "/quickstart", "/addons", "/connections", "/delete", "/rotate", "/secret"] {
        let path = format!("/manage/clients/{id}{page}");
        let answer = admin.get(&path).await;
        if page.is_empty() {
            assert_eq!(answer.is(303).location(), settings_path(&id));
            continue;
        }
        let html = answer.is(200).text();
        assert!(!html.contains(MARKUP), "{page}");
        assert!(html.contains("&#34;&#39;&#38;amp; javascript"), "{page}");
        assert!(
            !html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick="),
            "{page}"
        );
        assert_eq!(html.matches("<script").count(), html.matches("<script src=\"/assets/").count(), "{page}");
    }
}

#[tokio::test]
async fn a_viewer_sees_and_changes_nothing() {
    let house = House::new().await;
    house.admin().await;
    house.second_admin().await;
    let id = client(&house, ClientKind::RegularWeb, "Shop").await;
    let viewer = Visitor::new(&house);
    viewer.enter_dashboard("viewer@example.com", PASSWORD).await.is(303);
    let page = viewer.get("/manage/clients").await.is(200).text();
    assert!(page.contains("Shop") && !page.contains("/manage/clients/new"));
    let page = viewer.get(&settings_path(&id)).await.is(200);
    let html = page.text();
    assert!(html.contains("You are a viewer of this tenant.") && !html.contains("Danger Zone"));
    assert!(!html.contains("Save Changes</button></div>") && !html.contains("Reveal Client Secret"));
    post(&viewer, &page, &settings_path(&id), &web(&[("name", "Taken over")])).await.is(403);
    for path in ["delete", "rotate", "secret"] {
        viewer.get(&format!("/manage/clients/{id}/{path}")).await.is(403);
    }
    viewer.get("/manage/clients/new").await.is(403);
    assert_eq!(saved(&house, &id).await["name"], "Shop");
}

#[tokio::test]
async fn nobody_opens_the_client_that_stands_for_all_or_one_of_elsewhere() {
    let house = House::new().await;
    let admin = house.admin().await;
    let machine = house.machine(&["read:clients"]).await;
    let globals = machine.get("/api/v2/clients?is_global=true").await.is(200).json();
    let global = globals[0]["client_id"].as_str().unwrap().to_owned();
    for id in [global.as_str(), "nothing", "a%20b", "%00"] {
        for page in ["settings", "connections", "addons", "delete"] {
            admin.get(&format!("/manage/clients/{id}/{page}")).await.is(404);
        }
    }
}
