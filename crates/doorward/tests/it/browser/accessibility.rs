//! Every page, in both themes and at every width: axe finds nothing (WCAG 2.2 AA), nothing scrolls
//! sideways, nothing comes from elsewhere. Source: UX §8, row 12.

use std::path::Path;

use doorward_model::client::kind::ClientKind;
use serde_json::Value;

use super::chromium::is_required;
use super::{Browser, Look, OpenHouse};
use crate::kit::Via;

const AXE: &str = "../../interop/browser/node_modules/axe-core/axe.min.js";
/// The rules of WCAG 2.0 to 2.2, A and AA, and the checker's own good practice.
const CHECK: &str = "const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(
        (found) => done(found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' | ')}`)),
        (error) => done([String(error)]))";

/// The accessibility checker; none where it is not installed and not required.
fn axe() -> Option<String> {
    let found = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE));
    if found.is_err() {
        let missing = "axe-core is not installed (npm ci in interop/browser)";
        assert!(!is_required(), "{missing}");
        eprintln!("Pages were not checked for accessibility: {missing}");
    }
    found.ok()
}

impl Browser {
    /// Checks the page that is open in every look.
    async fn passes_every_look(&self, name: &str, axe: &str) {
        self.loaded_nothing_from_elsewhere().await;
        self.has_a_clean_console().await;
        self.run(axe).await;
        for look in Look::all() {
            self.look(look).await;
            let overflow = self.run("return document.documentElement.scrollWidth - innerWidth").await;
            assert!(overflow.as_i64().is_some_and(|pixels| pixels <= 0), "{name} in {look:?} is {overflow} px too wide");
            let findings = self.run_to_its_end(CHECK).await;
            assert_eq!(findings, Value::Array(Vec::new()), "{name} in {look:?}");
        }
    }
}

#[tokio::test]
async fn the_pages_for_everybody_can_be_used_by_everybody() {
    let (Some(axe), Some(browser)) = (axe(), Browser::start().await) else { return };
    let house = OpenHouse::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let elsewhere = party.authorize(&[("redirect_uri", "https://spa.test/other")]);
    let pages = [
        ("root", "/".to_owned()),
        ("set-up", "/setup".to_owned()),
        ("login", party.authorize(&[])),
        ("refused callback", elsewhere),
        ("logged out", "/v2/logout".to_owned()),
        ("nothing here", "/nothing/here".to_owned()),
    ];
    for (name, path) in pages {
        browser.open(&house.page(&path)).await;
        browser.passes_every_look(name, &axe).await;
    }
}
