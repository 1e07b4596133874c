//! What is served and what is not, as a page of the documentation, so that the two cannot differ.

use std::fmt::Write;

use doorward_model::scope::ApiScope;
use doorward_web::route::{Guard, Route};

use crate::{besides, original};

const HEAD: &str = "# The Management API: what is served\n\n\
This page is made from the lists in `crates/management/src/routes.rs` and `original.txt`; a test compares them.\n\
[How the Management API speaks](management-conventions.md) says what holds for all of it.\n\n\
## Served\n\n| operation | scopes, any of |\n|---|---|\n";

const EMPTY: &str = "\n## Served as an empty list\n\n\
`GET /api/v2/actions/actions`: there are no actions, and the original's deploy tool asks for them before it reads databases.\n";

const LIMITS: &str = "\n## Served in part\n\n\
`/device-credentials` lists the keys that people registered and then the refresh tokens that can be exchanged, each kind from\n\
oldest to newest; `type` chooses one of `public_key`, `refresh_token` and `rotating_refresh_token`. The original lists refresh\n\
tokens alone where pages are asked for without a `type`; here that makes no difference. A refresh token stands there under the\n\
id that `/refresh-tokens` knows it by, with what the browser or program called itself as its `device_name` and no `device_id`,\n\
and deleting it revokes it with all that it gave, as `DELETE /refresh-tokens/{id}` does. Whether it is a rotating one is what its\n\
client says now. A key is registered; refresh tokens are not, so `POST` takes `public_key` alone. Where more than a thousand\n\
clients hold refresh tokens of a kind, that kind is listed by `user_id` or `client_id` only.\n\n\
`POST /keys/signing/rotate` is a 429 with `Retry-After` within 310 seconds of the last rotation, and within the first ones of a\n\
fresh installation, where the original rotates at once: a key is published before it signs, so that whoever keeps a copy of the\n\
key set has it by then ([decision 0009](../decisions/0009-a-key-is-published-before-it-signs.md)).\n";

const REFUSED: &str = "\n## Not served\n\n\
The original has these; here they answer strangers with 401 and bearers of a token with 403 `insufficient_scope`, which names\n\
the scope as the original does, so that its tools leave them alone. To whoever holds that\n\
scope already, for it opens other things here, the message says besides that nothing opens this one yet. They are never a 404,\n\
which some tools take for a broken tenant, nor a 5xx, which they would try again for minutes.\n\n| operation | scopes, any of |\n|---|---|\n";

/// The page, in Markdown.
#[must_use]
pub fn reference() -> String {
    let served = crate::routes::served();
    let mut page = HEAD.to_owned();
    for route in &served {
        // Writing to a text cannot fail.
        let ours = if original::is_ours(route.path) { " (an addition of ours)" } else { "" };
        let _ = writeln!(page, "| `{} {}`{ours} | {} |", route.method, route.path, scopes(route));
    }
    page.push_str(EMPTY);
    page.push_str(LIMITS);
    page.push_str(REFUSED);
    for original in original::not_served(&served) {
        let scopes = original.scopes.split(' ').map(|scope| format!("`{scope}`")).collect::<Vec<_>>();
        let _ = writeln!(page, "| `{}` | {} |", original.name, scopes.join(", "));
    }
    page
}

fn scopes(route: &Route) -> String {
    let Guard::AnyOf(scopes) = route.guard else { return "none: open to everybody".to_owned() };
    let named = |scopes: &[ApiScope], between: &str| {
        scopes.iter().map(|scope| format!("`{}`", scope.as_str())).collect::<Vec<_>>().join(between)
    };
    match besides::needed(route.operation) {
        [] => named(scopes, ", "),
        more => format!("{}, and with it {}", named(scopes, ", "), named(more, " or ")),
    }
}

/// What each scope opens, in Markdown.
#[must_use]
pub fn scopes_reference() -> String {
    let served = crate::routes::served();
    let mut page = SCOPES.to_owned();
    for scope in ApiScope::ALL {
        let operations: Vec<String> = served.iter().filter_map(|route| opened(route, *scope)).collect();
        // Writing to a text cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            scope.as_str(),
            scope.description(),
            operations.join("<br>")
        );
    }
    page
}

/// What of a route a scope opens, if it is one of its scopes.
fn opened(route: &Route, scope: ApiScope) -> Option<String> {
    let Guard::AnyOf(scopes) = route.guard else { return None };
    let (name, more) = (format!("`{} {}`", route.method, route.path), besides::needed(route.operation));
    if scopes.contains(&scope) {
        return Some(if more.is_empty() { name } else { format!("{name} with a second scope") });
    }
    let first = scopes.first().filter(|_| more.contains(&scope))?;
    Some(format!("{name} with `{}`", first.as_str()))
}

const SCOPES: &str = "# Scopes\n\n\
This page is made from the list in `crates/model/src/scope.rs` and the routes of `crates/management/src/routes.rs`; a test\n\
compares them.\n\n\
## Of a login\n\n| scope | what it gives |\n|---|---|\n\
| `openid` | an ID token, and userinfo |\n\
| `profile` | name, nickname, picture and the like, at userinfo and in ID tokens |\n\
| `email` | the address and whether it was verified |\n\
| `offline_access` | a refresh token, for clients that hold the grant and APIs that allow it |\n\n\
Other scopes are permissions of the API that is asked for; an API lists its own.\n\n\
## Of the Management API\n\n| scope | allows | opens |\n|---|---|---|\n";

#[cfg(test)]
mod tests {
    #[test]
    fn the_scopes_in_the_documentation_are_those_of_the_routes() {
        let page = include_str!("../../../docs/reference/scopes.md");
        let made = super::scopes_reference();
        assert!(page == made, "write this to docs/reference/scopes.md:\n{made}");
    }

    #[test]
    fn the_page_in_the_documentation_is_the_list() {
        let page = include_str!("../../../docs/reference/management-api.md");
        assert!(
            page == super::reference(),
            "write this to docs/reference/management-api.md:\n{}",
            super::reference()
        );
    }
}
