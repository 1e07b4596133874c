//! What a person sees on the terminal when the server is ready.

use doorward_engine::clients::{self, ClientQuery};

use crate::config::{Installation, Tls};
use crate::console::Console;
use crate::open::Opened;
use crate::tls::authority;

/// What is different about a first start.
pub struct First {
    /// Whether the installation was made just now.
    pub is_new: bool,
    /// The set-up link, while there is no admin.
    pub link: Option<String>,
}

/// Prints the text.
pub async fn print(console: Console, installation: &Installation, tls: &Tls, opened: &Opened, first: First) {
    let query = ClientQuery { is_global: Some(false), with_total: true, limit: 1, ..ClientQuery::default() };
    let clients = clients::list(&opened.app, &opened.caller(), &query).await.ok().and_then(|page| page.total);
    console.line(&text(
        console.tick(),
        installation,
        tls,
        &Facts { keys: opened.tenant.keys.all.len(), clients, first },
    ));
}

struct Facts {
    keys: usize,
    clients: Option<i64>,
    first: First,
}

fn text(tick: &str, installation: &Installation, tls: &Tls, facts: &Facts) -> String {
    let new = if facts.first.is_new { "  (new)" } else { "" };
    let keys = match (facts.first.is_new, facts.keys) {
        (true, count) => format!("RS256 made, 1 of {count}"),
        (false, 1) => "RS256, 1 key".to_owned(),
        (false, count) => format!("RS256, {count} keys"),
    };
    let mut lines = vec![
        String::new(),
        format!("  Doorward {}", env!("CARGO_PKG_VERSION")),
        String::new(),
        format!("  {tick} Data       {}{new}", installation.data.display()),
        format!("  {tick} Keys       {keys}"),
    ];
    if let Some(clients) = facts.clients.filter(|_| !facts.first.is_new) {
        lines.push(format!("  {tick} Clients    {clients}"));
    }
    lines.push(format!("  {tick} Listening  {}", installation.issuer.origin()));
    if facts.first.link.is_none() {
        lines.push(format!("  {tick} Dashboard  {}", installation.issuer.url("manage")));
    }
    if *tls == Tls::Local {
        let ca = authority::certificate_path(&installation.data);
        lines.push(format!("  {tick} Trust      {}", ca.display()));
        lines.push(format!("               Node: NODE_EXTRA_CA_CERTS={}", ca.display()));
    }
    lines.push(String::new());
    if let Some(link) = &facts.first.link {
        lines.push("  Create the first admin (link works once, for 1 hour):".to_owned());
        lines.extend([String::new(), format!("    {link}"), String::new()]);
    }
    lines.push("  Ctrl C stops. Logs follow.".to_owned());
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_model::tenant::Issuer;

    fn shown(first: First) -> String {
        let installation = Installation {
            data: "./doorward-data".into(),
            issuer: Issuer::parse("http://localhost:3667").unwrap(),
            database: "sqlite".into(),
            master_key_file: None,
            has_started: false,
        };
        text("✓", &installation, &Tls::Off, &Facts { keys: 1, clients: Some(3), first })
    }

    #[test]
    fn the_first_start_shows_the_link() {
        let link = Some("http://localhost:3667/setup#k=Zp4v-7TQm-2XcN-hL9s".into());
        let wanted = concat!(
            "\n  Doorward ",
            env!("CARGO_PKG_VERSION"),
            "\n\n",
            "  ✓ Data       ./doorward-data  (new)\n",
            "  ✓ Keys       RS256 made, 1 of 1\n",
            "  ✓ Listening  http://localhost:3667\n\n",
            "  Create the first admin (link works once, for 1 hour):\n\n",
            "    http://localhost:3667/setup#k=Zp4v-7TQm-2XcN-hL9s\n\n",
            "  Ctrl C stops. Logs follow.\n",
        );
        assert_eq!(shown(First { is_new: true, link }), wanted);
    }

    #[test]
    fn a_later_start_shows_numbers_and_the_dashboard_and_no_link() {
        let wanted = concat!(
            "\n  Doorward ",
            env!("CARGO_PKG_VERSION"),
            "\n\n",
            "  ✓ Data       ./doorward-data\n",
            "  ✓ Keys       RS256, 1 key\n",
            "  ✓ Clients    3\n",
            "  ✓ Listening  http://localhost:3667\n",
            "  ✓ Dashboard  http://localhost:3667/manage\n\n",
            "  Ctrl C stops. Logs follow.\n",
        );
        assert_eq!(shown(First { is_new: false, link: None }), wanted);
    }
}
