//! Rows that this program cannot have written are named, not guessed.

use doorward_model::client::Client;
use doorward_store::{Expect, StoreError, Value, clients, tenants, users};

use crate::kit::on_both;
use crate::kit::samples::*;

#[test]
fn a_bad_row_names_table_column_and_id() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let args = || vec![Value::from(t.as_str())];
        let mut b = scope.batch();
        b.push("UPDATE clients SET settings = '{\"name\":7}' WHERE tenant_id = $1", args(), Expect::Any);
        b.push("UPDATE users SET email = 'nonsense' WHERE tenant_id = $1", args(), Expect::Any);
        b.push("UPDATE tenants SET issuer = 'nonsense' WHERE tenant_id = $1", args(), Expect::Any);
        b.commit().await.unwrap();
        let corrupt = |table, column, id: &str| StoreError::Corrupt { table, column, id: id.to_owned() };
        let found: Result<Option<Client>, _> = clients::get(&scope, &client_id("client")).await;
        assert_eq!(found, Err(corrupt("clients", "settings", "client")));
        let found = users::get(&scope, &user_id("auth0|1")).await;
        assert_eq!(found, Err(corrupt("users", "email", "auth0|1")));
        let found = doorward_store::global::tenants::all(&db.global()).await;
        assert_eq!(found, Err(corrupt("tenants", "issuer", "a")));
        assert!(tenants::version(&scope).await.is_ok());
    });
}
