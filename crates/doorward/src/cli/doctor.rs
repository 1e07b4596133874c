//! `doorward doctor`: why an address is refused, without a browser.
//!
//! Owns what is printed and the exit code: 0 when the address is allowed, 4 when it is not.

use clap::{Subcommand, ValueEnum};
use doorward_engine::doctor::{self, Asked, Examined};
use doorward_model::client::Client;
use doorward_protocol::oauth::doctor::{Diagnosis, Diff, Offer, Purpose, Span, visible};
use serde_json::{Value, json};

use super::Here;
use super::clients::find;
use crate::failure::{Exit, Failure};
use crate::plain::tame_json;

/// Commands that find out what is wrong.
#[derive(Subcommand)]
pub enum Doctor {
    /// Whether a client may send people to a URL, and if not, which character is wrong
    Callback(Callback),
}

/// Which address of which client.
#[derive(clap::Args)]
pub struct Callback {
    /// The client: its Client ID or its name
    client: String,
    /// The URL as the app sends it
    url: String,
    /// What the URL is for
    #[arg(long, value_enum, default_value = "login")]
    after: After,
}

#[derive(Clone, Copy, ValueEnum)]
enum After {
    /// `redirect_uri`, Allowed Callback URLs
    Login,
    /// `returnTo`, Allowed Logout URLs
    Logout,
}

impl Doctor {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let Doctor::Callback(callback) = self;
        let opened = here.open().await?;
        let purpose = match callback.after {
            After::Login => Purpose::Login,
            After::Logout => Purpose::Logout,
        };
        let found = async {
            let id = find::overview(&opened, &callback.client).await?.client.id;
            let asked = Asked::bounded(&callback.url, purpose);
            let examined = doctor::examine(&opened.app, &opened.caller(), Some(&id), asked).await;
            examined.map_err(|fault| Failure::of("The URL cannot be looked at.", &fault))
        };
        let found = found.await;
        opened.close().await;
        tell(here, &found?)
    }
}

fn tell(here: &Here, examined: &Examined) -> Result<(), Failure> {
    let Some(client) = &examined.client else { return Ok(()) };
    let list = examined.asked.purpose.list();
    let name = &client.settings.name;
    let Some(found) = examined.diagnosis() else {
        let result = json!({ "allowed": true, "client_id": client.id.as_str(), "url": examined.asked.url });
        here.console.result(&result, &[("Allowed", &format!("It is among the {list} of {name}."))]);
        return Ok(());
    };
    if here.console.json {
        here.console.line(&tame_json(&as_json(client, examined, found).to_string()));
    } else {
        for line in lines(&examined.asked.url, found.nearest.as_ref()) {
            here.console.line(&line);
        }
    }
    let what = format!("The URL is not among the {list} of {name}.");
    Err(Failure::new(Exit::NotAllowed, what, &found.sentence, advice(found)))
}

fn advice(found: &Diagnosis) -> String {
    match &found.owner {
        Some((id, name)) => format!("{} The Client ID of {name} is {id}.", found.advice),
        None => found.advice.clone(),
    }
}

fn as_json(client: &Client, examined: &Examined, found: &Diagnosis) -> Value {
    let spans = |spans: &[Span]| -> Vec<Value> {
        spans.iter().map(|span| json!({ "text": span.text, "differs": span.differs })).collect()
    };
    let fix = match found.offer {
        Offer::Allow => "allow",
        Offer::Clean { .. } => "clean_list",
        Offer::Review => "review",
        Offer::ChangeApp => "change_app",
    };
    json!({
        "allowed": false,
        "client_id": client.id.as_str(),
        "url": examined.asked.url,
        "cause": found.cause.as_str(),
        "sentence": found.sentence,
        "advice": found.advice,
        "fix": fix,
        "nearest": found.nearest.as_ref().map(Diff::listed_text),
        "asked": found.nearest.as_ref().map(|diff| spans(&diff.asked)),
        "listed": found.nearest.as_ref().map(|diff| spans(&diff.listed)),
        "belongs_to": found.owner.as_ref().map(|(id, _)| id),
    })
}

/// Both addresses, each with a line below that points at what differs.
fn lines(asked: &str, found: Option<&Diff>) -> Vec<String> {
    let Some(diff) = found else { return vec![format!("asked   {}", visible(asked))] };
    [("asked   ", &diff.asked), ("listed  ", &diff.listed)]
        .into_iter()
        .flat_map(|(name, spans)| {
            let text: String = spans.iter().map(Span::shown).collect();
            let point =
                |span: &Span| (if span.differs { "^" } else { " " }).repeat(span.shown().chars().count());
            let pointer: String = spans.iter().map(point).collect();
            let below = (!pointer.trim().is_empty()).then(|| format!("        {}", pointer.trim_end()));
            [Some(format!("{name}{text}")), below]
        })
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_pointed_at() {
        let diff = Diff::between("http://localhost:3001/cb ", "http://localhost:3000/cb");
        assert_eq!(
            lines("", Some(&diff)),
            [
                "asked   http://localhost:3001/cb␠",
                "                            ^   ^",
                "listed  http://localhost:3000/cb",
                "                            ^",
            ]
        );
        assert_eq!(lines("\u{1b}[2J", None), ["asked   ⟨U+001B⟩[2J"]);
    }
}
