//! The Authentication API, as a table of contents.
//!
//! Source: the fixed paths that SDKs call; OpenID Connect Discovery §4; RFC 8414 §3. Some libraries
//! append `/.well-known/…` to an issuer that already ends with a slash: those paths are answered too.

use doorward_web::route::{Guard, Route};

use crate::{
    activate, applications, association, authorize, certificate, consent, device, discovery, introspect,
    jwks, login, logout, par, preflight, revoke, token, userinfo,
};

/// Every address of this front.
#[must_use]
pub fn routes() -> Vec<Route> {
    use Guard::{Page, Public};
    vec![
        Route::get("/authorize", Public, "authorize", authorize::by_query),
        Route::post("/authorize", Public, "authorize_by_form", authorize::by_form),
        Route::get("/u/login", Page, "show_login", login::show),
        Route::post("/u/login", Page, "log_in", login::log_in),
        Route::get("/u/consent", Page, "show_consent", consent::show),
        Route::post("/u/consent", Page, "answer_consent", consent::answer),
        Route::get("/u/applications", Page, "show_applications", applications::show),
        Route::post("/u/applications", Page, "take_back_application", applications::take_back),
        Route::post("/oauth/token", Public, "token", token::token),
        Route::options("/oauth/token", Public, "token_preflight", preflight::post),
        Route::post("/oauth/par", Public, "push_request", par::push),
        Route::options("/oauth/par", Public, "push_request_preflight", preflight::post),
        Route::post("/oauth/device/code", Public, "ask_for_device", device::ask),
        Route::options("/oauth/device/code", Public, "ask_for_device_preflight", preflight::post),
        Route::get("/activate", Page, "show_activation", activate::show),
        Route::post("/activate", Page, "answer_activation", activate::answer),
        Route::post("/oauth/revoke", Public, "revoke_token", revoke::hand_back),
        Route::options("/oauth/revoke", Public, "revoke_token_preflight", preflight::post),
        Route::post("/oauth/introspect", Public, "introspect_token", introspect::introspect),
        Route::get("/userinfo", Public, "userinfo", userinfo::by_header),
        Route::post("/userinfo", Public, "userinfo_by_form", userinfo::by_form),
        Route::options("/userinfo", Public, "userinfo_preflight", preflight::get_and_post),
        Route::get("/v2/logout", Public, "logout", logout::logout),
        Route::get("/oidc/logout", Public, "end_session", logout::by_query),
        Route::post("/oidc/logout", Public, "end_session_by_form", logout::by_form),
        Route::post("/u/logout", Page, "answer_logout", logout::answer),
        Route::get("/.well-known/openid-configuration", Public, "openid_configuration", discovery::metadata),
        Route::options(
            "/.well-known/openid-configuration",
            Public,
            "openid_configuration_preflight",
            preflight::get,
        ),
        Route::get("/.well-known/oauth-authorization-server", Public, "server_metadata", discovery::metadata),
        Route::options(
            "/.well-known/oauth-authorization-server",
            Public,
            "server_metadata_preflight",
            preflight::get,
        ),
        Route::get("/.well-known/jwks.json", Public, "jwks", jwks::jwks),
        Route::options("/.well-known/jwks.json", Public, "jwks_preflight", preflight::get),
        Route::get(
            "//.well-known/openid-configuration",
            Public,
            "openid_configuration_2",
            discovery::metadata,
        ),
        Route::get(
            "//.well-known/oauth-authorization-server",
            Public,
            "server_metadata_2",
            discovery::metadata,
        ),
        Route::get("//.well-known/jwks.json", Public, "jwks_2", jwks::jwks),
        Route::get("/.well-known/assetlinks.json", Public, "android_apps", association::android),
        Route::get("/.well-known/apple-app-site-association", Public, "apple_apps", association::apple),
        Route::get("/apple-app-site-association", Public, "apple_apps_2", association::apple),
        Route::get("/pem", Public, "certificate_pem", certificate::pem),
        Route::get("/rawpem", Public, "certificate_raw_pem", certificate::raw_pem),
        Route::get("/cer", Public, "certificate_der", certificate::cer),
        Route::get("/pb7", Public, "certificate_pkcs7", certificate::pb7),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_stands_twice() {
        let routes = routes();
        for (i, route) in routes.iter().enumerate() {
            let same = |other: &Route| {
                other.operation == route.operation
                    || (other.path == route.path && other.method == route.method)
            };
            assert!(!routes[..i].iter().any(same), "{}", route.operation);
        }
    }
}
