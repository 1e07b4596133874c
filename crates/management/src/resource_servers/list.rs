//! `GET /api/v2/resource-servers`: an array, or an object with totals around it.

use axum::extract::State;
use doorward_engine::resource_servers::{self, ApiQuery};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use crate::answer;
use crate::fields::Fields;
use crate::paging::Page;
use crate::query::Query;
use crate::refused::{Answer, Refused};

const PARAMETERS: &[&str] =
    &["fields", "include_fields", "page", "per_page", "include_totals", "identifiers"];
/// How many identifiers one request may name.
const MAX_IDENTIFIERS: usize = 10;

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read_with_repeats(&uri, PARAMETERS, &["identifiers"])?;
    let fields = Fields::read(&query)?;
    let page = Page::read(&query)?;
    let wanted = ApiQuery {
        identifiers: identifiers(&query)?,
        offset: page.start,
        limit: page.limit,
        with_secrets: fields.show("signing_secret"),
        with_total: page.include_totals,
    };
    let found = resource_servers::list(web.app(), &caller, &wanted).await?;
    let shown = found.apis.iter().map(|shown| Value::Object(fields.select(super::view::api(shown))));
    Ok(answer::json(StatusCode::OK, &page.envelope("resource_servers", shown.collect(), found.total)))
}

/// `identifiers` comes once for each that is wanted.
fn identifiers(query: &Query) -> Result<Option<Vec<String>>, Refused> {
    let identifiers = query.all("identifiers");
    if identifiers.as_ref().is_some_and(|all| all.len() > MAX_IDENTIFIERS) {
        let text = format!("Name at most {MAX_IDENTIFIERS} identifiers at once.");
        return Err(Refused::query("identifiers", "max_items", text));
    }
    Ok(identifiers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_named_one_by_one_and_not_too_many() {
        let read = |query: &str| {
            let uri = format!("/x?{query}").parse().unwrap();
            identifiers(&Query::read_with_repeats(&uri, PARAMETERS, &["identifiers"]).unwrap())
        };
        assert_eq!(read("").unwrap(), None);
        let two = Some(vec!["https://a.test/".to_owned(), "b,c".to_owned()]);
        assert_eq!(read("identifiers=https%3A%2F%2Fa.test%2F&identifiers=b,c").unwrap(), two);
        assert!(read(&"identifiers=a&".repeat(11)).is_err());
    }
}
