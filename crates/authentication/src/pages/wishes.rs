//! What an application wants, or may, as sentences.
//!
//! Those about the account are ours, those about an API are what its admin wrote down for each permission.
//! Source: OpenID Connect Core §5.4 for the scope values.

use doorward_model::api::ApiPermission;
use doorward_model::scope::oidc;
use doorward_web::page::capped;

/// Wishes that belong together.
pub(super) struct Group {
    pub(super) title: String,
    pub(super) wishes: Vec<Wish>,
}

/// One thing that an application wants, or may.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// In words.
    Words(String),
    /// A permission that nobody described: its bare value.
    Value(String),
}

/// Whoever wants nothing is told this much all the same.
pub(super) fn nothing() -> Wish {
    Wish::Words("Know that you are logged in, and nothing else".to_owned())
}

/// The sentence for a scope value about the account itself.
pub(super) fn about_you(value: &str) -> Option<Wish> {
    let text = match value {
        oidc::OPENID => "Recognise you when you come back",
        oidc::PROFILE => {
            "See your profile: names and picture, and birthday, gender, website, language \
                          and time zone where you gave them"
        }
        oidc::EMAIL => "See your email address",
        oidc::ADDRESS => "See your postal address",
        oidc::PHONE => "See your telephone number",
        oidc::OFFLINE_ACCESS => "Keep this access while you are away",
        _ => return None,
    };
    Some(Wish::Words(text.to_owned()))
}

/// The rest of a scope, in the words of an API's permissions.
pub(super) fn at_api(permissions: &[ApiPermission], scope: &[String]) -> Vec<Wish> {
    let wishes = scope.iter().filter(|value| about_you(value).is_none()).map(|value| {
        let known = permissions.iter().find(|permission| permission.value == *value);
        let described = known.and_then(|permission| permission.description.as_deref()).map(str::trim);
        match described.filter(|text| !text.is_empty()) {
            Some(text) => Wish::Words(capped(text)),
            None => Wish::Value(capped(value)),
        }
    });
    let wishes: Vec<Wish> = wishes.collect();
    if wishes.is_empty() {
        return vec![Wish::Words("Call it in your name, without a special permission".to_owned())];
    }
    wishes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_value_that_openid_connect_knows_has_a_sentence() {
        for value in oidc::ALL {
            assert!(about_you(value).is_some(), "{value}");
        }
    }
}
