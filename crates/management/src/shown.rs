//! Objects as the API shows them, for the command line: its JSON is the same.

use doorward_engine::caller::Caller;
use doorward_engine::clients::{AddedSecret, ShownClient};
use doorward_engine::users::ShownUser;
use doorward_model::stream::LogStream;
use serde_json::Value;

use crate::{client_secrets, clients, log_streams, users};

/// A client as it is shown to `caller`; its secret only when the use case gave it.
#[must_use]
pub fn client(shown: &ShownClient, caller: &Caller) -> Value {
    Value::Object(clients::whole(shown, caller))
}

/// A secret that was just made, with its value.
#[must_use]
pub fn added_secret(added: &AddedSecret) -> Value {
    Value::Object(client_secrets::with_value(added))
}

/// A user.
#[must_use]
pub fn user(shown: &ShownUser) -> Value {
    Value::Object(users::view::user(shown))
}

/// A log stream.
#[must_use]
pub fn log_stream(stream: &LogStream) -> Value {
    Value::Object(log_streams::view::view(stream))
}
