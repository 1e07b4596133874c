//! Every `errorCode` of the API with its status, as a page of the documentation. The codes are asked of the
//! refusals themselves, so that the page cannot differ from what is answered.

use std::fmt::Write;

use doorward_engine::fault::{Fault, SHORT_WAIT, Unproven};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_web::fault::Refusal;

/// What can be missing, as faults call it.
const NOUNS: &[&str] = &[
    "client",
    "client grant",
    "client secret",
    "connection",
    "credential",
    "email template",
    "event",
    "log stream",
    "refresh token",
    "resource server",
    "role",
    "session",
    "signing key",
    "templates universal login",
    "user",
];

const HEAD: &str = "# The errors of the Management API\n\n\
This page is made from the refusals themselves (`crates/management/src/error_codes.rs`); a test compares them.\n\
Every refusal is `{\"statusCode\", \"error\", \"message\", \"errorCode\"}`: `error` is the words of the status, `message` says what is\n\
wrong and what to do, and `errorCode`, where there is one, says it to programs. What a status asks of whom is in\n\
[What a status means](../http-status.md); the numbers that pages of a login show are in [The checks of `/authorize`](authorize.md).\n\n\
| status | `errorCode` | when |\n|---|---|---|\n";

/// The page, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for (refusal, when) in refusals() {
        let code = refusal.error_code().map_or_else(|| "–".to_owned(), |code| format!("`{code}`"));
        // Writing to a text cannot fail.
        let _ = writeln!(page, "| {} | {code} | {when} |", refusal.status().as_u16());
    }
    page
}

/// One refusal of each kind, in the order of their statuses, with when it comes.
fn refusals() -> Vec<(Refusal, String)> {
    let missing = NOUNS.iter().map(|what| {
        (Refusal::from(Fault::NotFound { what }), format!("there is no {what} of that id in this tenant"))
    });
    let others = of_what_came().into_iter().chain(of_what_is());
    let mut all: Vec<_> = others.map(|(refusal, when)| (refusal, when.to_owned())).chain(missing).collect();
    all.sort_by_key(|(refusal, _)| refusal.status().as_u16());
    all
}

/// Those of a request that can never be done as it is.
fn of_what_came() -> Vec<(Refusal, &'static str)> {
    let wrong = || FieldErrors::from(FieldError::new("name", "type", "This must be a text."));
    let unproven = Fault::Unauthenticated { why: Unproven::Missing };
    let not_served = Fault::NotServed { scopes: "", is_held: false };
    vec![
        (Fault::Invalid(wrong()).into(), "a field of the body is wrong; the message names every one that is"),
        (Refusal::unreadable(""), "the body cannot be read at all"),
        (
            Refusal::query(&wrong()),
            "a parameter that the operation does not know, that comes twice, or whose value is wrong",
        ),
        (Refusal::uri(&wrong()), "an id in the path that cannot be one"),
        (unproven.into(), "no token, or none that counts; `attributes.error` says why"),
        (
            Fault::Forbidden { any_of: Vec::new() }.into(),
            "the token allows other things; the message names the scopes of which any one would do",
        ),
        (not_served.into(), "the operation is [not served](management-api.md)"),
        (Refusal::nothing_here(), "no operation has this address"),
        (Refusal::too_long(""), "the query of a search is longer than the original reads"),
        (Refusal::content_type(""), "the body is of a kind that the operation does not read"),
    ]
}

/// Those of what is there already, of limits, and of the server itself.
fn of_what_is() -> Vec<(Refusal, &'static str)> {
    let limit = Fault::LimitReached { retry_after: SHORT_WAIT };
    let unavailable = Fault::Unavailable { retry_after: SHORT_WAIT, cause: String::new() };
    vec![
        (Fault::NotSupported { why: "" }.into(), "it makes no sense for this one"),
        (Fault::InUse { what: "global client" }.into(), "it cannot go while something needs it"),
        (Fault::Exists { what: "new email" }.into(), "another user of the connection has the new address"),
        (Fault::Exists { what: "user" }.into(), "a user of that address or that id is there, or was"),
        (Fault::Exists { what: "role" }.into(), "something else of that name is there"),
        (
            Fault::Stale { what: "client" }.into(),
            "somebody else changed it at the same time, several times over; read it and try again",
        ),
        (limit.into(), "the limit; `Retry-After` says how long"),
        (Fault::internal("").into(), "a mistake of ours; the log of the process has the cause"),
        (Fault::TooSlow.into(), "a search would have had to look at too much"),
        (
            unavailable.into(),
            "the server is busy, or its database cannot be used or written, which the message says; nothing was done, \
             and `Retry-After` says when to try again",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_page_in_the_documentation_is_what_is_answered() {
        let page = include_str!("../../../docs/reference/error-codes.md");
        assert!(page == reference(), "write this to docs/reference/error-codes.md:\n{}", reference());
    }

    /// Where faults of things that are missing are made, by what stands there in quotes.
    fn nouns(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                nouns(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for before in ["NotFound { what: \"", "const NOUN: &str = \""] {
                    let rests = text.split(before).skip(1);
                    found.extend(rests.map(|rest| rest.split('"').next().unwrap().to_owned()));
                }
            }
        }
    }

    #[test]
    fn every_thing_that_can_be_missing_is_on_the_page() {
        /// These are of the command line and the dashboard.
        const OTHERS: [&str; 3] = ["admin", "refused URL", "tenant"];
        let mut found = BTreeSet::new();
        nouns(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/src")), &mut found);
        found.retain(|noun| !OTHERS.contains(&noun.as_str()));
        let listed: BTreeSet<String> = NOUNS.iter().map(|noun| (*noun).to_owned()).collect();
        assert_eq!(found, listed);
    }
}
