//! The files that pages need: one style sheet, two small scripts, the icon. From our own origin,
//! compiled in, with a hash of the content in the address, so that browsers may keep them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::fault::{Refusal, Skin};

pub(crate) const ROUTE: &str = "/assets/{file}";

struct Asset {
    address: String,
    content_type: &'static str,
    body: &'static str,
}

static ASSETS: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        asset("doorward", "css", "text/css; charset=utf-8", include_str!("../assets/doorward.css")),
        asset("hosted", "js", "text/javascript; charset=utf-8", include_str!("../assets/hosted.js")),
        asset("setup", "js", "text/javascript; charset=utf-8", include_str!("../assets/setup.js")),
        asset("icon", "svg", "image/svg+xml", include_str!("../assets/icon.svg")),
    ]
});

/// Where the style sheet is.
#[must_use]
pub fn stylesheet() -> &'static str {
    &ASSETS[0].address
}

/// Where the script of the hosted pages is (Show password).
#[must_use]
pub fn hosted_script() -> &'static str {
    &ASSETS[1].address
}

/// Where the script of the first-run page is (the code out of the address).
#[must_use]
pub fn setup_script() -> &'static str {
    &ASSETS[2].address
}

/// Where the icon is.
#[must_use]
pub fn icon() -> &'static str {
    &ASSETS[3].address
}

fn asset(name: &str, ending: &str, content_type: &'static str, body: &'static str) -> Asset {
    let address = format!("/assets/{name}.{:016x}.{ending}", fingerprint(body.as_bytes()));
    Asset { address, content_type, body }
}

/// FNV-1a: tells versions apart; nothing here depends on nobody finding a second text for it.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(crate) async fn serve(Path(file): Path<String>) -> Response {
    let asked = format!("/assets/{file}");
    let Some(asset) = ASSETS.iter().find(|asset| asset.address == asked) else {
        return Refusal::nothing_here().as_skin(Skin::Page).into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, asset.body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_changes_with_the_content() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_ne!(fingerprint(b"a{}"), fingerprint(b"b{}"));
        assert!(stylesheet().starts_with("/assets/doorward.") && stylesheet().ends_with(".css"));
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere_and_the_weight_stays_small() {
        for asset in ASSETS.iter() {
            let body = asset.body.replace("http://www.w3.org/2000/svg", "");
            assert!(!body.contains("http://") && !body.contains("https://"), "{}", asset.address);
            assert!(!body.contains("@import") && !body.contains("innerHTML"), "{}", asset.address);
        }
        assert!(ASSETS[0].body.len() < 16 * 1024, "style sheet: {}", ASSETS[0].body.len());
        assert!(ASSETS[1].body.len() < 2 * 1024 && ASSETS[2].body.len() < 2 * 1024);
    }
}
