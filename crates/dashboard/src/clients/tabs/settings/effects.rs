//! What another client type would change, said before it is saved.

use doorward_model::client::kind::ClientKind;

use super::field::{Field, is_public};
use super::values::{Values, grant_title, method_title};

/// The sentences; `next` already follows its type.
pub(crate) fn effects(saved: &Values, next: &Values) -> Vec<String> {
    let mut said = Vec::new();
    let title = next.kind.map_or("A client without a type", ClientKind::title);
    if is_public(next.kind) && saved.method != next.method {
        said.push(format!("{title} cannot use {}. Saving sets it to None.", method_title(saved.method)));
    } else if saved.method != next.method {
        said.push(format!(
            "{title} needs a secret. Saving sets the method to {}.",
            method_title(next.method)
        ));
    }
    let grants = |list: &Values, other: &Values| {
        let only = list.grants.iter().filter(|grant| !other.grants.contains(grant));
        only.map(|grant| grant_title(*grant)).collect::<Vec<_>>().join(" and ")
    };
    // What a public type has fixed is shown as such, and of the method it was said what becomes of it.
    let is_fixed = |f: Field| matches!(f, Field::Method | Field::Algorithm);
    let is_hidden = |f: &Field| !is_fixed(*f) && f.is_for(saved.kind) && !f.is_for(next.kind);
    let hidden = Field::ALL.into_iter().filter(is_hidden).count();
    let mut parts = Vec::new();
    let (off, on) = (grants(saved, next), grants(next, saved));
    if !off.is_empty() {
        parts.push(format!("turn off {off}"));
    }
    if !on.is_empty() {
        parts.push(format!("turn on {on}"));
    }
    if hidden > 0 {
        parts.push(format!("hide {hidden} setting{}", if hidden == 1 { "" } else { "s" }));
    }
    if let Some((last, rest)) = parts.split_last() {
        let list = if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) };
        said.push(format!("Saving will {list}."));
    }
    if hidden > 0 {
        said.push("What is hidden is kept and comes back with the type.".to_owned());
    }
    said
}

#[cfg(test)]
mod tests {
    use doorward_model::client::Client;
    use doorward_model::client::auth_method::AuthMethod;
    use doorward_model::client::defaults::for_people;
    use doorward_model::client::grant_type::GrantType;
    use doorward_model::ids::ClientId;
    use doorward_model::time::Timestamp;

    use super::*;

    fn values(kind: ClientKind, method: AuthMethod, grants: &[GrantType]) -> Values {
        let at = Timestamp::from_seconds(0);
        let client = Client {
            id: ClientId::parse("x").unwrap(),
            global: false,
            version: 1,
            settings: for_people(kind),
            created_at: at,
            updated_at: at,
        };
        Values { method, grants: grants.to_vec(), ..Values::of(&client) }
    }

    #[test]
    fn what_a_new_type_changes_is_said_before() {
        let saved = values(
            ClientKind::RegularWeb,
            AuthMethod::Basic,
            &[GrantType::AuthorizationCode, GrantType::ClientCredentials],
        );
        let mut next = Values { kind: Some(ClientKind::Spa), ..saved.clone() };
        next.follow_type();
        assert_eq!(
            effects(&saved, &next),
            [
                "Single Page Application cannot use Basic. Saving sets it to None.",
                "Saving will turn off Client Credentials and hide 1 setting.",
                "What is hidden is kept and comes back with the type."
            ]
        );
        let mut machine = Values { kind: Some(ClientKind::NonInteractive), ..next.clone() };
        machine.follow_type();
        let said = effects(&next, &machine);
        assert_eq!(said[0], "Non Interactive Client needs a secret. Saving sets the method to Post.");
        assert_eq!(said[1], "Saving will turn on Client Credentials and hide 9 settings.");
    }
}
