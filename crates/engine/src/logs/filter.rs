//! From the filter that people type to what the log is asked.

use doorward_model::ids::{ClientId, UserId};
use doorward_model::log::filter::{Filter, of_person};
use doorward_model::log::search::LOGS;
use doorward_model::scope::ApiScope;
use doorward_model::search::{Query, Scalar, Target, Test};
use doorward_model::user::Email;
use doorward_store::users;

use super::list::EventQuery;
use crate::app::App;
use crate::caller::Caller;
use crate::clients::{self, ClientQuery};
use crate::fault::Fault;

/// How many clients are looked at whose name, or what else is searched, holds what was typed; and how many users.
const LOOKED_AT: u32 = 100;

/// What the filter asks for. A client is meant by its ID, else by its name, whatever its case; what is the name of
/// none any more is searched for among the names that events hold.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn resolve(app: &App, caller: &Caller, filter: &Filter) -> Result<EventQuery, Fault> {
    let mut asked: Vec<Query> = filter.query().into_iter().collect();
    if let Some(person) = &filter.person {
        asked.push(of_person(person, &known_by(app, caller, person).await?));
    }
    let mut about = None;
    if let Some(client) = &filter.client {
        about = named(app, caller, client).await?;
        if about.is_none() {
            asked.extend(called(client));
        }
    }
    let query = (!asked.is_empty()).then(|| Query::all(asked));
    Ok(EventQuery { about, query, ..EventQuery::default() })
}

/// The users of an address: events of people who are known hold their name, which may be another.
async fn known_by(app: &App, caller: &Caller, person: &str) -> Result<Vec<UserId>, Fault> {
    let Some(email) = Email::parse(person).ok().filter(|_| caller.holds(ApiScope::ReadUsers)) else {
        return Ok(Vec::new());
    };
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let found = users::list::with_email(&scope, &email, LOOKED_AT).await?;
    Ok(found.into_iter().map(|user| user.id).collect())
}

async fn named(app: &App, caller: &Caller, text: &str) -> Result<Option<ClientId>, Fault> {
    let search = ClientQuery {
        is_global: Some(false),
        search: Some(text.to_owned()),
        limit: LOOKED_AT,
        ..ClientQuery::default()
    };
    let found = clients::list(app, caller, &search).await?.clients;
    let lowered = text.to_lowercase();
    let known = |is: &dyn Fn(&str, &str) -> bool| {
        let mut all = found.iter().map(|shown| &shown.client);
        all.find(|client| is(client.id.as_str(), &client.settings.name)).map(|client| client.id.clone())
    };
    let id = known(&|id, _| id == text).or_else(|| known(&|_, name| name == text));
    let id = id.or_else(|| known(&|_, name| name.to_lowercase() == lowered));
    // The log outlives clients: what is spelled like an ID may be one that was deleted.
    Ok(id.or_else(|| clients::parse_gone(text)))
}

fn called(name: &str) -> Option<Query> {
    let field = LOGS.field("client_name")?;
    Some(Query::Term(Target::Field(field), Test::Is(Scalar::Text(name.to_owned()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Kit;

    #[test]
    fn ids_of_both_kinds_of_clients_are_known_by_their_look() {
        assert!(clients::parse_gone(&"a1B2".repeat(8)).is_some());
        assert!(clients::parse_gone(&format!("tpc_{}", "x".repeat(22))).is_some());
        for no in ["Billing portal", "tpc_x", "a name that is 32 letters long..", ""] {
            assert_eq!(clients::parse_gone(no), None, "{no}");
        }
    }

    #[tokio::test]
    async fn a_client_is_meant_by_id_by_name_or_by_what_events_call_it() {
        let kit = Kit::new().await;
        let shell = kit.shell();
        let first = ClientQuery { is_global: Some(false), limit: 1, ..ClientQuery::default() };
        let known = clients::list(&kit.app, &shell, &first).await.unwrap().clients.remove(0).client;
        let about = async |text: &str| {
            let filter = Filter { client: Some(text.to_owned()), ..Filter::default() };
            resolve(&kit.app, &shell, &filter).await.unwrap()
        };
        assert_eq!(about(known.id.as_str()).await.about.as_ref(), Some(&known.id));
        assert_eq!(about(&known.settings.name.to_uppercase()).await.about, Some(known.id));
        let gone = "a1B2".repeat(8);
        assert_eq!(about(&gone).await.about.unwrap().as_str(), gone);
        let asked = about("Old name").await;
        assert_eq!(asked.about, None);
        assert_eq!(asked.query.unwrap().to_string(), "client_name:\"Old name\"");
    }
}
