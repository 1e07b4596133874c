//! A full disk, where the engine itself says that it is one. What a process hears whose files cannot grow is
//! `binary::full`'s.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Engine, House, Via};

/// What PostgreSQL says, in its own words and with its own code (appendix A, class 53).
const FULL: &str = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    RAISE EXCEPTION 'could not extend file \"base/16384/2619\": No space left on device' USING ERRCODE = '53100'; \
    END $$; CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON logs FOR EACH ROW EXECUTE FUNCTION full_disk()";

fn is_told(text: &str) {
    assert!(text.contains("The disk of the database is full, so nothing was saved."), "{text}");
    assert!(!text.contains("busy") && !text.contains("base/") && !text.contains("extend"), "{text}");
}

#[tokio::test]
async fn a_full_disk_is_said_to_be_one_and_nothing_of_the_engines_words_leaves() {
    for engine in Engine::all().into_iter().filter(|engine| *engine == Engine::Postgres) {
        let house = House::on(engine).await;
        let machine = house.machine(&["create:clients", "read:clients"]).await;
        let party = house.party(ClientKind::Spa, Via::None).await;
        house.execute(FULL);
        let body = json!({ "name": "Half" });
        let refused = machine.post("/api/v2/clients", &body).await.is(503);
        assert!(refused.header("retry-after").is_some());
        is_told(refused.json()["message"].as_str().unwrap());
        let page = house.get(&party.authorize(&[("redirect_uri", "https://spa.test/other")])).await.is(503);
        is_told(&page.text());
        let token = party.refresh("v1.nobodys").await.is(503).json();
        assert_eq!(token["error"], "temporarily_unavailable");
        is_told(token["error_description"].as_str().unwrap());
        house.execute("DROP TRIGGER full_disk ON logs");
        machine.post("/api/v2/clients", &body).await.is(201);
        let all = machine.get("/api/v2/clients?fields=name").await.is(200).json();
        let made = |client: &&Value| client["name"] == "Half";
        assert_eq!(all.as_array().unwrap().iter().filter(made).count(), 1);
        house.stop().await;
    }
}
