//! `q`, `sort` and the paging of lists of users.

use doorward_engine::users::{UserOrder, UserPart, UserQuery};
use doorward_model::search::{self, Scalar, Target, Test};
use doorward_model::user::search::USERS;

use crate::paging::Page;
use crate::query::Query;
use crate::refused::Refused;

/// How deep pages go, as in the original: further down only a narrower search leads.
const MAX_DEPTH: u32 = 1000;
/// The engines that the original had; there is one here, and it understands what they have in common.
const ENGINES: [&str; 3] = ["v1", "v2", "v3"];

/// Reads what is searched for, in which order, and which page of it.
pub(crate) fn read(query: &Query, page: Page) -> Result<UserQuery, Refused> {
    if query.text("search_engine").is_some_and(|engine| !ENGINES.contains(&engine)) {
        let text = format!("Use one of: {}; it makes no difference here.", ENGINES.join(", "));
        return Err(Refused::query("search_engine", "enum", text));
    }
    query.flag("primary_order")?;
    if page.start.saturating_add(page.limit) > MAX_DEPTH {
        let text = "Pages lead to the first 1000 users. Search for fewer with q.";
        return Err(Refused::query("page", "maximum", text));
    }
    let part = UserPart::Page {
        order: order(query)?,
        offset: page.start,
        limit: page.limit,
        with_total: page.include_totals,
    };
    Ok(UserQuery { query: searched(query)?, part })
}

fn searched(query: &Query) -> Result<Option<search::Query>, Refused> {
    let mut parts = Vec::new();
    if let Some(text) = query.text("q").filter(|text| !text.trim().is_empty()) {
        let parsed = USERS.parse(text);
        parts.push(parsed.map_err(|error| Refused::query("q", "format", error.to_string()))?);
    }
    if let (Some(name), Some(field)) = (query.text("connection"), USERS.field("identities.connection")) {
        let test = Test::Is(Scalar::Text(name.to_owned()));
        parts.push(search::Query::Term(Target::Field(field), test));
    }
    Ok((!parts.is_empty()).then(|| search::Query::all(parts)))
}

fn order(query: &Query) -> Result<(UserOrder, bool), Refused> {
    let Some(text) = query.text("sort") else { return Ok((UserOrder::default(), false)) };
    let (name, direction) = text.split_once(':').unwrap_or((text, ""));
    let known = UserOrder::ALL.into_iter().find(|(known, _)| *known == name);
    match (known, direction) {
        (Some((_, order)), "1") => Ok((order, false)),
        (Some((_, order)), "-1") => Ok((order, true)),
        _ => {
            let names = UserOrder::ALL.map(|(name, _)| name).join(", ");
            let text = format!("Write field:1 or field:-1. Lists are sorted by one of: {names}.");
            Err(Refused::query("sort", "pattern", text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<UserQuery, String> {
        let known = [
            "q",
            "sort",
            "connection",
            "search_engine",
            "primary_order",
            "page",
            "per_page",
            "include_totals",
        ];
        let query = Query::read(&format!("/x?{query}").parse().unwrap(), &known).unwrap();
        let page = Page::read(&query).unwrap();
        read(&query, page).map_err(|refused| refused.refusal().text().to_owned())
    }

    #[test]
    fn an_order_is_a_field_and_a_direction() {
        let order = |query: &str| match parse(query).map(|wanted| wanted.part) {
            Ok(UserPart::Page { order, .. }) => Some(order),
            _ => None,
        };
        assert_eq!(order(""), Some((UserOrder::CreatedAt, false)));
        assert_eq!(order("sort=last_login:-1"), Some((UserOrder::LastLogin, true)));
        for bad in [
            "sort=",
            "sort=email",
            "sort=email:2",
            "sort=blocked:1",
            "sort=user_metadata.a:1",
            "sort=id;--:1",
        ] {
            assert!(parse(bad).unwrap_err().contains("on property sort"), "{bad}");
        }
    }

    #[test]
    fn pages_end_at_a_thousand_users() {
        assert!(parse("page=9&per_page=100").is_ok());
        assert!(parse("page=10&per_page=100").unwrap_err().contains("on property page"));
        assert!(parse("page=19").is_ok());
        assert!(parse("page=20").is_err());
    }

    #[test]
    fn a_mistake_in_a_search_is_told_with_its_place() {
        let said = parse("q=email:a%20AND%20nmae:b").unwrap_err();
        assert!(said.contains("on property q (At character 13: There is no field nmae here."), "{said}");
        assert!(parse("q=%20").unwrap().query.is_none());
        let both = parse("q=ada&connection=Users&search_engine=v3&primary_order=false").unwrap();
        assert_eq!(both.query.unwrap().to_string(), "\"ada\" AND identities.connection:\"Users\"");
        assert!(parse("search_engine=v4").is_err());
    }
}
