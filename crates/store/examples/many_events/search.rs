//! How long searches of a long log take.

use doorward_model::ids::{LogId, TenantId};
use doorward_model::log::search::{LOGS, span};
use doorward_model::time::Timestamp;
use doorward_store::Db;
use doorward_store::logs::{self, LogFilter, LogOrder};

use crate::event::{END, ip, user_id, user_name};
use crate::times::Times;

/// How often each is asked.
const RUNS: usize = 41;

/// What people look for in a log.
fn searches() -> Vec<String> {
    let day = |days: i64| Timestamp::from_millis(END - days * 86_400_000).to_string()[..10].to_owned();
    let (person, name) = (user_id(77_777), user_name(77_777));
    let place = ip(123_456);
    let mut all: Vec<String> = [
        "*",
        "type:s",
        "type:fp",
        "type:limit_mu",
        "type:f*",
        "type:nothing",
        "NOT type:s",
        "client_id:00000000000000000000000000000007",
        "client_name:\"Old shop\"",
        "client_name:nobody",
        "client_name:\"Shop 7\" AND type:fp",
        "client_name:\"Old shop\" AND type:limit_mu",
        "description:Wrong*",
        "description:*password*",
        "connection:nothing",
        "\"Shop 7\"",
        "nobody",
        "nobody*",
        "user_name:ada.lovelace7777*",
        "user_name:ada*",
        "ip:10.1.*",
        "ip:10.1.226.*",
        "ip:192.0.2.1",
        "user_id:nobody",
        "user_agent:*Firefox*",
        "user_agent:nothing",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend([
        format!("user_id:\"{person}\""),
        format!("user_name:\"{name}\""),
        format!("ip:{place}"),
        format!("\"{name}\""),
        place.clone(),
        format!("user_id:\"{person}\" AND type:f*"),
        format!("ip:{place} AND type:s"),
        format!("ip:{place} AND date:[{} TO {}]", day(20), day(10)),
        format!("type:s AND date:{}", day(15)),
        format!("type:fp AND client_name:\"Shop 7\" AND date:[{} TO *]", day(3)),
        format!("date:[{}T10:00 TO {}T10:15]", day(15), day(15)),
        format!("date:[{}T10:00 TO {}T10:15] AND user_agent:*Firefox* AND type:f", day(15), day(15)),
        format!("user_agent:nothing AND date:{}", day(1)),
    ]);
    all
}

/// Times a page of fifty, newest first, and the total of each.
#[expect(clippy::print_stdout, reason = "a tool for the command line")]
pub async fn measure(db: &Db, tenant: &TenantId) {
    println!("{:58} {:>9} {:>9} {:>9} {:>9}", "search", "found", "page", "page p95", "total");
    for text in searches() {
        let scope = db.tenant(tenant);
        let query = LOGS.parse(&text).unwrap();
        let span = span(&query);
        let place = |time: Timestamp| LogId::parse(&format!("900{:020}", time.millis() * 1000)).unwrap();
        let filter = LogFilter {
            query: Some(query),
            since: span.from,
            until: span.until,
            from_id: span.from.map(place),
            before_id: span.until.map(place),
            ..LogFilter::default()
        };
        let mut times = Times::default();
        for run in 0..RUNS {
            // What takes longer than the bound is shown as that.
            let page = times.page(logs::list(&scope, &filter, LogOrder::default(), (0, 50))).await;
            times.found = page.map_or(0, |events| events.len());
            if run < 4 {
                drop(times.total(logs::count(&scope, &filter)).await);
            }
            if times.are_enough() {
                break;
            }
        }
        times.print(&text);
    }
}
