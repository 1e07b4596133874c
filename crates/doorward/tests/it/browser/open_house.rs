//! A house on a real port: the same router and the same clock as in the other tests, served by the
//! accept loop of the binary.

use std::ops::Deref;

use doorward::serve::accept::accept;
use doorward_engine::{admins, setup};
use doorward_model::admin::Role;
use doorward_model::secret::Secret;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::kit::{Engine, House};

/// It closes when it is dropped.
pub struct OpenHouse {
    house: House,
    _stop: oneshot::Sender<()>,
}

impl OpenHouse {
    pub async fn new() -> Self {
        Self::on(Engine::Sqlite).await
    }

    pub async fn on(engine: Engine) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let house = House::at_on(&format!("http://localhost:{port}/"), engine).await;
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(accept(listener, None, house.router(), async {
            let _ = stopped.await;
        }));
        Self { house, _stop: stop }
    }

    /// The address of a page.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The link that the terminal shows.
    pub async fn setup_link(&self) -> String {
        let code = setup::link(&self.app, &self.caller()).await.unwrap();
        self.page(&format!("/setup#k={}", code.expose()))
    }

    /// Nobody is a developer any more, also at the machine itself.
    pub async fn goes_into_production(&self) {
        let caller = self.caller();
        let scope = self.app.db().tenant(&caller.tenant.tenant.id);
        let mut settings = caller.tenant.tenant.settings.clone();
        settings.development = false;
        let mut batch = scope.batch();
        doorward_store::tenants::put_settings(&mut batch, &settings, caller.tenant.tenant.version);
        batch.commit().await.unwrap();
    }

    /// Another owner, as the command line adds one.
    pub async fn add_admin(&self, email: &str, password: &str) {
        let password = Secret::new(password.to_owned());
        admins::add(&self.app, &self.caller(), email, &password, Role::Owner).await.unwrap();
    }
}

impl Deref for OpenHouse {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}
