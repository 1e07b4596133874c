//! When somebody else saved the client while the form was open: which fields both touched.
//!
//! The form carries the version it was made from and a fingerprint of each field, so that it can be
//! told who changed what. Source: UX §1.1, "Stale edit".

use doorward_web::signed_in::SignedForm;

use super::field::Field;
use super::values::Values;
use crate::parts::When;

/// A field that is not as the form had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clash {
    pub field: Field,
    pub theirs: String,
    pub mine: String,
    /// Whether only they changed it: then theirs is the one that is chosen at first.
    pub is_theirs_alone: bool,
}

impl Clash {
    /// The name of the choice in the form.
    pub(crate) fn choice(&self) -> String {
        choice(self.field)
    }
}

/// The answer to a stale form: who saved when, and what.
#[derive(Debug, Clone)]
pub(crate) struct Stale {
    pub by: String,
    pub when: When,
    pub clashes: Vec<Clash>,
}

/// One fingerprint per field, in the order of [`Field::ALL`].
pub(crate) fn fingerprints(values: &Values) -> String {
    let all: Vec<String> = Field::ALL.into_iter().map(|field| fingerprint(&values.text(field))).collect();
    all.join(".")
}

/// FNV-1a: tells edits apart; it keeps nothing secret and nothing safe.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// The fields that somebody else changed and that would be changed back by saving `mine`.
pub(crate) fn clashes(seen: &str, theirs: &Values, mine: &Values) -> Vec<Clash> {
    let seen: Vec<&str> = seen.split('.').collect();
    let clash = |(at, field): (usize, Field)| {
        let (their_text, my_text) = (theirs.text(field), mine.text(field));
        let was = seen.get(at).copied().unwrap_or_default();
        let they_changed = fingerprint(&their_text) != was;
        let is_theirs_alone = fingerprint(&my_text) == was;
        (they_changed && their_text != my_text).then_some(Clash {
            field,
            theirs: their_text,
            mine: my_text,
            is_theirs_alone,
        })
    };
    Field::ALL.into_iter().enumerate().filter_map(clash).collect()
}

/// Puts their value where the form chose it.
pub(crate) fn settle(form: &SignedForm, theirs: &Values, mine: &mut Values) {
    for field in Field::ALL {
        if form.get(&choice(field)) == Some("theirs") {
            mine.take(field, theirs);
        }
    }
}

fn choice(field: Field) -> String {
    format!("keep_{}", field.id())
}

#[cfg(test)]
mod tests {
    use doorward_model::client::Client;
    use doorward_model::client::defaults::for_people;
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::ClientId;
    use doorward_model::time::Timestamp;

    use super::*;

    #[test]
    fn only_what_they_changed_can_clash() {
        let at = Timestamp::from_seconds(0);
        let client = Client {
            id: ClientId::parse("x").unwrap(),
            global: false,
            version: 1,
            settings: for_people(ClientKind::RegularWeb),
            created_at: at,
            updated_at: at,
        };
        let base = Values::of(&client);
        let seen = fingerprints(&base);
        let theirs = Values { name: "Theirs".into(), jwt_lifetime: "60".into(), ..base.clone() };
        let mine = Values { name: "Mine".into(), description: "mine".into(), ..base.clone() };
        let found = clashes(&seen, &theirs, &mine);
        let fields: Vec<_> = found.iter().map(|clash| (clash.field, clash.is_theirs_alone)).collect();
        assert_eq!(fields, [(Field::Name, false), (Field::JwtLifetime, true)]);
        assert!(clashes(&seen, &base, &mine).is_empty());
        assert!(
            !clashes("", &theirs, &mine).is_empty(),
            "without fingerprints everything that differs clashes"
        );
    }
}
