//! The client may use the authorization code grant.
//!
//! Source: RFC 6749 §4.1.2.1 (unauthorized_client).

use doorward_model::client::grant_type::GrantType;

use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let refuse = |text| Err(RedirectError::new(OAuthErrorCode::UnauthorizedClient, text));
    if !verified.client.may_use(&GrantType::AuthorizationCode) {
        return refuse("The client may not use the authorization_code grant. Add it to its grant types.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::authorize::examples::{GOOD, Scene};

    #[test]
    fn rfc_6749_4_1_2_1_a_client_without_the_grant_is_unauthorized() {
        let mut scene = Scene::default();
        scene.web.settings.grant_types = vec![GrantType::RefreshToken, GrantType::ClientCredentials];
        assert_eq!(scene.log_in().answer(GOOD), "unauthorized_client");
    }
}
