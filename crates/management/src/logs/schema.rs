//! What `/logs` gives.

use doorward_model::schema::{Format, OBJECT, Schema, TEXT, TIME, WHOLE, list, optional, required};

use crate::openapi::operation::{
    FIELDS, INCLUDE_FIELDS, INCLUDE_TOTALS, Operation, PAGE_OF_THOUSAND, PER_PAGE, Parameter, parameter,
    reads,
};

const ID: Schema = Schema::Text { min: 1, max: 64, format: Format::Id };

/// Nothing is required, because `fields` may leave out anything.
const EVENT: Schema = Schema::Object(&[
    optional("date", TIME, "When it happened."),
    optional("type", TEXT, "What happened, as a code."),
    optional("description", TEXT, "What happened, in a sentence."),
    optional("connection", TEXT, "The name of the connection."),
    optional("connection_id", TEXT, "The connection."),
    optional("client_id", TEXT, "The application."),
    optional("client_name", TEXT, "The name of the application."),
    optional("ip", TEXT, "Where it came from."),
    optional("user_agent", TEXT, "With which program."),
    optional("hostname", TEXT, "The host that was asked."),
    optional("user_id", TEXT, "The user."),
    optional("user_name", TEXT, "The name of the user, or what was typed for it."),
    optional("audience", TEXT, "The API that a token was wanted for."),
    optional("scope", TEXT, "What was asked for."),
    optional("strategy", TEXT, "The kind of connection."),
    optional("strategy_type", TEXT, "What the kind belongs to."),
    optional("auth0_client", Schema::Any, "The SDK, as it named itself."),
    optional("details", OBJECT, "What else is known; count says how often it happened within a minute."),
    optional("$event_schema", OBJECT, "The form of the record, by its version."),
    optional("tenant_name", TEXT, "The tenant, by its domain."),
    optional("_id", TEXT, "The id."),
    optional("log_id", TEXT, "The id again, as tools know it."),
    optional(
        "explanation",
        Schema::Object(&[
            required("why", TEXT, "Why it happened."),
            optional("fix", TEXT, "What to do; absent where nothing can be done here."),
        ]),
        "Of a failure that explains itself; not a member of the original's record.",
    ),
    optional("isMobile", Schema::Flag, "Whether the program says that it runs on a telephone."),
]);
const EVENTS: Schema = list(&EVENT, 100);
/// A list of events, bare or with the numbers around it.
pub(crate) const LIST: Schema = Schema::Either(&[
    EVENTS,
    Schema::Object(&[
        required("start", WHOLE, "How many events come before the page."),
        required("limit", WHOLE, "How many a page has."),
        required("length", WHOLE, "How many this page has."),
        optional("total", WHOLE, "How many there are; absent when counting them took too long."),
        required("logs", EVENTS, ""),
    ]),
]);

/// `sort` of a list of events.
pub(crate) const SORT: Parameter = parameter(
    "sort",
    TEXT,
    "A field of the search language and a direction, such as date:1; date:-1 when left out.",
);
/// `q` of a list of events.
pub(crate) const Q: Parameter =
    parameter("q", TEXT, "What to search for; the language is described in the reference.");
/// The same under an older name.
pub(crate) const SEARCH: Parameter = parameter("search", TEXT, "As q; what both ask for must hold.");

/// What every one has, whoever asks.
pub(crate) const ALWAYS: (&str, &[&str]) =
    ("LogEvent", &["date", "type", "description", "details", "$event_schema", "_id", "log_id", "isMobile"]);
pub(crate) const NAMED: &[(&str, &Schema)] = &[("LogEvent", &EVENT)];

pub(crate) const OPERATIONS: &[Operation] = &[
    reads(
        "get_logs",
        "List events of the log",
        &[
            FIELDS,
            INCLUDE_FIELDS,
            PAGE_OF_THOUSAND,
            PER_PAGE,
            INCLUDE_TOTALS,
            SORT,
            parameter("from", ID, "The id of an event: what was committed after it, in that order."),
            parameter(
                "take",
                Schema::Whole { min: 0, max: 100 },
                "How many events after from; 50 when left out.",
            ),
            Q,
            SEARCH,
        ],
        &[(200, Some(&LIST))],
    ),
    reads("get_logs_by_id", "Get an event of the log", &[], &[(200, Some(&EVENT))]),
];

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ClientId, ConnectionId, LogId, UserId};
    use doorward_model::log::code::EventCode;
    use doorward_model::log::event::Event;
    use doorward_model::time::Timestamp;
    use serde_json::{Map, Value, json};

    use super::*;

    #[test]
    fn every_name_that_an_event_can_have_is_described() {
        let text = || Some("x".to_owned());
        let event = Event {
            id: LogId::parse("90020251123").unwrap(),
            at: Timestamp::from_millis(1_763_877_600_123),
            code: EventCode::WrongPassword,
            description: "Wrong email or password.".to_owned(),
            client: Some(ClientId::parse("abc").unwrap()),
            client_name: text(),
            connection: Some(ConnectionId::parse("con_1").unwrap()),
            connection_name: text(),
            strategy: text(),
            strategy_type: text(),
            user: Some(UserId::parse("auth0|1").unwrap()),
            user_name: text(),
            ip: text(),
            user_agent: text(),
            audience: text(),
            scope: text(),
            hostname: text(),
            auth0_client: Some(json!({ "name": "auth0.js" })),
            details: Map::new(),
            fold_key: None,
            count: 3,
        };
        let known = doorward_engine::logs::explain::explain(&event);
        let shown = crate::logs::view::shown(&event, known.as_ref());
        let Schema::Object(members) = EVENT else { panic!("no object") };
        assert_eq!(shown.len(), members.len());
        assert!(EVENT.allows(&Value::Object(shown)));
    }
}
