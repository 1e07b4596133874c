//! The parameter `claims`: what a request wants to know besides what its scope lets out.
//!
//! Owns its reading. Must not know who the person is. What nobody here knows is left out, as the standard
//! wants it; what is not of the standard's form is refused.
//!
//! Source: OpenID Connect Core §5.5, §5.5.1, §5.5.1.1.

use doorward_model::ids::UserId;
use doorward_model::token::AskedClaims;
use serde_json::{Map, Value};

use super::claims::{ACR, is_personal};

/// Why a text is no claims request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// It is no JSON object, or nested too deeply.
    #[error("claims must be a JSON object (OpenID Connect Core 5.5).")]
    NoObject,
    /// `userinfo` or `id_token` is something else than an object.
    #[error("{0} in claims must be an object.")]
    Member(&'static str),
    /// What is said of one claim is neither null nor an object of the standard's form.
    #[error(
        "Each claim in claims is null, or an object with essential (true or false), value, or values (a list)."
    )]
    Wish,
    /// A person who is asked for is not named by a text.
    #[error("The value of sub in claims must be a text.")]
    Subject,
}

/// What a request wants to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    asked: AskedClaims,
    auth_time: bool,
    /// The persons who would do, of each `sub` that names some.
    subjects: Vec<Vec<String>>,
    /// The values that an essential `acr` must be one of.
    demanded_acr: Option<Vec<Value>>,
}

/// One claim, as it is asked for.
struct Wish<'a> {
    is_essential: bool,
    values: Vec<&'a Value>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// ```
    /// use doorward_protocol::oidc::claims_request::ClaimsRequest;
    /// let read = ClaimsRequest::read(r#"{"userinfo": {"name": {"essential": true}, "shoe_size": null}}"#).unwrap();
    /// assert_eq!(read.asked().userinfo, ["name"]);
    /// assert!(ClaimsRequest::read("name").is_err());
    /// ```
    ///
    /// # Errors
    /// When the text is not of the standard's form.
    pub fn read(text: &str) -> Result<Self, ClaimsError> {
        // The reader stops at 128 levels.
        let Ok(Value::Object(all)) = serde_json::from_str(text) else { return Err(ClaimsError::NoObject) };
        let mut read = Self::default();
        for (name, wish) in members(&all, "id_token")? {
            let is_known = is_personal(name) || name == "acr";
            read.note(name, &self::wish(wish)?)?;
            if is_known {
                read.asked.id_token.push(name.clone());
            }
        }
        for (name, wish) in members(&all, "userinfo")? {
            let wish = self::wish(wish)?;
            if name == "sub" {
                read.note(name, &wish)?;
            }
            if is_personal(name) {
                read.asked.userinfo.push(name.clone());
            }
        }
        Ok(read)
    }

    /// The same with `acr_values`, by which an `acr` is asked for, too.
    #[must_use]
    pub fn with_acr(mut self) -> Self {
        if !self.asked.id_token.iter().any(|name| name == "acr") {
            self.asked.id_token.push("acr".to_owned());
        }
        self
    }

    /// What is remembered of it.
    #[must_use]
    pub fn asked(&self) -> &AskedClaims {
        &self.asked
    }

    /// Whether the ID token is to say when the person proved who they are.
    #[must_use]
    pub fn wants_auth_time(&self) -> bool {
        self.auth_time
    }

    /// Whether the answer may be about `user`.
    #[must_use]
    pub fn lets_in(&self, user: &UserId) -> bool {
        self.subjects.iter().all(|persons| persons.iter().any(|id| id == user.as_str()))
    }

    /// Whether the person can prove themselves here in the way that is demanded.
    #[must_use]
    pub fn can_be_met(&self) -> bool {
        self.demanded_acr.as_ref().is_none_or(|values| values.iter().any(|value| value == ACR))
    }

    fn note(&mut self, name: &str, wish: &Wish<'_>) -> Result<(), ClaimsError> {
        match name {
            "auth_time" => self.auth_time = true,
            "sub" if !wish.values.is_empty() => {
                let texts = wish.values.iter().map(|value| value.as_str().map(str::to_owned));
                self.subjects.push(texts.collect::<Option<_>>().ok_or(ClaimsError::Subject)?);
            }
            "acr" if wish.is_essential && !wish.values.is_empty() => {
                self.demanded_acr = Some(wish.values.iter().map(|value| (*value).clone()).collect());
            }
            _ => {}
        }
        Ok(())
    }
}

fn members<'a>(
    all: &'a Map<String, Value>,
    name: &'static str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, ClaimsError> {
    match all.get(name) {
        None | Some(Value::Null) => Ok(None.into_iter().flatten()),
        Some(Value::Object(members)) => Ok(Some(members.iter()).into_iter().flatten()),
        Some(_) => Err(ClaimsError::Member(name)),
    }
}

fn wish(said: &Value) -> Result<Wish<'_>, ClaimsError> {
    let members = match said {
        Value::Null => return Ok(Wish { is_essential: false, values: Vec::new() }),
        Value::Object(members) => members,
        _ => return Err(ClaimsError::Wish),
    };
    let is_essential = match members.get("essential") {
        None => false,
        Some(Value::Bool(is_essential)) => *is_essential,
        Some(_) => return Err(ClaimsError::Wish),
    };
    let mut values: Vec<&Value> = members.get("value").into_iter().collect();
    match members.get("values") {
        None => {}
        Some(Value::Array(more)) => values.extend(more),
        Some(_) => return Err(ClaimsError::Wish),
    }
    Ok(Wish { is_essential, values })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(request: &Value) -> ClaimsRequest {
        ClaimsRequest::read(&request.to_string()).unwrap()
    }

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    #[test]
    fn oidc_core_5_5_what_nobody_here_knows_is_left_out() {
        let request = read(&json!({
            "userinfo": { "name": null, "email": { "essential": true }, "shoe_size": null, "acr": null },
            "id_token": { "picture": null, "https://x.test/y": { "essential": true }, "iss": null, "constructor": null },
            "verified_claims": { "anything": [1, 2] },
        }));
        assert_eq!(request.asked().userinfo, ["name", "email"]);
        assert_eq!(request.asked().id_token, ["picture"]);
        assert!(!request.wants_auth_time() && request.can_be_met() && request.lets_in(&user("auth0|ada")));
        assert!(read(&json!({})).asked().is_empty());
        assert!(read(&json!({ "userinfo": null, "id_token": {} })).asked().is_empty());
    }

    #[test]
    fn what_is_not_of_the_standards_form_is_refused() {
        for (text, expected) in [
            ("", ClaimsError::NoObject),
            ("name", ClaimsError::NoObject),
            ("[]", ClaimsError::NoObject),
            ("{\"userinfo\":", ClaimsError::NoObject),
            ("{} {}", ClaimsError::NoObject),
            (r#"{"userinfo":["name"]}"#, ClaimsError::Member("userinfo")),
            (r#"{"id_token":"name"}"#, ClaimsError::Member("id_token")),
            (r#"{"userinfo":{"name":true}}"#, ClaimsError::Wish),
            (r#"{"userinfo":{"name":{"essential":"yes"}}}"#, ClaimsError::Wish),
            (r#"{"id_token":{"acr":{"values":"pwd"}}}"#, ClaimsError::Wish),
            (r#"{"id_token":{"sub":{"value":7}}}"#, ClaimsError::Subject),
            (r#"{"userinfo":{"sub":{"values":["auth0|ada",null]}}}"#, ClaimsError::Subject),
        ] {
            assert_eq!(ClaimsRequest::read(text), Err(expected), "{text}");
        }
    }

    /// Kanidm 1.10, for this parser: depth costs nothing but a refusal.
    #[test]
    fn brackets_without_end_are_refused() {
        for (open, close) in [("{\"a\":", "}"), ("[", "]")] {
            let deep = format!("{{\"userinfo\":{{\"name\":{}1{}}}}}", open.repeat(4000), close.repeat(4000));
            assert_eq!(ClaimsRequest::read(&deep), Err(ClaimsError::NoObject));
        }
    }

    #[test]
    fn oidc_core_5_5_1_a_subject_is_one_of_those_who_are_named() {
        let one = read(&json!({ "id_token": { "sub": { "value": "auth0|ada" } } }));
        assert!(one.lets_in(&user("auth0|ada")) && !one.lets_in(&user("auth0|bob")));
        let some = read(&json!({ "id_token": { "sub": { "values": ["auth0|ada", "auth0|bob"] } } }));
        assert!(some.lets_in(&user("auth0|bob")) && !some.lets_in(&user("auth0|eve")));
        let both = read(&json!({
            "id_token": { "sub": { "value": "auth0|ada" } }, "userinfo": { "sub": { "value": "auth0|bob" } },
        }));
        assert!(!both.lets_in(&user("auth0|ada")) && !both.lets_in(&user("auth0|bob")), "nobody is both");
        assert!(read(&json!({ "id_token": { "sub": null } })).lets_in(&user("auth0|eve")));
    }

    #[test]
    fn oidc_core_5_5_1_1_only_an_essential_acr_can_be_unmet() {
        let acr = |wish: Value| read(&json!({ "id_token": { "acr": wish } }));
        for (wish, can_be_met) in [
            (Value::Null, true),
            (json!({ "values": ["mfa"] }), true),
            (json!({ "essential": true }), true),
            (json!({ "essential": true, "values": ["mfa", ACR] }), true),
            (json!({ "essential": true, "value": ACR }), true),
            (json!({ "essential": true, "values": ["mfa"] }), false),
            (json!({ "essential": true, "value": 1 }), false),
        ] {
            assert_eq!(acr(wish.clone()).can_be_met(), can_be_met, "{wish}");
            assert_eq!(acr(wish).asked().id_token, ["acr"]);
        }
        assert_eq!(acr(Value::Null).with_acr().asked().id_token, ["acr"]);
        assert_eq!(ClaimsRequest::default().with_acr().asked().id_token, ["acr"]);
    }
}
