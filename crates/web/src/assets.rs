//! The files that pages need: two style sheets and three small scripts (those of the dashboard in parts), icons, the typeface. From our own
//! origin, compiled in, with a hash of the content in the address, so that browsers may keep them for
//! good.
//!
//! They are compressed, once per process. Pages never are: a page holds form tokens beside words that
//! strangers chose, and how well such a page compresses tells what is in it (BREACH).

use std::io::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue};

use crate::fault::{Refusal, Skin};

pub(crate) const ROUTE: &str = "/assets/{file}";

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// The style sheet of the dashboard, part by part; what is for narrow windows comes last.
const DASHBOARD_CSS: &str = concat!(
    include_str!("../assets/dashboard/base.css"),
    include_str!("../assets/dashboard/controls.css"),
    include_str!("../assets/dashboard/frame.css"),
    include_str!("../assets/dashboard/lists.css"),
    include_str!("../assets/dashboard/forms.css"),
    include_str!("../assets/dashboard/dialogs.css"),
    include_str!("../assets/dashboard/doctor.css"),
    include_str!("../assets/dashboard/quickstart.css"),
    include_str!("../assets/dashboard/clients.css"),
    include_str!("../assets/dashboard/settings.css"),
    include_str!("../assets/dashboard/connections.css"),
    include_str!("../assets/dashboard/explorer.css"),
    include_str!("../assets/dashboard/logs.css"),
    include_str!("../assets/dashboard/small.css"),
);

/// The script of the dashboard, part by part: one file in the end, whose parts know each other.
const DASHBOARD_JS: &str = concat!(
    include_str!("../assets/dashboard/base.js"),
    include_str!("../assets/dashboard/urls.js"),
    include_str!("../assets/dashboard/forms.js"),
    include_str!("../assets/dashboard/dialogs.js"),
    include_str!("../assets/dashboard/live.js"),
    include_str!("../assets/dashboard/panel.js"),
    include_str!("../assets/dashboard/at_once.js"),
    include_str!("../assets/dashboard/keys.js"),
);

struct Asset {
    address: String,
    content_type: &'static str,
    body: Bytes,
    /// The same compressed, where that makes it smaller: a typeface is compressed already.
    gzipped: Option<Bytes>,
}

struct Assets {
    hosted_styles: Asset,
    dashboard_styles: Asset,
    hosted_script: Asset,
    setup_script: Asset,
    dashboard_script: Asset,
    icon: Asset,
    icons: Asset,
    typeface: Asset,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let typeface = asset("inter", "woff2", "font/woff2", &include_bytes!("../assets/inter.woff2")[..]);
    let file = typeface.address.rsplit('/').next().unwrap_or_default();
    // The sheet names the file beside it, whose name changes with its content.
    let dashboard = DASHBOARD_CSS.replace("inter.woff2", file);
    Assets {
        hosted_styles: asset("doorward", "css", CSS, &include_bytes!("../assets/doorward.css")[..]),
        dashboard_styles: asset("dashboard", "css", CSS, dashboard.into_bytes()),
        hosted_script: asset("hosted", "js", JS, &include_bytes!("../assets/hosted.js")[..]),
        setup_script: asset("setup", "js", JS, &include_bytes!("../assets/setup.js")[..]),
        dashboard_script: asset("dashboard", "js", JS, DASHBOARD_JS.as_bytes()),
        icon: asset("icon", "svg", SVG, &include_bytes!("../assets/icon.svg")[..]),
        icons: asset("icons", "svg", SVG, &include_bytes!("../assets/icons.svg")[..]),
        typeface,
    }
});

impl Assets {
    fn all(&self) -> [&Asset; 8] {
        [
            &self.hosted_styles,
            &self.dashboard_styles,
            &self.hosted_script,
            &self.setup_script,
            &self.dashboard_script,
            &self.icon,
            &self.icons,
            &self.typeface,
        ]
    }
}

/// Where the style sheet of the hosted pages is.
#[must_use]
pub fn stylesheet() -> &'static str {
    &ASSETS.hosted_styles.address
}

/// Where the style sheet of the dashboard is.
#[must_use]
pub fn dashboard_stylesheet() -> &'static str {
    &ASSETS.dashboard_styles.address
}

/// Where the script of the hosted pages is (Show password).
#[must_use]
pub fn hosted_script() -> &'static str {
    &ASSETS.hosted_script.address
}

/// Where the script of the first-run page is (the code out of the address).
#[must_use]
pub fn setup_script() -> &'static str {
    &ASSETS.setup_script.address
}

/// Where the script of the dashboard is.
#[must_use]
pub fn dashboard_script() -> &'static str {
    &ASSETS.dashboard_script.address
}

/// Where the icon is.
#[must_use]
pub fn icon() -> &'static str {
    &ASSETS.icon.address
}

/// Where the sheet of the dashboard's icons is; one of them is found behind `#`.
#[must_use]
pub fn icons() -> &'static str {
    &ASSETS.icons.address
}

/// Where the typeface is.
#[must_use]
pub fn typeface() -> &'static str {
    &ASSETS.typeface.address
}

fn asset(name: &str, ending: &str, content_type: &'static str, body: impl Into<Bytes>) -> Asset {
    let body = body.into();
    let address = format!("/assets/{name}.{:016x}.{ending}", fingerprint(&body));
    let gzipped = gzip(&body).filter(|gzipped| gzipped.len() < body.len() * 9 / 10);
    Asset { address, content_type, body, gzipped }
}

/// None when it cannot be compressed, which memory does not do: then it is served as it is.
fn gzip(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Whether a browser says that it reads gzip (RFC 9110 §12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refuses = |part: &str| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.is_some_and(|weight| weight.bytes().all(|byte| byte == b'0' || byte == b'.'))
        };
        is_gzip && !parts.any(refuses)
    })
}

/// FNV-1a: tells versions apart; nothing here depends on nobody finding a second text for it.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(crate) async fn serve(Path(file): Path<String>, asked_with: HeaderMap) -> Response {
    let asked = format!("/assets/{file}");
    let Some(asset) = ASSETS.all().into_iter().find(|asset| asset.address == asked) else {
        return Refusal::nothing_here().as_skin(Skin::Page).into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    let Some(gzipped) = &asset.gzipped else { return (headers, asset.body.clone()).into_response() };
    let vary = [(VARY, HeaderValue::from_static("accept-encoding"))];
    if !takes_gzip(&asked_with) {
        return (headers, vary, asset.body.clone()).into_response();
    }
    let encoding = [(CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
    (headers, vary, encoding, gzipped.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn an_address_changes_with_the_content() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_ne!(fingerprint(b"a{}"), fingerprint(b"b{}"));
        assert!(stylesheet().starts_with("/assets/doorward.") && stylesheet().ends_with(".css"));
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        for asset in ASSETS.all().into_iter().filter(|asset| asset.content_type != "font/woff2") {
            let body = String::from_utf8_lossy(&asset.body).replace("http://www.w3.org/2000/svg", "");
            assert!(!body.contains("http://") && !body.contains("https://"), "{}", asset.address);
            for sink in ["@import", "innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"]
            {
                assert!(!body.contains(sink), "{}: {sink}", asset.address);
            }
        }
    }

    #[test]
    fn gzip_goes_only_to_whoever_reads_it() {
        let takes = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        for yes in ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.2", "deflate,gzip;q=1"] {
            assert!(takes(yes), "{yes}");
        }
        for no in ["", "br", "identity", "gzip;q=0", "gzip; q=0.000", "x-gzip", "deflate, gzip;Q=0"] {
            assert!(!takes(no), "{no}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn what_is_compressed_is_the_same_and_the_typeface_is_not() {
        for asset in ASSETS.all() {
            let is_typeface = asset.content_type == "font/woff2";
            assert_eq!(asset.gzipped.is_none(), is_typeface, "{}", asset.address);
            if let Some(gzipped) = &asset.gzipped {
                let mut read = Vec::new();
                flate2::read::GzDecoder::new(&gzipped[..]).read_to_end(&mut read).unwrap();
                assert!(read == asset.body, "{}", asset.address);
            }
        }
    }

    #[test]
    fn the_weight_stays_small() {
        for (asset, limit) in [
            (&ASSETS.hosted_styles, 16),
            (&ASSETS.dashboard_styles, 52),
            (&ASSETS.hosted_script, 2),
            (&ASSETS.setup_script, 2),
            (&ASSETS.dashboard_script, 38),
            (&ASSETS.icons, 8),
            (&ASSETS.typeface, 50),
        ] {
            assert!(asset.body.len() < limit * 1024, "{}: {}", asset.address, asset.body.len());
        }
    }

    #[test]
    fn the_style_sheet_names_the_typeface_as_it_is_served() {
        let sheet = String::from_utf8_lossy(&ASSETS.dashboard_styles.body);
        assert!(sheet.contains(&format!("url(\"{}\")", typeface().trim_start_matches("/assets/"))));
    }

    /// WCAG 2.2 §1.4.3, §1.4.11: the table of the design, computed from the sheet that is served.
    #[test]
    fn the_colours_have_the_contrast_that_eyes_need() {
        let sheet = String::from_utf8_lossy(&ASSETS.dashboard_styles.body).into_owned();
        let colour = |name: &str, side: usize| {
            let (_, rest) =
                sheet.split_once(&format!("--{name}:light-dark(")).unwrap_or_else(|| panic!("no {name}"));
            luminance(rest.split([',', ')']).nth(side).unwrap())
        };
        for (front, back, least) in [
            ("text", "canvas", 4.5),
            ("text", "surface", 4.5),
            ("text", "sunken", 4.5),
            ("text-2", "canvas", 4.5),
            ("text-2", "surface", 4.5),
            ("text-2", "sunken", 4.5),
            ("text-3", "canvas", 4.5),
            ("text-3", "surface", 4.5),
            ("text-3", "sunken", 4.5),
            ("accent", "surface", 4.5),
            ("accent", "canvas", 4.5),
            ("on-accent", "accent", 4.5),
            ("on-accent", "accent-hover", 4.5),
            ("accent-text", "accent-soft", 4.5),
            ("warn-text", "warn-soft", 4.5),
            ("danger", "surface", 4.5),
            ("danger-text", "danger-soft", 4.5),
            ("info-text", "info-soft", 4.5),
            ("field", "surface", 3.0),
            ("focus", "surface", 3.0),
            ("focus", "canvas", 3.0),
            ("canvas", "text", 4.5),
        ] {
            for side in [0, 1] {
                let (a, b) = (colour(front, side), colour(back, side));
                let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(ratio >= least, "{front} on {back}, {}: {ratio:.2}", ["light", "dark"][side]);
            }
        }
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }
}
