//! A refresh token as the API shows it: what it stands for, never its text nor the hash of it.
//!
//! Source: the Management API's `refresh-tokens`.

use doorward_engine::refresh_tokens::ShownToken;
use serde_json::{Value, json};

use crate::sessions::device;

pub(super) fn token(shown: &ShownToken) -> Value {
    let (token, family) = (&shown.token, &shown.token.family);
    let authorization = &family.authorization;
    let server = |audience: &String| json!({ "audience": audience, "scopes": authorization.scope.join(" ") });
    let servers: Vec<Value> = authorization.audience.iter().map(server).collect();
    json!({
        "id": family.id,
        "user_id": authorization.user,
        "created_at": family.created_at.to_string(),
        "idle_expires_at": token.idle_expires_at.map(|at| at.to_string()),
        "expires_at": token.expires_at.map(|at| at.to_string()),
        "device": device(&family.device, &token.device),
        "client_id": authorization.client,
        "session_id": authorization.session,
        "rotating": shown.is_rotating,
        "resource_servers": servers,
        "last_exchanged_at": token.used_at.map(|at| at.to_string()),
        "refresh_token_metadata": family.metadata,
    })
}

#[cfg(test)]
mod tests {
    use doorward_model::device::Device;
    use doorward_model::ids::{ClientId, FamilyId, SessionId, UserId};
    use doorward_model::secret::TokenHash;
    use doorward_model::time::Timestamp;
    use doorward_model::token::{AskedClaims, Authorization, Family, RefreshToken};

    use super::*;

    #[test]
    fn a_token_says_what_it_stands_for_and_neither_text_nor_hash() {
        let at = Timestamp::from_seconds(0);
        let authorization = Authorization {
            client: ClientId::parse("app").unwrap(),
            user: UserId::parse("auth0|1").unwrap(),
            session: SessionId::parse("s1").unwrap(),
            authenticated_at: at,
            scope: vec!["openid".into(), "read:x".into()],
            audience: Some("https://api.test/".into()),
            claims: AskedClaims::default(),
        };
        let family = Family::new(FamilyId::parse("f1").unwrap(), authorization, at, Device::default());
        let token = RefreshToken {
            hash: TokenHash::from_digest("the-hash".into()),
            family,
            expires_at: None,
            idle_expires_at: Some(at),
            rotated_at: None,
            used_at: None,
            device: Device::default(),
        };
        let shown = super::token(&ShownToken { token, is_rotating: true });
        assert_eq!(shown["id"], "f1");
        let servers = json!([{ "audience": "https://api.test/", "scopes": "openid read:x" }]);
        assert_eq!((&shown["resource_servers"], &shown["rotating"]), (&servers, &json!(true)));
        assert_eq!((&shown["expires_at"], &shown["last_exchanged_at"]), (&Value::Null, &Value::Null));
        assert!(!shown.to_string().contains("the-hash"));
    }
}
