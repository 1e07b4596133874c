//! `doorward clients create`: the same use case as the Management API and the page.

use clap::ValueEnum;
use doorward_engine::clients::{self, NewClient};
use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::defaults;
use doorward_model::scope::ApiScope;
use serde_json::{Map, Value, json};

use super::Kind;
use crate::cli::Here;
use crate::failure::Failure;

/// What a new client is.
#[derive(clap::Args)]
pub struct Create {
    /// The name people see
    #[arg(long)]
    name: String,
    /// What kind of application it is
    #[arg(long = "type", value_enum)]
    kind: Kind,
    /// An allowed callback URL; may be given again
    #[arg(long = "callback", value_name = "URL")]
    callbacks: Vec<String>,
    /// An allowed logout URL; may be given again
    #[arg(long = "logout-url", value_name = "URL")]
    logout_urls: Vec<String>,
    /// An allowed origin, for CORS and silent login; may be given again
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// How it proves itself at the token endpoint
    #[arg(long, value_enum)]
    auth_method: Option<Method>,
    /// Let it ask for tokens of the Management API, with every scope
    #[arg(long)]
    grant_management_api: bool,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Method {
    None,
    ClientSecretPost,
    ClientSecretBasic,
}

impl From<Method> for AuthMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::None => AuthMethod::None,
            Method::ClientSecretPost => AuthMethod::Post,
            Method::ClientSecretBasic => AuthMethod::Basic,
        }
    }
}

impl Create {
    /// The request as the Management API would have it, without what was not said.
    fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("name".to_owned(), json!(self.name));
        let lists = [
            ("callbacks", &self.callbacks),
            ("allowed_logout_urls", &self.logout_urls),
            ("allowed_origins", &self.origins),
            ("web_origins", &self.origins),
        ];
        for (field, entries) in lists.into_iter().filter(|(_, entries)| !entries.is_empty()) {
            body.insert(field.to_owned(), json!(entries));
        }
        if let Some(method) = self.auth_method {
            body.insert("token_endpoint_auth_method".to_owned(), json!(AuthMethod::from(method).as_str()));
        }
        body
    }

    /// Whether it will have no secret: by what was said, else by its type.
    fn is_public(&self) -> bool {
        let usual = defaults::for_people(self.kind.into()).token_endpoint_auth_method;
        self.auth_method.map(AuthMethod::from).or(usual) == Some(AuthMethod::None)
    }

    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        if self.grant_management_api && self.is_public() {
            return Err(Failure::usage(
                "A client without a secret cannot ask for tokens of its own.",
                "--grant-management-api is for programs that prove themselves; this one would hold every scope and could use none.",
                "Leave it out, or make a program: --type non_interactive.",
            ));
        }
        let opened = here.open().await?;
        let caller = opened.caller();
        let what = "The client was not made.";
        let body = self.body();
        let new = NewClient::People { kind: self.kind.into(), body: &body };
        let made =
            clients::create(&opened.app, &caller, new).await.map_err(|fault| Failure::of(what, &fault))?;
        let id = &made.client.id;
        let audience = if self.grant_management_api {
            let granted = clients::grant_management_api(&opened.app, &caller, id, ApiScope::ALL).await;
            Some(
                granted
                    .map_err(|fault| Failure::of("The client was made without access to the API.", &fault))?,
            )
        } else {
            None
        };
        // A public client cannot keep a secret: none is handed out.
        let secret = made.secret.as_ref().filter(|_| made.client.is_confidential());
        let secret = secret.map(|secret| secret.expose().to_owned());
        let domain = caller.tenant.tenant.issuer.host().to_owned();
        let result = json!({
            "client_id": id.as_str(),
            "client_secret": secret,
            "domain": domain,
            "audience": audience,
        });
        let mut lines = vec![("Client ID", id.as_str()), ("Domain", domain.as_str())];
        lines.extend(secret.as_deref().map(|secret| ("Client Secret", secret)));
        lines.extend(audience.as_deref().map(|audience| ("Audience", audience)));
        here.console.result(&result, &lines);
        if secret.is_some() {
            here.console.say(
                "To see the secret again: doorward clients show ID --reveal-secret. The log says who did.",
            );
        }
        opened.close().await;
        Ok(())
    }
}
