//! `kill -9` in the middle of a hundred logins: nothing that was answered is lost.

use std::sync::Arc;

use doorward_store::DatabaseUrl;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::browser::Target;
use super::process::{Server, free_port, installation};
use crate::kit::Engine;

/// One account is locked when too many tries for it are under way.
const PEOPLE: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_before_a_kill_is_there_after_it() {
    for engine in Engine::all() {
        nothing_is_lost(engine).await;
    }
}

async fn nothing_is_lost(engine: Engine) {
    let (port, database) = (free_port(), engine.fresh());
    let key = database.folder.path().join("shared.key");
    let on_server = match &database.url {
        DatabaseUrl::Sqlite(_) => Vec::new(),
        DatabaseUrl::Postgres(url) => {
            vec!["--database", url.expose(), "--master-key-file", key.to_str().unwrap()]
        }
    };
    let folder = installation(port, &on_server);
    let target = Target::make(folder.path().to_str().unwrap(), port, PEOPLE);

    let server = Server::start(folder.path(), &[]);
    let at_once = Arc::new(Semaphore::new(32));
    let mut logins = JoinSet::new();
    for number in 0..100 {
        let (target, at_once) = (target.clone(), Arc::clone(&at_once));
        logins.spawn(async move {
            let _turn = at_once.acquire().await.ok()?;
            target.log_in(&format!("person{}@example.com", number % PEOPLE)).await
        });
    }
    let mut told = Vec::new();
    while let Some(login) = logins.join_next().await {
        told.extend(login.unwrap());
        if told.len() == 20 {
            server.signal("KILL");
        }
    }
    assert!(told.len() >= 20, "only {} logins were answered before the kill", told.len());
    assert!(told.len() < 100, "the kill came too late to be in the middle");
    drop(server);

    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.ready, format!("ready http://localhost:{port}/"));
    for token in &told {
        let answer = target.refresh(token).await;
        assert_eq!(answer.status(), 200, "a token that was given out is unknown: {:?}", answer.text().await);
    }
    server.signal("TERM");
    assert_eq!(server.wait().0.code(), Some(0));
}
