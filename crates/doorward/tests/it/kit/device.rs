//! A device without a browser, and what its person does for it (RFC 8628).

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::answer::Answer;
use super::house::{Asked, EMAIL, House, PASSWORD};
use super::relying_party::{RelyingParty, Via};
use super::visitor::Visitor;

pub const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

impl House {
    /// An application on a television, which may wait for its person and renew its tokens.
    pub async fn television(&self, via: Via) -> RelyingParty<'_> {
        let kind = if via == Via::None { ClientKind::Native } else { ClientKind::RegularWeb };
        self.party_with(
            kind,
            via,
            json!({ "name": "Acme TV", "grant_types": [DEVICE_GRANT, "refresh_token"] }),
        )
        .await
    }
}

impl RelyingParty<'_> {
    /// Asks for the person, with this application's own way of proving itself.
    pub async fn ask(&self, fields: &[(&str, &str)]) -> Answer {
        let asked = self.token_request(fields).at("/oauth/device/code");
        self.house.send(asked).await
    }

    /// A device that waits, with the usual scope.
    pub async fn wait(&self) -> Value {
        self.ask(&[("scope", "openid profile email offline_access")]).await.is(200).json()
    }

    /// The question of a device whether its person has answered.
    pub fn question(&self, waiting: &Value) -> Asked {
        let code = waiting["device_code"].as_str().unwrap();
        self.token_request(&[("grant_type", DEVICE_GRANT), ("device_code", code)])
    }

    pub async fn poll(&self, waiting: &Value) -> Answer {
        self.house.send(self.question(waiting)).await
    }
}

impl Visitor<'_> {
    /// From the field for the code to the question about the device.
    pub async fn type_code(&self, waiting: &Value) -> Answer {
        let page = self.get("/activate").await.is(200);
        self.submit(&page, &[("user_code", waiting["user_code"].as_str().unwrap())]).await
    }

    /// Confirms the device, and logs in for it where nobody is logged in.
    pub async fn activate(&self, waiting: &Value) -> Answer {
        let question = self.type_code(waiting).await.is(200);
        let answer = self.press(&question, "accept").await;
        if !answer.status.is_redirection() || !answer.location().contains("/u/login?") {
            return answer;
        }
        let page = self.get(answer.location()).await.is(200);
        self.submit(&page, &[("username", EMAIL), ("password", PASSWORD)]).await
    }
}
