//! Every message of the Settings page for its input: one row each, in the order of UX §1.5.
//!
//! What stands in the way of saving is said twice, in the summary and at the field. What may be saved
//! is said at the field.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::form::{Fields, client, post, save, saved, settings_path, web};
use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

/// A field, what is typed into it, and what is said, as the page writes it.
pub type Row = (&'static str, &'static str, &'static str);

/// What cannot be saved.
pub const REFUSED: &[Row] = &[
    ("name", "", "Enter a name for this client."),
    ("name", "a<b", "Use a name without &#60; or &#62;."),
    ("name", "a\u{1}b", "Use a name of letters, digits and signs only."),
    ("jwt_lifetime", "ten hours", "Enter a whole number of seconds."),
    ("jwt_lifetime", "", "Enter a whole number of seconds."),
    ("jwt_lifetime", "0", "Use between 1 and 2592000 (30 days)."),
    ("jwt_lifetime", "2592001", "Use between 1 and 2592000 (30 days)."),
    ("refresh_lifetime", "a year", "Enter a whole number of seconds."),
    ("refresh_idle", "157788001", "Use between 1 and 157788000 (5 years)."),
    ("refresh_idle", "2592000", "The idle life must be shorter than token_lifetime."),
    ("refresh_leeway", "-1", "Enter a whole number of seconds."),
    ("logo", "javascript:alert(1)", "This scheme is not safe to send people to."),
    ("logo", "logo.png", "The address has no scheme."),
    (
        "callbacks",
        "app.acme.com/cb",
        "<code>app.acme.com/cb</code> has no protocol. Add <code>https://</code> in front.",
    ),
    (
        "callbacks",
        "https://a.test/my page",
        "This URL has a space in it. Remove it or write <code>%20</code>.",
    ),
    (
        "callbacks",
        "https://a.test/cb#done",
        "A callback URL cannot contain <code>#</code>. Remove <code>#done</code>.",
    ),
    (
        "callbacks",
        "https://a.*.test/cb",
        "A star can stand for one subdomain or a part of it, once, at the very left, like",
    ),
    (
        "callbacks",
        "https://*.*.acme.com/cb",
        "A star can stand for one subdomain or a part of it, once, at the very left, like",
    ),
    (
        "callbacks",
        "https://*.co.uk",
        "<code>https://*.co.uk</code> would allow anyone&#39;s site. Use your own domain.",
    ),
    ("callbacks", "javascript:alert(1)", "This protocol cannot receive logins."),
    ("callbacks", "https://a.test https://a.test", "You already have this URL."),
    (
        "logout_urls",
        "app.acme.com",
        "<code>app.acme.com</code> has no protocol. Add <code>https://</code> in front.",
    ),
    ("logout_urls", "data:text/html,x", "This protocol cannot receive logins."),
    (
        "logout_urls",
        "https://*.com",
        "<code>https://*.com</code> would allow anyone&#39;s site. Use your own domain.",
    ),
    ("origins", "file:///etc/passwd", "This protocol cannot receive logins."),
    (
        "origins",
        "app.acme.com",
        "<code>app.acme.com</code> has no protocol. Add <code>https://</code> in front.",
    ),
];

/// What can, and is worth a word.
pub const NOTED: &[Row] = &[
    ("jwt_lifetime", "86401", "Long-lived tokens stay valid after a person is blocked."),
    ("callbacks", "https://*.acme.com/cb", "Any subdomain can receive logins. Use exact URLs where you can."),
    (
        "callbacks",
        "http://acme.com/cb",
        "Codes travel unencrypted over <code>http</code>. Use <code>https</code> outside your own machine.",
    ),
    (
        "callbacks",
        "https://a.test/cb, https://a.test/cb/",
        "You also allow this without the slash. They count as two different URLs.",
    ),
    (
        "logout_urls",
        "https://a.test/?from=logout",
        "Query and hash are ignored here, so <code>?from=logout</code> has no effect.",
    ),
    (
        "origins",
        "https://app.acme.com/login",
        "Only scheme, host and port count here: <code>https://app.acme.com/login</code> allows <code>https://app.acme.com</code>.",
    ),
];

/// How often a text stands on a page.
fn count(html: &str, text: &str) -> usize {
    html.matches(text).count()
}

#[tokio::test]
async fn what_cannot_be_saved_is_said_in_the_summary_and_at_the_field_and_is_kept() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    for (field, typed, text) in REFUSED {
        let html = save(&admin, &id, &web(&[(field, typed)])).await.is(422).text();
        let case = format!("{field} “{typed}”");
        assert!(html.contains("There is a problem") && html.contains("<title>Error: "), "{case}");
        assert_eq!(count(&html, text), 2, "{case}: {text}\n{html}");
        assert!(html.contains(&format!("<li><a href=\"#{field}\">")), "{case} leads nowhere");
        assert!(html.contains(&format!("{field}-error")) && html.contains("aria-invalid=\"true\""), "{case}");
        let kept = typed.replace('<', "&#60;").replace('\'', "&#39;");
        assert!(html.contains(&kept), "{case} is gone");
    }
    assert_eq!(saved(&house, &id).await["name"], "Shop");
}

#[tokio::test]
async fn what_can_be_saved_and_is_worth_a_word_is_saved_and_said() {
    let house = House::new().await;
    let admin = house.admin().await;
    for (field, typed, text) in NOTED {
        let id = client(&house, ClientKind::RegularWeb, "Shop").await;
        let done = save(&admin, &id, &web(&[(field, typed)])).await.is(303);
        let html = admin.get(done.location()).await.is(200).text();
        assert_eq!(count(&html, text), 1, "{field} “{typed}”: {text}\n{html}");
    }
    let id = client(&house, ClientKind::RegularWeb, "Shop").await;
    let both = [("callbacks", "https://a.test"), ("logout_urls", "https://a.test"), ("review", "on")];
    let html = save(&admin, &id, &web(&both)).await.is(200).text();
    assert_eq!(count(&html, "This is on your logout list. Did you mean to add it here too?"), 1);
    let long = "x".repeat(81);
    let html = save(&admin, &id, &web(&[("name", &long), ("review", "on")])).await.is(200).text();
    assert!(html.contains("Long names are cut in lists."));
    let machine = house.machine(&["update:clients"]).await;
    let grants = json!({ "grant_types": ["authorization_code", "implicit", "password"] });
    machine.patch(&format!("/api/v2/clients/{id}"), &grants).await.is(200);
    let html = admin.get(&settings_path(&id)).await.is(200).text();
    assert_eq!(count(&html, "Kept for old apps. New apps use Authorization Code."), 2);
}

#[tokio::test]
async fn what_needs_a_secret_says_so() {
    let house = House::new().await;
    let admin = house.admin().await;
    let machine = client(&house, ClientKind::NonInteractive, "Job").await;
    let fields = [
        ("name", "Job"),
        ("app_type", "non_interactive"),
        ("auth_method", "none"),
        ("grants", "client_credentials"),
        ("alg", "RS256"),
        ("conformant", "on"),
    ];
    let html = save(&admin, &machine, &fields).await.is(422).text();
    assert_eq!(count(&html, "Non Interactive clients need a secret. Choose Post or Basic."), 2);
    let spa = client(&house, ClientKind::Spa, "App").await;
    let fields = web(&[("app_type", "spa"), ("grants", "client_credentials")]);
    let html = save(&admin, &spa, &fields).await.is(422).text();
    assert_eq!(count(&html, "Client Credentials needs a secret. Choose Post or Basic first."), 2);
    let id = client(&house, ClientKind::RegularWeb, "Shop").await;
    let html = save(&admin, &id, &web(&[("auth_method", "none"), ("alg", "HS256")])).await.is(422).text();
    assert_eq!(count(&html, "HS256 signs with the client secret. Choose Post or Basic first, or RS256."), 2);
}

#[tokio::test]
async fn metadata_is_bounded_in_words() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let long = "x".repeat(256);
    let eleven: Vec<String> = (0..11).map(|number| format!("k{number}")).collect();
    let eleven: Fields<'_> =
        eleven.iter().flat_map(|key| [("metadata_key", key.as_str()), ("metadata_value", "v")]).collect();
    let twice =
        [("metadata_key", "a"), ("metadata_value", "1"), ("metadata_key", "a"), ("metadata_value", "2")];
    for (pairs, text) in [
        (&eleven[..], "Use at most 10 pairs."),
        (
            &[("metadata_key", "a"), ("metadata_value", &long)],
            "Keys and values can have at most 255 characters.",
        ),
        (
            &[("metadata_key", &long), ("metadata_value", "v")],
            "Keys and values can have at most 255 characters.",
        ),
        (&twice, "This key is there twice."),
        (&[("metadata_key", ""), ("metadata_value", "v")], "Enter a key for each value."),
        (&[("metadata_key", "Größe"), ("metadata_value", "v")], "A key holds letters, digits, spaces and"),
    ] {
        let html = save(&admin, &id, &web(pairs)).await.is(422).text();
        assert_eq!(count(&html, text), 2, "{text}\n{html}");
        assert!(
            html.contains("<details class=\"card section advanced\" id=\"advanced\" open>"),
            "folded away"
        );
    }
}

/// Notes that the log writes: what another method or type would break.
#[tokio::test]
async fn another_method_says_which_logins_it_would_break() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Basic).await;
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    for changes in [&bare[..], &[], &bare] {
        let visitor = Visitor::new(&house);
        let back = visitor.log_in(&party.authorize(changes), EMAIL, PASSWORD).await;
        let verifier = if changes.is_empty() { &[][..] } else { &[("code_verifier", "")] };
        party.swap_with(&back.query("code").unwrap(), verifier).await.is(200);
    }
    let id = party.client_id.clone();
    let own = [
        ("callbacks", "https://app.test/callback"),
        ("logout_urls", "https://app.test/bye"),
        ("auth_method", "none"),
        ("review", "on"),
    ];
    let html = save(&admin, &id, &web(&own)).await.is(200).text();
    assert_eq!(count(&html, "PKCE was missing in 2 logins today; with None they would fail."), 1, "{html}");
    let basic = web(&[("auth_method", "client_secret_basic"), ("app_type", "spa")]);
    let html = save(&admin, &id, &basic).await.is(200).text();
    assert!(html.contains("Single Page Application cannot use Basic. Saving sets it to None."));
    assert!(html.contains("3 logins in the last 7 days used Basic."), "{html}");
    let path = settings_path(&id);
    let page = admin.get(&path).await.is(200);
    let program = web(&[("auth_method", "client_secret_basic"), ("app_type", "non_interactive")]);
    let html = post(&admin, &page, &path, &program).await.is(200).text();
    assert!(html.contains("Saving will turn on Client Credentials and hide 9 settings."), "{html}");
}
