//! What happened, in one sentence with names in it: "Ada could not log in to Storefront: wrong password".

use std::borrow::Cow;

use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_web::page::unturned;
use serde_json::Value;

/// The longest name in a sentence, in characters.
const MAX_NAME: usize = 80;

/// The sentence of an event. It is plain text; names in it were chosen by strangers, and none of them
/// turns the words around it.
pub(crate) fn sentence(event: &Event) -> String {
    unturned(&told(event))
}

fn told(event: &Event) -> String {
    let person = event.user_name.as_deref().map_or("Somebody".into(), short);
    let client = client(event);
    let why = lowered(&event.description);
    match event.code {
        EventCode::Login => format!("{person} logged in to {client}"),
        EventCode::LoginFailed if event.user_name.is_none() => {
            format!("A login at {client} was refused: {why}")
        }
        EventCode::LoginFailed => format!("{person} could not log in to {client}: {why}"),
        EventCode::WrongUsername => format!("{person} could not log in to {client}: nobody has this name"),
        EventCode::WrongPassword => format!("{person} could not log in to {client}: wrong password"),
        EventCode::PushedRequestFailed => format!("{client} could not push a request: {why}"),
        EventCode::OriginNotAllowed => {
            let origin =
                event.details.get("origin").and_then(Value::as_str).map_or("another origin".into(), short);
            format!("A page of {origin} called for {client}, which does not list it")
        }
        EventCode::SilentAuth => format!("{person} was still logged in at {client}"),
        EventCode::SilentAuthFailed => {
            format!("{client} asked for a silent login{} and got none: {why}", of(event))
        }
        EventCode::CodeExchange => {
            format!("{client} got tokens for {}", whose(event))
        }
        EventCode::CodeExchangeFailed => format!("{client} could not exchange a code{}: {why}", of(event)),
        EventCode::RefreshExchange => {
            format!("{client} renewed the tokens of {}", whose(event))
        }
        EventCode::RefreshExchangeFailed => format!("{client} could not renew tokens{}: {why}", of(event)),
        EventCode::RefreshReuse => {
            format!("A refresh token{} was used twice at {client}, so that login was ended", of(event))
        }
        EventCode::RefreshTokenRevoked if event.details.contains_key("consent") => {
            format!("{person} took back what they had allowed {client}")
        }
        EventCode::RefreshTokenRevoked => {
            format!("{client} handed back the tokens of {}", whose(event))
        }
        EventCode::ClientCredentials => format!("{client} got a token for itself"),
        EventCode::ClientCredentialsFailed => format!("{client} got no token: {why}"),
        EventCode::PasswordExchange => format!("{client} got tokens for the password of {person}"),
        EventCode::PasswordExchangeFailed => {
            format!("{client} could not exchange a password{}: {why}", of(event))
        }
        EventCode::DeviceExchange => format!("A device of {person} got tokens for {client}"),
        EventCode::DeviceExchangeFailed => {
            format!("A device{} with {client} got no tokens: {why}", of(event))
        }
        EventCode::DeviceAuthorizationFailed => {
            format!("A device with {client} could not ask for its person: {why}")
        }
        EventCode::DeviceActivationFailed => format!(
            "Somebody at {} could not answer for a device: {why}",
            event.ip.as_deref().unwrap_or("an unknown address")
        ),
        EventCode::DeviceDeclined => format!("The person of a device declined what {client} wanted"),
        EventCode::PasswordChanged => format!("The password of {person} was changed"),
        EventCode::EmailChanged => format!("The address of {person} was changed"),
        EventCode::PhoneChanged => format!("The telephone number of {person} was changed"),
        EventCode::UserDeleted => format!("The user {person} was deleted"),
        EventCode::AccountUnblocked => format!("{person} was unlocked after too many tries"),
        EventCode::Logout => format!("{person} logged out"),
        EventCode::LogoutFailed => format!("{person} could not log out: {why}"),
        EventCode::ManagementWrite | EventCode::SecretRead => administered(event),
        EventCode::ManagementWriteFailed
        | EventCode::PasswordChangeFailed
        | EventCode::EmailChangeFailed
        | EventCode::PhoneChangeFailed => refused(event),
        EventCode::ApiLimit => {
            format!("{client} made more requests of the Management API than its limit allows")
        }
        EventCode::ApiLimitWarning => {
            format!("{client} has used up most of the requests that its limit allows")
        }
        EventCode::AccountBlocked => format!("{person} was locked out for ten minutes: too many tries"),
        EventCode::AddressBlocked => format!(
            "The address {} was locked out for ten minutes: too many tries",
            event.ip.as_deref().unwrap_or("of somebody")
        ),
    }
}

/// A name as it stands in a sentence: one without end would leave nothing of it to be read.
pub(crate) fn short(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]).into(),
        None => name.into(),
    }
}

fn client(event: &Event) -> Cow<'_, str> {
    let unnamed = if event.client.is_some() { "a client" } else { "an unknown client" };
    event.client_name.as_deref().map_or(unnamed.into(), short)
}

/// Whose something was, where that is known.
fn of(event: &Event) -> String {
    event.user_name.as_deref().map_or_else(String::new, |name| format!(" of {}", short(name)))
}

/// Of whom tokens are.
fn whose(event: &Event) -> Cow<'_, str> {
    event.user_name.as_deref().map_or("a login".into(), short)
}

/// What an admin or a program did, as the use cases name it, and as it is told.
const DEEDS: &[(&str, &str)] = &[
    ("Create a client", "created the client"),
    ("Update a client", "changed the client"),
    ("Delete a client", "deleted the client"),
    ("Rotate a client secret", "rotated the secret of"),
    ("Add a client secret", "added a secret to"),
    ("Stop a client secret", "stopped a secret of"),
    ("Enable a connection for a client", "switched a connection on for"),
    ("Disable a connection for a client", "switched a connection off for"),
    ("Create a client credential", "registered a key of"),
    ("Update a client credential", "changed a key of"),
    ("Delete a client credential", "removed a key of"),
    ("Reveal a client secret", "looked at the secret of"),
    ("Create a log stream", "created the log stream"),
    ("Update a log stream", "changed the log stream"),
    ("Delete a log stream", "deleted the log stream"),
    ("Send a test event to a log stream", "sent a test event to"),
    ("Retry a log stream", "had another try made for"),
    ("Replay a log stream", "had events sent again by"),
    ("Give up set-aside events of a log stream", "gave up events that were set aside by"),
    ("Send set-aside events of a log stream again", "had set-aside events sent again by"),
    ("Get a token as a client", "got a token in the name of"),
    ("Read client secrets", "read the secrets of"),
    ("Create a client grant", "allowed an API to"),
    ("Create a user", "created the user"),
    ("Update a user", "changed the user"),
    ("Delete a user", "deleted the user"),
    ("Unblock a user", "unlocked the user"),
    ("Create a device credential", "registered a device"),
    ("Delete a device credential", "removed a device"),
    ("Add an admin", "added the admin"),
    ("Reset the password of an admin", "set a new password for"),
    ("Make a set-up link", "made a set-up link"),
    ("Use a set-up link", "became an admin with a set-up link"),
    ("Make the installation", "made this installation"),
    ("Log in to the dashboard", "logged in to the dashboard"),
    ("Log out of the dashboard", "logged out of the dashboard"),
    ("Rotate the signing key", "rotated the signing key"),
    ("Revoke a signing key", "revoked a signing key"),
    ("Make a signing key", "made a signing key"),
    ("Make the next signing key", "made the next signing key"),
    ("Let a signing key sign no more", "let a signing key sign no more: nobody asks for its kind"),
    ("Retire a signing key", "retired a signing key: all that it signed has run out"),
    ("Update the tenant settings", "changed the tenant settings"),
    ("Create a connection", "created the connection"),
    ("Update a connection", "changed the connection"),
    ("Delete a connection", "deleted the connection"),
    ("Switch a connection for clients", "changed which clients have the connection"),
    ("Delete a user of a connection", "deleted the user"),
    ("Delete a grant", "took back what somebody had allowed to"),
    ("Delete the grants of a user", "took back everything that a user had allowed"),
    ("Update a session", "changed a session"),
    ("End a session", "ended a session"),
    ("End all sessions of a user", "ended all sessions of a user"),
    ("Revoke a session and its refresh tokens", "ended a session and its refresh tokens"),
    ("Revoke the access of a user", "took back the access of a user"),
    ("Update a refresh token", "changed a refresh token"),
    ("Revoke a refresh token", "ended a refresh token of"),
    ("Revoke refresh tokens", "ended refresh tokens of"),
    ("Update the branding", "changed the branding"),
    ("Set the template of the login page", "changed the template of the login page"),
    ("Delete the template of the login page", "deleted the template of the login page"),
    ("Create an email template", "created an email template"),
    ("Update an email template", "changed an email template"),
    ("Create an API", "created the API"),
    ("Update an API", "changed the API"),
    ("Delete an API", "deleted the API"),
    ("Read signing secrets of APIs", "read signing secrets of APIs"),
    ("Update a client grant", "changed what may be asked of an API by"),
    ("Delete a client grant", "took an API from"),
    ("Create a role", "created the role"),
    ("Update a role", "changed the role"),
    ("Delete a role", "deleted the role"),
    ("Give a role to users", "gave people the role"),
    ("Add permissions to a role", "added permissions to the role"),
    ("Take permissions from a role", "took permissions from the role"),
    ("Give roles to a user", "gave roles to"),
    ("Take roles from a user", "took roles from"),
    ("Add permissions to a user", "gave permissions to"),
    ("Take permissions from a user", "took permissions from"),
];

/// "mara@acme.test created the client Storefront".
fn administered(event: &Event) -> String {
    let target = target(event);
    match DEEDS.iter().find(|(deed, _)| *deed == event.description) {
        Some((_, told)) if target.is_empty() => format!("{} {}", actor(event), bare(told)),
        Some((_, told)) => format!("{} {told} {target}", actor(event)),
        None if target.is_empty() => format!("{}: {}", actor(event), lowered(&event.description)),
        None => format!("{}: {}, {target}", actor(event), lowered(&event.description)),
    }
}

/// The deed without the one it was done to.
fn bare(told: &str) -> String {
    told.replace(" the client", " a client")
        .replace(" the user", " a user")
        .replace(" the admin", " an admin")
        .replace(" the secrets of", " secrets of clients")
        .replace(" the secret of", " a client secret")
        .replace(" a secret to", " a client secret")
        .replace(" a secret of", " a client secret")
        .replace(" a key of", " a key of a client")
        .replace(" the connection", " a connection")
        .trim_end_matches(" for")
        .trim_end_matches(" to")
        .trim_end_matches(" of")
        .to_owned()
}

fn refused(event: &Event) -> String {
    let why = text(&event.details, &["error", "message"]).map(|why| format!(": {}", lowered(why)));
    // What was not done to something is told by its id alone: it may not even be there.
    let id = event.details.get("target").and_then(Value::as_str);
    let target = id.map_or_else(|| target(event), |id| short(id).into());
    let target = if target.is_empty() { target } else { format!(" ({target})") };
    let what = lowered(&event.description);
    format!("{} could not {what}{target}{}", actor(event), why.unwrap_or_default())
}

fn actor(event: &Event) -> String {
    match text(&event.details, &["by", "kind"]) {
        Some("command_line") => "Command line".to_owned(),
        Some("schedule") => "The server".to_owned(),
        Some("client" | "user") => short(text(&event.details, &["by", "name"]).unwrap_or("A program")).into(),
        Some("admin") => text(&event.details, &["by", "email"]).unwrap_or("An admin").to_owned(),
        _ => {
            let known = event.user_name.as_deref().or_else(|| text(&event.details, &["target", "email"]));
            short(known.unwrap_or("Somebody")).into()
        }
    }
}

/// The client, API, role or user it was done to; else the address of whom it was done to.
fn target(event: &Event) -> String {
    let of_target = |name| text(&event.details, &["target", name]);
    let client = of_target("client_name").or_else(|| of_target("client_id"));
    let client = client.or_else(|| of_target("name")).or_else(|| of_target("connection"));
    // A program stands in its event as the client that did it.
    let by_itself = text(&event.details, &["by", "kind"]) == Some("client");
    let client = client.or_else(|| event.client_name.as_deref().filter(|_| !by_itself));
    let email = of_target("email").filter(|email| *email != actor(event));
    short(client.or(email).unwrap_or_default()).into()
}

fn text<'e>(details: &'e serde_json::Map<String, Value>, path: &[&str; 2]) -> Option<&'e str> {
    details.get(path[0])?.get(path[1])?.as_str()
}

/// Begins in the middle of a sentence, and does not end it. What to do about it, which may stand in a
/// second sentence, stands on the page of the event.
fn lowered(text: &str) -> String {
    let text = text.split(". ").next().unwrap_or(text).trim_end_matches('.');
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    // "PKCE is missing" stays as it is.
    if letters.clone().next().is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    first.to_lowercase().chain(letters).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use doorward_model::ids::{ClientId, LogId};
    use doorward_model::time::Timestamp;
    use serde_json::json;

    pub(crate) fn event(code: EventCode, description: &str) -> Event {
        Event {
            client: ClientId::parse("abc").ok(),
            client_name: Some("Storefront".to_owned()),
            user_name: Some("ada@example.com".to_owned()),
            ip: Some("203.0.113.9".to_owned()),
            ..Event::new(
                LogId::parse("90020251123").unwrap(),
                Timestamp::from_seconds(1_795_000_000),
                code,
                description,
            )
        }
    }

    /// A constant that names a deed: several words, the first with a capital, and no sentence. Whatever its verb.
    fn is_deed(text: &str) -> bool {
        let (first, rest) = text.split_once(' ').unwrap_or_default();
        let mut letters = first.chars();
        let is_word = letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase);
        is_word && first.len() > 1 && !rest.is_empty() && !rest.contains(['.', ':', '\\'])
    }

    /// What use cases of these rooms of the engine write into the log, by the names they give it.
    pub(crate) fn deeds(rooms: &[&str]) -> Vec<String> {
        let mut folders: Vec<PathBuf> = rooms
            .iter()
            .map(|room| Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src").join(room))
            .collect();
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let source = std::fs::read_to_string(path).unwrap();
                let rules = source.split("#[cfg(test)]").next().unwrap_or_default();
                // Constants, and what keys are noted with.
                let named = rules.split(": &str = \"").skip(1).chain(rules.split("app, state, (\"").skip(1));
                let named = named.filter_map(|rest| rest.split('"').next());
                found.extend(named.filter(|text| is_deed(text)).map(str::to_owned));
            }
        }
        assert!(found.len() > 5, "only {found:?} was found: is the search out of date?");
        found
    }

    #[test]
    fn whatever_is_done_has_words_for_it() {
        let known = |deed: &str| DEEDS.iter().any(|(known, _)| *known == deed);
        // That a program may not use the API at all is a refusal, and never a deed.
        let all = deeds(&[""]);
        let untold: Vec<&String> =
            all.iter().filter(|deed| !known(deed) && *deed != "Use the Management API").collect();
        assert!(untold.is_empty(), "no words for {untold:?}");
        assert!(all.len() > 60, "only {} were found: is the search out of date?", all.len());
    }

    #[test]
    fn every_kind_of_event_is_a_sentence_with_names_in_it() {
        for code in EventCode::ALL {
            let said = sentence(&event(*code, "Callback URL is not allowed."));
            let names = ["Storefront", "ada@example.com", "203.0.113.9"];
            assert!(names.iter().any(|name| said.contains(name)), "{code:?}: {said}");
            assert!(!said.ends_with('.') && !said.contains(".:"), "{said}");
        }
    }

    #[test]
    fn who_could_not_log_in_where_and_why() {
        assert_eq!(
            sentence(&event(EventCode::WrongPassword, "Wrong email or password")),
            "ada@example.com could not log in to Storefront: wrong password"
        );
        let nobody =
            Event { user_name: None, ..event(EventCode::LoginFailed, "Callback URL is not allowed.") };
        assert_eq!(sentence(&nobody), "A login at Storefront was refused: callback URL is not allowed");
        let old = event(EventCode::CodeExchangeFailed, "The code is too old. Start the login again.");
        assert_eq!(
            sentence(&old),
            "Storefront could not exchange a code of ada@example.com: the code is too old"
        );
        let pkce = event(EventCode::CodeExchangeFailed, "PKCE is missing.");
        let nobodys = Event { user_name: None, ..pkce };
        assert_eq!(sentence(&nobodys), "Storefront could not exchange a code: PKCE is missing");
        let stolen = event(EventCode::RefreshReuse, "The refresh token is invalid.");
        assert_eq!(
            sentence(&stolen),
            "A refresh token of ada@example.com was used twice at Storefront, so that login was ended"
        );
    }

    #[test]
    fn who_ended_what_a_client_had() {
        let mut ended = event(EventCode::RefreshTokenRevoked, "A client handed a token back");
        assert_eq!(sentence(&ended), "Storefront handed back the tokens of ada@example.com");
        ended.details.insert("consent".into(), json!("taken_back"));
        assert_eq!(sentence(&ended), "ada@example.com took back what they had allowed Storefront");
    }

    #[test]
    fn a_name_without_end_leaves_the_sentence_readable() {
        let long = Event {
            client_name: Some("W".repeat(1024)),
            ..event(EventCode::WrongPassword, "Wrong email or password")
        };
        let name = "W".repeat(80);
        assert_eq!(sentence(&long), format!("ada@example.com could not log in to {name}…: wrong password"));
        assert_eq!(short("Größe"), "Größe");
    }

    #[test]
    fn who_changed_what() {
        let mut made = event(EventCode::ManagementWrite, "Create a client");
        made.details.insert("by".into(), json!({ "kind": "admin", "id": "1", "email": "mara@acme.test" }));
        assert_eq!(sentence(&made), "mara@acme.test created the client Storefront");
        made.details.insert("by".into(), json!({ "kind": "client", "id": "abc", "name": "Storefront" }));
        assert_eq!(sentence(&made), "Storefront created a client");
        made.details.insert("target".into(), json!({ "client_id": "x", "client_name": "Billing" }));
        assert_eq!(sentence(&made), "Storefront created the client Billing");
        let mut not = event(EventCode::ManagementWriteFailed, "Delete a client");
        not.details.insert("by".into(), json!({ "kind": "command_line" }));
        not.details.insert("error".into(), json!({ "message": "The client does not exist." }));
        assert_eq!(
            sentence(&not),
            "Command line could not delete a client (Storefront): the client does not exist"
        );
        not.details.insert("target".into(), json!("x1"));
        assert_eq!(sentence(&not), "Command line could not delete a client (x1): the client does not exist");
        let mut read = event(EventCode::SecretRead, "Read client secrets");
        read.details.insert("by".into(), json!({ "kind": "client", "id": "abc", "name": "Storefront" }));
        assert_eq!(sentence(&read), "Storefront read secrets of clients");
        read.details.insert("target".into(), json!({ "client_id": "x", "client_name": "Billing" }));
        assert_eq!(sentence(&read), "Storefront read the secrets of Billing");
        let mut role = event(EventCode::ManagementWrite, "Give a role to users");
        role.details.insert("by".into(), json!({ "kind": "admin", "id": "1", "email": "mara@acme.test" }));
        role.details.insert("target".into(), json!({ "role_id": "rol_1", "name": "Editor" }));
        assert_eq!(sentence(&role), "mara@acme.test gave people the role Editor");
        let mut first = event(EventCode::ManagementWrite, "Use a set-up link");
        (first.client_name, first.client, first.user_name) = (None, None, None);
        first.details.insert("target".into(), json!({ "email": "ada@acme.test" }));
        assert_eq!(sentence(&first), "ada@acme.test became an admin with a set-up link");
        let mut added = event(EventCode::ManagementWrite, "Add an admin");
        (added.client_name, added.client) = (None, None);
        added.details.insert("by".into(), json!({ "kind": "command_line" }));
        added.details.insert("target".into(), json!({ "email": "bob@acme.test" }));
        assert_eq!(sentence(&added), "Command line added the admin bob@acme.test");
    }
}
