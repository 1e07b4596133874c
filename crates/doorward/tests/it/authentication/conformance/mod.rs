//! What the OpenID Foundation's suite asks of a provider, module by module: each test is named after the module
//! that it stands for, and `docs/reference/conformance.md` lists them all.
//!
//! The client is what the suite registers: a third party with a secret, without PKCE, of every response type that
//! the plans of the module have, with the answer as the type wants it and by form.

mod claims;
mod requests;
mod sessions;
mod tokens;

use std::collections::BTreeMap;

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, EMAIL, House, NONCE, PASSWORD, RelyingParty, STATE, Via, Visitor, jwt};

/// The response types of the plans Basic, Implicit and Hybrid.
const BASIC: &[&str] = &["code"];
const IMPLICIT: &[&str] = &["id_token", "id_token token"];
const HYBRID: &[&str] = &["code id_token", "code token", "code id_token token"];

type Fields = BTreeMap<String, String>;

/// The suite's client.
async fn client(house: &House) -> RelyingParty<'_> {
    // The one makes the connection of the house open to third parties; the other may do everything.
    house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let settings = json!({
        "name": "Conformance", "is_first_party": false,
        "grant_types": ["authorization_code", "implicit", "refresh_token"],
    });
    house.party_with(ClientKind::RegularWeb, Via::Post, settings).await
}

/// Every response type of these plans, answered as usual and by form.
fn ways(plans: &[&[&'static str]]) -> Vec<(&'static str, &'static str)> {
    let types = plans.iter().flat_map(|types| types.iter().copied());
    types.flat_map(|response_type| [(response_type, ""), (response_type, "form_post")]).collect()
}

/// The address of a request of the suite: no PKCE, `openid` alone; `more` replaces or (empty) removes.
fn asking(party: &RelyingParty<'_>, (response_type, mode): (&str, &str), more: &[(&str, &str)]) -> String {
    let mut changes = vec![
        ("response_type", response_type),
        ("response_mode", mode),
        ("scope", "openid"),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    for (name, value) in more {
        changes.retain(|(known, _)| known != name);
        changes.push((name, value));
    }
    party.authorize(&changes)
}

/// From the request to the answer: logs in if a page asks for it, and allows what is asked.
async fn answer(visitor: &Visitor<'_>, authorize: &str) -> Answer {
    let first = visitor.get(authorize).await;
    goes_on(visitor, first).await
}

/// From the first answer to the last one.
async fn goes_on(visitor: &Visitor<'_>, mut back: Answer) -> Answer {
    if leads_to(&back, "/u/login?") {
        let page = visitor.get(back.location()).await.is(200);
        back = visitor.submit(&page, &[("username", EMAIL), ("password", PASSWORD)]).await;
    }
    if leads_to(&back, "/u/consent?") {
        let page = visitor.get(back.location()).await.is(200);
        back = visitor.press(&page, "accept").await;
    }
    back
}

fn leads_to(answer: &Answer, page: &str) -> bool {
    answer.header("location").is_some_and(|to| to.contains(page))
}

/// What came back by the way that fits the response type and the mode, and by no other.
fn fields(back: &Answer, party: &RelyingParty<'_>, (response_type, mode): (&str, &str)) -> Fields {
    if mode == "form_post" {
        let form = back.clone().is(200).form();
        assert_eq!((form.method.as_str(), form.action.as_str()), ("post", party.callback.as_str()));
        return form.fields.into_iter().collect();
    }
    let url = url::Url::parse(back.location()).unwrap();
    assert!(back.location().starts_with(&party.callback), "{url}");
    let in_query = response_type == "code";
    let (used, other) = if in_query { (url.query(), url.fragment()) } else { (url.fragment(), url.query()) };
    assert_eq!(other, None, "{url}");
    url::form_urlencoded::parse(used.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// All that one answer led to.
struct Got {
    fields: Fields,
    /// The token endpoint's answer, where the response had a code.
    tokens: Option<Value>,
    /// The claims of the ID token: of the response, else of the token endpoint.
    id_token: Option<Value>,
    /// What userinfo says to the access token, where there is one.
    userinfo: Option<Value>,
}

impl Got {
    fn id_token(&self) -> &Value {
        self.id_token.as_ref().expect("there is an ID token")
    }

    /// Where the claims of the scope are to be read: at userinfo, else in the ID token.
    fn claims(&self) -> &Value {
        self.userinfo.as_ref().unwrap_or_else(|| self.id_token())
    }
}

/// A good answer with all that the suite checks in every module, and what it leads to.
async fn good(party: &RelyingParty<'_>, back: &Answer, way: (&str, &str)) -> Got {
    let house = party.house;
    let fields = fields(back, party, way);
    assert!(!fields.contains_key("error"), "{way:?}: {fields:?}");
    assert_eq!((fields["state"].as_str(), fields["iss"].as_str()), (STATE, house.issuer()));
    let tokens = match fields.get("code") {
        Some(code) => {
            let answer = party
                .token(&[
                    ("grant_type", "authorization_code"),
                    ("code", code),
                    ("redirect_uri", &party.callback),
                ])
                .await
                .is(200);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            Some(answer.json())
        }
        None => None,
    };
    let jwks = house.get("/.well-known/jwks.json").await.is(200).json();
    let in_answer = tokens.as_ref().map(|tokens| tokens["id_token"].as_str().unwrap().to_owned());
    // A hybrid flow has two: one of the response, and one of the token endpoint.
    let both = [fields.get("id_token").cloned(), in_answer];
    let both: Vec<Value> = both.into_iter().flatten().map(|token| jwt::verify(&token, &jwks)).collect();
    for claims in &both {
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(house.issuer()), &json!(party.client_id)));
        let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!(iat <= house.now() && exp > house.now(), "{claims}");
    }
    // OpenID Connect Core §3.3.3.6: they are about the same person, session and request.
    if let [first, second] = both.as_slice() {
        for name in ["iss", "sub", "aud", "sid", "nonce", "auth_time", "acr", "azp"] {
            assert_eq!(first.get(name), second.get(name), "{way:?}: {name}");
        }
    }
    let id_token = both.into_iter().next();
    let access = fields.get("access_token").cloned();
    let access = access.or_else(|| Some(tokens.as_ref()?["access_token"].as_str()?.to_owned()));
    let userinfo = match access {
        Some(token) => Some(house.userinfo(&token).await.is(200).json()),
        None => None,
    };
    if let (Some(claims), Some(userinfo)) = (&id_token, &userinfo) {
        assert_eq!(claims["sub"], userinfo["sub"]);
    }
    Got { fields, tokens, id_token, userinfo }
}

/// One request of somebody new, and all that it leads to.
async fn once(party: &RelyingParty<'_>, way: (&str, &str), more: &[(&str, &str)]) -> Got {
    let visitor = Visitor::new(party.house);
    good(party, &answer(&visitor, &asking(party, way, more)).await, way).await
}

/// The error that came back to the client, with all that an error must have and nothing else.
fn error(back: &Answer, party: &RelyingParty<'_>, way: (&str, &str)) -> String {
    let fields = fields(back, party, way);
    assert_eq!((fields["state"].as_str(), fields["iss"].as_str()), (STATE, party.house.issuer()));
    for name in fields.keys() {
        assert!(["error", "error_description", "state", "iss"].contains(&name.as_str()), "{name}");
    }
    let is_allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    assert!(fields["error_description"].chars().all(is_allowed), "{fields:?}");
    fields["error"].clone()
}
