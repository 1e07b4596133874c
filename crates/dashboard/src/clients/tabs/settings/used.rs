//! When each callback was used last: told after the page, because it takes a look into the log.
//!
//! Source: UX §1.5, "URL list control": facts as badges.

use axum::Json;
use axum::extract::{Path, State};
use doorward_engine::clients::{self, Habits, PERIOD};
use doorward_model::client::kind::ClientKind;
use doorward_model::client::{Client, callback};
use doorward_model::time::Timestamp;
use doorward_web::fault::PageFault;
use doorward_web::state::Web;
use serde_json::{Map, Value};

use crate::clients::open;
use crate::frame::Frame;
use crate::parts;

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Json<Map<String, Value>>, PageFault> {
    let opened = open(&web, &frame, &id).await?;
    let habits = clients::habits(web.app(), frame.caller(), &opened.client.id).await?;
    Ok(Json(facts(&opened.client, &habits, frame.now())))
}

/// What there is to say about each saved callback.
fn facts(client: &Client, habits: &Habits, now: Timestamp) -> Map<String, Value> {
    let is_native = client.settings.app_type == Some(ClientKind::Native);
    let last_use = |entry: &String| {
        let entry = std::slice::from_ref(entry);
        let covered = |(uri, _): &&(String, Timestamp)| callback::matches(entry, uri, is_native).is_some();
        habits.callbacks.iter().find(covered).map(|(_, at)| *at)
    };
    let is_new = now.since(client.created_at) < PERIOD;
    let said = |entry: &String| match last_use(entry) {
        Some(at) => Some(format!("Used {}", parts::ago(at, now))),
        // Further back nobody looked.
        None if habits.is_whole => Some(if is_new { "Never used" } else { "Not used in 7 days" }.to_owned()),
        None => None,
    };
    let entries = client.callbacks().iter();
    entries.filter_map(|entry| Some((entry.clone(), Value::from(said(entry)?)))).collect()
}

#[cfg(test)]
mod tests {
    use doorward_model::client::defaults::for_people;
    use doorward_model::ids::ClientId;

    use super::*;

    #[test]
    fn a_callback_is_told_when_it_was_used_whatever_stood_for_its_star() {
        let at = Timestamp::from_seconds(0);
        let mut settings = for_people(ClientKind::RegularWeb);
        let urls = ["https://*.acme.test/cb", "https://acme.test/cb"].map(str::to_owned);
        settings.callbacks = Some(urls.to_vec());
        let id = ClientId::parse("x").unwrap();
        let client = Client { id, global: false, version: 1, settings, created_at: at, updated_at: at };
        let used = vec![("https://a.acme.test/cb".to_owned(), Timestamp::from_seconds(880))];
        let habits = Habits { callbacks: used, is_whole: true, ..Habits::default() };
        let said = |habits: &Habits, now: i64| {
            let facts = facts(&client, habits, Timestamp::from_seconds(now));
            urls.each_ref().map(|url| facts.get(url).and_then(Value::as_str).unwrap_or("").to_owned())
        };
        assert_eq!(said(&habits, 1000), ["Used 2 minutes ago", "Never used"]);
        assert_eq!(said(&habits, 700_000)[1], "Not used in 7 days");
        let cut = Habits { is_whole: false, ..habits };
        assert_eq!(said(&cut, 1000), ["Used 2 minutes ago", ""]);
    }
}
