//! Many clients, and how long lists of them take.

use doorward_model::client::kind::ClientKind;
use doorward_model::client::{Client, ClientSettings, defaults};
use doorward_model::ids::{ClientId, TenantId};
use doorward_model::time::Timestamp;
use doorward_store::clients::{self, ClientFilter, ClientOrder};
use doorward_store::{Db, Scope};

use crate::{AT_ONCE, BATCH, FIRST, RUNS, Times};

/// How many clients there are to be.
const WANTED: u32 = 100_000;

/// Fills a database that has none.
pub async fn fill(db: &Db, tenant: &TenantId) {
    if clients::count(&db.tenant(tenant), &ClientFilter::default()).await.unwrap() > 0 {
        return;
    }
    for first in (0..WANTED).step_by((BATCH * AT_ONCE) as usize) {
        let mut under_way = Vec::new();
        for begin in (first..(first + BATCH * AT_ONCE).min(WANTED)).step_by(BATCH as usize) {
            let mut batch = db.tenant(tenant).batch();
            (begin..(begin + BATCH).min(WANTED))
                .for_each(|number| clients::insert(&mut batch, &client(number)));
            under_way.push(tokio::spawn(batch.commit()));
        }
        for batch in under_way {
            batch.await.unwrap().unwrap();
        }
    }
}

fn client(number: u32) -> Client {
    let kind = [ClientKind::Spa, ClientKind::RegularWeb, ClientKind::NonInteractive][number as usize % 3];
    let settings = ClientSettings {
        name: format!("Shop {number}"),
        callbacks: Some(Vec::new()),
        ..defaults::for_people(kind)
    };
    let made = Timestamp::from_millis(FIRST + i64::from(number) * 10_000);
    Client {
        id: ClientId::parse(&format!("{number:032}")).unwrap(),
        global: false,
        version: 1,
        settings,
        created_at: made,
        updated_at: made,
    }
}

/// Times pages of fifty.
pub async fn measure(db: &Db, tenant: &TenantId) {
    let scope = db.tenant(tenant);
    let all = || ClientFilter { is_global: Some(false), ..ClientFilter::default() };
    let only = |search: &str| ClientFilter { search: Some(search.to_owned()), ..all() };
    for (name, filter, offset) in [
        ("clients: first page of 50", all(), 0),
        ("clients: page 20 of 50", all(), 950),
        ("clients: newest 50", ClientFilter { order: ClientOrder::Newest, ..all() }, 0),
        ("clients: by name", ClientFilter { order: ClientOrder::Name, ..all() }, 0),
        ("clients: one type", ClientFilter { app_types: vec![ClientKind::Spa], ..all() }, 0),
        ("clients: whose name has 99 in it", only("99"), 0),
        ("clients: whose name has nothing in it", only("nothing"), 0),
        ("clients: whose name has 9999 in it", only("9999"), 0),
        ("clients: whose name has shop in it", only("shop"), 0),
    ] {
        row(&scope, name, &filter, offset).await;
    }
}

async fn row(scope: &Scope<'_>, name: &str, filter: &ClientFilter, offset: u32) {
    let mut times = Times::default();
    for _ in 0..RUNS {
        let found = times.page(clients::list(scope, filter, offset, 50)).await.unwrap();
        times.found = found.len();
        times.total(clients::count(scope, filter)).await.unwrap();
        if times.are_enough() {
            break;
        }
    }
    times.print(name);
}
