//! Refusals in the document: which may come, and what they look like.
//!
//! Source: `doorward_web::fault`, whose skin for this API this describes.

use serde_json::{Map, Value, json};

use super::operation::Operation;

/// A refusal that every operation, or every one of a kind, may answer with.
pub(super) struct Refusal {
    pub(super) name: &'static str,
    pub(super) status: u16,
    when: When,
    about: &'static str,
}

enum When {
    Always,
    Written,
    WithBody,
    /// Of those that search the log, which take their query under two names.
    Searched,
}

impl Refusal {
    /// Whether an operation may answer with it.
    pub(super) fn may_come(&self, writes: bool, operation: &Operation) -> bool {
        match self.when {
            When::Always => true,
            When::Written => writes,
            When::WithBody => operation.body.is_some(),
            When::Searched => operation.query.iter().any(|parameter| parameter.name == "search"),
        }
    }
}

const fn refusal(name: &'static str, status: u16, when: When, about: &'static str) -> Refusal {
    Refusal { name, status, when, about }
}

pub(super) const ALL: &[Refusal] = &[
    refusal(
        "BadRequest",
        400,
        When::Always,
        "Something in the path, the query or the body is wrong; the message names everything that is.",
    ),
    refusal(
        "Unauthorized",
        401,
        When::Always,
        "There is no token, or none that counts; attributes.error says why.",
    ),
    refusal(
        "Forbidden",
        403,
        When::Always,
        "The token does not allow it; the message names the scopes of which any one would.",
    ),
    refusal("NotFound", 404, When::Always, "There is nothing of that id in this tenant, or no such address."),
    refusal("Timeout", 408, When::WithBody, "The body did not arrive in time."),
    refusal(
        "Conflict",
        409,
        When::Written,
        "Something of that name is there, or somebody else changed it at the same time.",
    ),
    refusal("TooLarge", 413, When::WithBody, "The body is longer than 256 KiB."),
    refusal("QueryTooLong", 414, When::Searched, "The query is longer than 4096 bytes."),
    refusal("WrongContentType", 415, When::WithBody, "The body is neither JSON nor a form."),
    refusal(
        "TooManyRequests",
        429,
        When::Always,
        "More requests than the limit; Retry-After says when to go on.",
    ),
    refusal(
        "Unavailable",
        503,
        When::Always,
        "The server is busy, or its database cannot be used or written; Retry-After says when to try again.",
    ),
];

/// `components.responses` of the document.
pub(super) fn responses() -> Map<String, Value> {
    let one = |refusal: &Refusal| {
        let mut response = json!({
            "description": refusal.about,
            "headers": {
                "x-ratelimit-limit": { "$ref": "#/components/headers/RateLimit" },
                "x-ratelimit-remaining": { "$ref": "#/components/headers/RateRemaining" },
                "x-ratelimit-reset": { "$ref": "#/components/headers/RateReset" },
            },
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
        });
        if matches!(refusal.status, 429 | 503) {
            response["headers"]["retry-after"] = json!({ "$ref": "#/components/headers/RetryAfter" });
        }
        (refusal.name.to_owned(), response)
    };
    ALL.iter().map(one).collect()
}

/// `components.headers` of the document.
pub(super) fn headers() -> Value {
    let number = |about: &str| json!({ "description": about, "schema": { "type": "integer", "minimum": 0 } });
    json!({
        "RateLimit": number("How many requests at once a tenant has."),
        "RateRemaining": number("How many of them are left."),
        "RateReset": number("When all of them are there again, in seconds since 1970."),
        "RetryAfter": number("How many seconds to wait."),
    })
}

/// The body of every refusal.
pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "statusCode": { "type": "integer", "minimum": 400, "maximum": 599 },
            "error": { "type": "string", "description": "The words of the status." },
            "message": { "type": "string", "description": "What is wrong, and what to do." },
            "errorCode": { "type": "string", "description": "What is wrong, for programs." },
            "attributes": {
                "type": "object",
                "properties": { "error": { "type": "string", "description": "Why a token does not count." } },
                "required": ["error"],
                "additionalProperties": false,
            },
        },
        "required": ["statusCode", "error", "message"],
        "additionalProperties": false,
    })
}
