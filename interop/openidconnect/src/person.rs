//! A person with a browser: cookies, redirects within one origin, and the form of a page.
//!
//! Must not know OAuth.

use anyhow::{Context as _, Result, bail};
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, Url};

/// More redirects than any login has.
const MOST_REDIRECTS: usize = 10;

/// Where an address led to.
pub enum Arrived {
    /// A page of the origin.
    Page { at: Url, html: String },
    /// Another origin, which is not asked.
    Elsewhere(Url),
}

/// A person.
pub struct Person {
    http: Client,
    origin: String,
}

impl Person {
    /// Somebody without cookies, who trusts that authority alone and stays at that address.
    pub fn new(home: &Url, authority: &Certificate) -> Result<Self> {
        let http = Client::builder()
            .add_root_certificate(authority.clone())
            .tls_built_in_root_certs(false)
            .cookie_store(true)
            .redirect(Policy::none())
            .build()?;
        Ok(Self { http, origin: home.origin().ascii_serialization() })
    }

    /// Opens an address.
    pub async fn open(&self, address: Url) -> Result<Arrived> {
        let answer = self.http.get(address).send().await?;
        self.follow(answer).await
    }

    /// Fills in the form of a page and sends it; a name that no field has is the button that is pressed.
    pub async fn submit(&self, page: Arrived, values: &[(&str, &str)]) -> Result<Arrived> {
        let Arrived::Page { at, html } = page else { bail!("expected a page with a form") };
        let (_, form) = html.split_once("<form").with_context(|| format!("no form on {at}"))?;
        let (form, _) = form.split_once("</form>").context("a form that does not end")?;
        let action = attribute(form, "action").unwrap_or_default();
        let mut fields: Vec<(String, String)> = form.split("<input").skip(1).filter_map(field).collect();
        for (name, value) in values {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let address = if action.is_empty() { at } else { at.join(&action)? };
        let answer = self.http.post(address).header("origin", &self.origin).form(&fields).send().await?;
        self.follow(answer).await
    }

    async fn follow(&self, mut answer: Response) -> Result<Arrived> {
        for _ in 0..MOST_REDIRECTS {
            let at = answer.url().clone();
            let Some(location) = answer.headers().get(LOCATION) else {
                return Ok(Arrived::Page { at, html: answer.text().await? });
            };
            let next = at.join(location.to_str()?)?;
            if next.origin().ascii_serialization() != self.origin {
                return Ok(Arrived::Elsewhere(next));
            }
            answer = self.http.get(next).send().await?;
        }
        bail!("more than {MOST_REDIRECTS} redirects")
    }
}

/// The name and the value of an input.
fn field(input: &str) -> Option<(String, String)> {
    let (input, _) = input.split_once('>')?;
    Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()))
}

/// What an attribute says.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let plain =
        [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&"), ("&amp;", "&")];
    Some(plain.iter().fold(value.to_owned(), |text, (written, meant)| text.replace(written, meant)))
}
