//! The API explorer: what it lists, what *Try* does and in whose name, and what it asks first.

use crate::kit::{Answer, Asked, House, Visitor};

const LIST: &str = "/manage/api/get_clients";
const CREATE: &str = "/manage/api/post_roles";

/// Sends the form of an operation's page, with a body where it takes one.
async fn send(admin: &Visitor<'_>, page: &Answer, address: &str, filled: &[(&str, &str)]) -> Answer {
    admin.send_form(&page.form_to(address), address, filled).await
}

#[tokio::test]
async fn operations_are_listed_by_what_they_are_about_and_found_by_words() {
    let house = House::new().await;
    let admin = house.admin().await;
    let all = admin.get("/manage/api").await.is(200).text();
    for text in [
        "<summary>Clients",
        "<summary>Refresh tokens",
        "List clients",
        "/manage/api/post_roles",
        "API explorer",
    ] {
        assert!(all.contains(text), "{text}");
    }
    let some = admin.get("/manage/api?q=rotate+secret").await.is(200).text();
    assert!(some.contains("Rotate the secret of a client") && !some.contains("List clients"), "{some}");
    let none = admin.get("/manage/api?q=%3Cb%3Enothing").await.is(200).text();
    assert!(none.contains("No operation has these words.") && !none.contains("<b>nothing"));
    admin.get("/manage/api/nothing").await.is(404);
    admin.get("/manage/api/show_overview").await.is(404);
    let viewer = Visitor::new(&house);
    assert!(viewer.get(LIST).await.is(303).location().starts_with("/manage/login"));
}

#[tokio::test]
async fn a_page_shows_fields_scopes_answers_and_the_request_as_code() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage/api/patch_clients_by_id").await.is(200).text();
    for text in [
        "name=\"path-id\"",
        "name=\"body\"",
        "update:clients",
        "update:client_keys",
        "415",
        "curl -X PATCH",
        "https://id.test/api/v2/clients/{id}",
        "await fetch(",
        "requests.request(",
        "Authorization: Bearer $TOKEN",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[tokio::test]
async fn try_asks_in_the_name_of_the_admin_and_shows_status_headers_and_body() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get(LIST).await.is(200);
    let tried =
        send(&admin, &page, LIST, &[("query-fields", "name"), ("query-per_page", "5")]).await.is(200).text();
    for text in ["200 OK", "Default App", "x-ratelimit-limit", "clients?fields=name&#38;per_page=5"] {
        assert!(tried.contains(text), "{text}: {tried}");
    }
    // What is refused is shown like any other answer.
    let refused = send(&admin, &page, LIST, &[("query-page", "many")]).await.is(200).text();
    assert!(refused.contains("400 Bad Request") && refused.contains("whole number"), "{refused}");
    // What the path needs is asked for before anything is sent.
    let one = "/manage/api/get_clients_by_id";
    let page = admin.get(one).await.is(200);
    let missing = send(&admin, &page, one, &[]).await.is(422).text();
    assert!(missing.contains("Fill in id.") && !missing.contains("404 Not Found"), "{missing}");
    let gone = send(&admin, &page, one, &[("path-id", "../clients")]).await.is(200).text();
    assert!(gone.contains("404 Not Found") && gone.contains("inexistent_client"), "{gone}");
}

#[tokio::test]
async fn what_changes_something_asks_first_and_is_done_once() {
    let house = House::new().await;
    let admin = house.admin().await;
    let machine = house.machine(&["read:roles"]).await;
    let roles = async || machine.get("/api/v2/roles").await.is(200).json().as_array().unwrap().len();
    let page = admin.get(CREATE).await.is(200);
    let body = ("body", r#"{"name":"Editor"}"#);
    let broken = send(&admin, &page, CREATE, &[("body", "{\"name\":")]).await.is(422).text();
    assert!(broken.contains("This is not JSON") && broken.contains("{&#34;name&#34;:"), "{broken}");
    let asked = send(&admin, &page, CREATE, &[body]).await.is(422);
    assert!(asked.text().contains("This changes your tenant for real."));
    assert_eq!(roles().await, 0);
    let made = send(&admin, &asked, CREATE, &[body]).await.is(200).text();
    assert!(made.contains("200 OK") && made.contains("Editor"), "{made}");
    // The same form once more, as a double click sends it.
    assert_eq!(send(&admin, &asked, CREATE, &[body]).await.is(303).location(), CREATE);
    assert_eq!(roles().await, 1);
    let made = house.logs().await.into_iter().find(|event| event["description"] == "Create a role").unwrap();
    assert!(made["details"]["by"].to_string().contains(crate::kit::OWNER), "{made}");
}

#[tokio::test]
async fn a_deletion_says_what_it_is_and_secrets_stay_hidden() {
    let house = House::new().await;
    let admin = house.admin().await;
    let machine = house.machine(&["read:clients"]).await;
    let delete = "/manage/api/delete_clients_by_id";
    let page = admin.get(delete).await.is(200);
    let asked = send(&admin, &page, delete, &[("path-id", &machine.client_id)]).await.is(422);
    assert!(asked.text().contains("This deletes for real. It cannot be undone."));
    let get = "/manage/api/get_clients_by_id";
    let form = admin.get(get).await.is(200);
    let id = [("path-id", machine.client_id.as_str())];
    let shown = send(&admin, &form, get, &id).await.is(200).text();
    assert!(shown.contains("&#34;client_secret&#34;: &#34;(hidden here)&#34;"), "{shown}");
    send(&admin, &asked, delete, &[("path-id", &machine.client_id)]).await.is(200);
    assert!(send(&admin, &form, get, &id).await.is(200).text().contains("404 Not Found"));
}

/// Who said yes to one client has not said yes to another.
#[tokio::test]
async fn an_answer_is_about_what_was_asked_and_nothing_else() {
    let house = House::new().await;
    let admin = house.admin().await;
    let (one, other) = (house.machine(&["read:clients"]).await, house.machine(&["read:clients"]).await);
    let delete = "/manage/api/delete_clients_by_id";
    let page = admin.get(delete).await.is(200);
    let asked = send(&admin, &page, delete, &[("path-id", &one.client_id)]).await.is(422);
    let again = send(&admin, &asked, delete, &[("path-id", &other.client_id)]).await.is(422);
    assert!(again.text().contains("This deletes for real."), "the other one is asked about as well");
    other.get("/api/v2/clients").await.is(200);
    send(&admin, &again, delete, &[("path-id", &other.client_id)]).await.is(200);
    one.get("/api/v2/clients").await.is(200);
}

/// Whoever may only look is told so by the API itself.
#[tokio::test]
async fn a_viewer_may_try_what_a_viewer_may_do() {
    let house = House::new().await;
    house.second_admin().await;
    let viewer = Visitor::new(&house);
    viewer.enter_dashboard("viewer@example.com", crate::kit::PASSWORD).await.is(303);
    let page = viewer.get(LIST).await.is(200);
    assert!(send(&viewer, &page, LIST, &[]).await.is(200).text().contains("200 OK"));
    let asked =
        send(&viewer, &viewer.get(CREATE).await.is(200), CREATE, &[("body", "{\"name\":\"x\"}")]).await;
    let refused = send(&viewer, &asked.is(422), CREATE, &[("body", "{\"name\":\"x\"}")]).await.is(200).text();
    assert!(refused.contains("403 Forbidden") && refused.contains("insufficient_scope"), "{refused}");
}

/// The way inside is for pages alone: nothing of a request from outside makes one an admin's.
#[tokio::test]
async fn the_session_of_an_admin_opens_nothing_of_the_api_itself() {
    let house = House::new().await;
    let admin = house.admin().await;
    admin.get("/api/v2/clients").await.is(401);
    admin.send(Asked::json("POST", "/api/v2/roles", &serde_json::json!({ "name": "x" }))).await.is(401);
}
