//! What stands beside the form: what is still missing, the addresses, who changed what lately.

use doorward_engine::clients::Change;
use doorward_model::api::SubjectType;
use doorward_model::client::kind::ClientKind;

use super::field::Field;
use crate::clients::{Opened, path};
use crate::frame::Frame;
use crate::parts::{self, When};

/// A change beside the form.
pub(crate) struct Recent {
    pub what: String,
    pub by: String,
    pub when: When,
}

/// One line of what a client needs to log people in.
pub(crate) struct Need {
    pub text: &'static str,
    pub is_met: bool,
    pub href: String,
}

pub(crate) fn recent(change: Change, frame: &Frame) -> Recent {
    let labels: Vec<&str> =
        change.fields.iter().filter_map(|setting| Field::label_of_setting(setting)).collect();
    let what = if labels.is_empty() { told(&change.what) } else { format!("Changed {}", labels.join(", ")) };
    Recent { what, by: change.by, when: parts::when(change.at, frame.now()) }
}

/// What an event's words are when it is over.
fn told(what: &str) -> String {
    let words = match what {
        "Create a client" => "Client created",
        "Update a client" => "Settings changed",
        "Rotate a client secret" => "Secret rotated",
        "Add a client secret" => "Secret added",
        "Stop a client secret" => "Secret stopped",
        "Create a client credential" => "Key registered",
        "Update a client credential" => "Key changed",
        "Delete a client credential" => "Key removed",
        "Enable a connection for a client" => "Connection switched on",
        "Disable a connection for a client" => "Connection switched off",
        "Create a client grant" => "Access to an API given",
        "Update a client grant" => "Access to an API changed",
        "Delete a client grant" => "Access to an API taken away",
        other => other,
    };
    words.to_owned()
}

/// What stands between this client and its first login; each is true when it is true.
pub(crate) fn needs(opened: &Opened) -> Vec<Need> {
    let client = &opened.client;
    let need = |text, is_met, page: &str| Need { text, is_met, href: path(&client.id, page) };
    let has_worked = opened.activity.successes > 0;
    if client.settings.app_type == Some(ClientKind::NonInteractive) {
        return vec![
            need(
                "May call an API",
                opened.grants.iter().any(|grant| grant.subject == SubjectType::Client),
                "connections",
            ),
            need("A token in the last 7 days", has_worked, "quickstart"),
        ];
    }
    let has_logout = client.settings.allowed_logout_urls.as_ref().is_some_and(|urls| !urls.is_empty());
    vec![
        need("Callback URL added", !client.callbacks().is_empty(), "settings#callbacks"),
        need("Connection switched on", !opened.connections.is_empty(), "connections"),
        need("Logout URL added", has_logout, "settings#logout_urls"),
        need("A login in the last 7 days", has_worked, "quickstart"),
    ]
}

/// The addresses of the tenant that a client of this type speaks to; the first ones are those that
/// are asked for most.
pub(crate) fn endpoints(frame: &Frame, kind: Option<ClientKind>) -> Vec<(&'static str, String)> {
    let issuer = &frame.tenant().issuer;
    let mut list = vec![("Issuer", issuer.as_str().to_owned()), ("Token", issuer.url("oauth/token"))];
    let discovery = ("Discovery", issuer.url(".well-known/openid-configuration"));
    let keys = ("Keys", issuer.url(".well-known/jwks.json"));
    if kind == Some(ClientKind::NonInteractive) {
        list.extend([discovery, keys]);
        return list;
    }
    list.insert(1, ("Authorize", issuer.url("authorize")));
    list.extend([
        discovery,
        ("Userinfo", issuer.url("userinfo")),
        ("Keys", issuer.url(".well-known/jwks.json")),
        ("Logout", issuer.url("v2/logout")),
    ]);
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::deeds;

    #[test]
    fn whatever_is_done_to_a_client_is_told_as_done() {
        for deed in deeds(&["clients", "client_grants"]) {
            // These change no client: what is gone has no page, and looking is no change.
            let looks = ["Reveal a client secret", "Read client secrets", "Get a token as a client"];
            if deed == "Delete a client" || looks.contains(&deed.as_str()) {
                continue;
            }
            assert_ne!(told(&deed), deed);
        }
    }
}
