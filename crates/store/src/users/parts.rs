//! Searches for a part of a text, which no order of texts helps: patterns with a star before their end.
//!
//! One text per user holds all that is searched so, with an index of its groups of three letters. It gives
//! users that may pass a test, never fewer than do; who does, the columns say. See decision 0018.

use doorward_model::search::{Target, Test};

use super::terms::domain;
use crate::sql::search::{Condition, somewhere};

/// What stands around each of the texts that the one text is made of.
const EDGE: &str = " ";

/// Conditions of the one text; whoever passes the test meets one of them. None where the index is no help:
/// the test has one of its own, or asks for no three letters in a row.
pub(super) fn candidates(target: &Target, test: &Test) -> Option<Vec<Condition>> {
    let Test::Like(pattern) = test else { return None };
    if pattern.prefix().is_some() {
        return None;
    }
    let folded = pattern.folded();
    let wanted = match target {
        Target::Anywhere => {
            let kept = somewhere(pattern, "").filter(|_| folded != *pattern);
            somewhere(&folded, "").into_iter().chain(kept).collect()
        }
        Target::Field(field) => match field.name {
            "user_id" | "phone_number" => vec![somewhere(pattern, EDGE)?],
            "email" if domain(test).is_some() => return None,
            "email" | "username" | "name" => vec![somewhere(&folded, EDGE)?],
            // These may stand there as a part of another one.
            "nickname" | "given_name" | "family_name" => vec![somewhere(&folded, "")?],
            _ => return None,
        },
        Target::Path(_) => return None,
    };
    let condition = |text: String| Condition { text: "texts LIKE ?".to_owned(), values: vec![text.into()] };
    Some(wanted.into_iter().map(condition).collect::<Vec<_>>()).filter(|wanted| !wanted.is_empty())
}
