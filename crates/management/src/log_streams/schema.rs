//! What `/log-streams` takes and gives.

use doorward_model::schema::{Format, Schema, TEXT, TIME, list, optional, required, text};

use crate::openapi::operation::{DONE, Operation, reads, writes};

const NAME: Schema = Schema::Text { min: 1, max: 255, format: Format::Any };
const STATUS: Schema = Schema::Words(&["active", "paused", "suspended"]);
const TYPE: Schema = Schema::Words(&["splunk", "sumo", "loggly", "http", "file"]);
const SECRET: Schema = text(4096);
const HEADER: Schema = Schema::Object(&[
    required("header", Schema::Text { min: 1, max: 100, format: Format::Any }, "Its name."),
    required("value", SECRET, "Its value. Empty in answers."),
]);
const SINK: Schema = Schema::Object(&[
    optional("httpEndpoint", text(2048), "http: the address, https unless the operator opened its network."),
    optional("httpContentType", text(100), "http: the media type; application/json when it is left out."),
    optional(
        "httpContentFormat",
        Schema::Words(&["JSONLINES", "JSONARRAY", "JSONOBJECT"]),
        "http: how events stand in a body.",
    ),
    optional(
        "httpAuthorization",
        Schema::Nullable(&SECRET),
        "http: the whole Authorization header; null takes it away. Empty in answers.",
    ),
    optional("httpCustomHeaders", list(&HEADER, 20), "http: more headers."),
    optional(
        "httpSigningKey",
        Schema::Nullable(&SECRET),
        "http, our own: the key of the signature; null takes it away. Empty in answers.",
    ),
    optional("httpGzip", Schema::Flag, "http, our own: whether bodies are compressed."),
    optional("splunkDomain", text(255), "splunk: the host of the collector."),
    optional(
        "splunkPort",
        Schema::Either(&[text(5), Schema::Whole { min: 1, max: 65_535 }]),
        "splunk: its port; 8088 when it is left out.",
    ),
    optional("splunkToken", SECRET, "splunk: its token. Empty in answers."),
    optional("splunkSecure", Schema::Flag, "splunk: whether it speaks TLS."),
    optional("splunkIndex", text(80), "splunk, our own: the index."),
    optional("splunkSourceType", text(80), "splunk, our own: the source type."),
    optional(
        "sumoSourceAddress",
        text(2048),
        "sumo: the address of the HTTP source, which is a secret. Empty in answers.",
    ),
    optional("logglyToken", text(200), "loggly, our own: the customer token. Empty in answers."),
    optional("logglyTag", text(64), "loggly, our own: the tag."),
    optional(
        "logglyEndpoint",
        text(2048),
        "loggly, our own: scheme and host, where they are not the usual ones.",
    ),
    optional("fileName", text(100), "file, our own: a name in the folder of the operator."),
]);
const FILTER: Schema = Schema::Object(&[
    required("type", Schema::Words(&["category"]), ""),
    required("name", text(40), "A category, like auth.login.fail."),
]);
const FILTERS: Schema = Schema::Nullable(&list(&FILTER, usize::MAX));
const PII: Schema = Schema::Nullable(&Schema::Object(&[
    required(
        "log_fields",
        Schema::List {
            of: &Schema::Words(&["first_name", "last_name", "username", "email", "phone", "address"]),
            min: 1,
            max: usize::MAX,
        },
        "Which facts about people are covered.",
    ),
    optional("method", Schema::Words(&["mask", "hash"]), "How; mask when it is left out."),
    optional("algorithm", Schema::Words(&["xxhash"]), ""),
]));
const BATCH: Schema = Schema::Whole { min: 1, max: 500 };
const MOST: &str = "Our own: how many events go into one request at most; 500 when it is left out.";
const NEW: Schema = Schema::Object(&[
    optional("name", NAME, "Its name; that of its type when it is left out."),
    required("type", TYPE, "What kind of receiver it is. It cannot be changed."),
    required("sink", SINK, "Where the receiver is, under the names of the type."),
    optional("status", Schema::Words(&["active", "paused"]), "paused makes a stream that waits."),
    optional("filters", FILTERS, "Which events; all when it is left out or empty."),
    optional("isPriority", Schema::Flag, "Kept and given back."),
    optional("pii_config", PII, "What of people is covered."),
    optional("startFrom", Schema::Nullable(&TIME), "From when on; from now on when it is left out."),
    optional("batchSize", Schema::Nullable(&BATCH), MOST),
]);
const CHANGE: Schema = Schema::Object(&[
    optional("name", NAME, ""),
    optional("type", TYPE, "May be sent as it is."),
    optional(
        "sink",
        SINK,
        "Replaces the sink; secrets that are left out or empty stay, unless it leads to another host or port.",
    ),
    optional("status", STATUS, "paused stops, active resumes."),
    optional("filters", FILTERS, ""),
    optional("isPriority", Schema::Flag, ""),
    optional("pii_config", PII, ""),
    optional(
        "startFrom",
        Schema::Nullable(&TIME),
        "May be sent as it is; the page replays from another time.",
    ),
    optional("batchSize", Schema::Nullable(&BATCH), MOST),
]);
const STREAM: Schema = Schema::Object(&[
    required("id", TEXT, ""),
    required("name", TEXT, ""),
    required("type", TYPE, ""),
    required("status", STATUS, ""),
    required("sink", SINK, "Secrets are empty."),
    required("filters", list(&FILTER, usize::MAX), ""),
    required("isPriority", Schema::Flag, ""),
    optional("pii_config", PII, ""),
    optional("startFrom", TIME, ""),
    optional("batchSize", BATCH, ""),
]);
const STREAMS: Schema = list(&STREAM, usize::MAX);

pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("LogStream", &STREAM), ("LogStreamSink", &SINK), ("NewLogStream", &NEW), ("LogStreamChange", &CHANGE)];

pub(crate) const OPERATIONS: &[Operation] = &[
    reads("get_log_streams", "List log streams", &[], &[(200, Some(&STREAMS))]),
    writes("post_log_streams", "Create a log stream", &NEW, &[(200, Some(&STREAM))]),
    reads("get_log_streams_by_id", "Get a log stream", &[], &[(200, Some(&STREAM))]),
    writes("patch_log_streams_by_id", "Update a log stream", &CHANGE, &[(200, Some(&STREAM))]),
    reads("delete_log_streams_by_id", "Delete a log stream", &[], DONE),
];
