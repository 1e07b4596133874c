//! What is served and what is not, as a page of the documentation, so that the two cannot differ.

use std::fmt::Write;

use doorward_web::route::{Guard, Route};

use crate::original;

const HEAD: &str = "# The Management API: what is served\n\n\
This page is made from the lists in `crates/management/src/routes.rs` and `original.txt`; a test compares them.\n\
[How the Management API speaks](management-conventions.md) says what holds for all of it.\n\n\
## Served\n\n| operation | scopes, any of |\n|---|---|\n";

const EMPTY: &str = "\n## Served as an empty list\n\n\
`GET /api/v2/actions/actions`: there are no actions, and the original's deploy tool asks for them before it reads databases.\n";

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
    page.push_str(REFUSED);
    for original in original::not_served(&served) {
        let scopes = original.scopes.split(' ').map(|scope| format!("`{scope}`")).collect::<Vec<_>>();
        let _ = writeln!(page, "| `{}` | {} |", original.name, scopes.join(", "));
    }
    page
}

fn scopes(route: &Route) -> String {
    match route.guard {
        Guard::AnyOf(scopes) => {
            scopes.iter().map(|scope| format!("`{}`", scope.as_str())).collect::<Vec<_>>().join(", ")
        }
        _ => "none: open to everybody".to_owned(),
    }
}

#[cfg(test)]
mod tests {
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
