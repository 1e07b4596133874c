//! What an endpoint says no with: a use case's fault, or a request that is not well formed.
//!
//! Owns nothing but the choice of the Management API's skin; words and statuses are those of `web`.

use axum::response::{IntoResponse, Response};
use doorward_engine::fault::Fault;
use doorward_model::fields::FieldError;
use doorward_web::fault::{Refusal, Skin};

/// What every endpoint of this front gives.
pub(crate) type Answer = Result<Response, Refused>;

/// Why an endpoint did nothing.
#[derive(Debug)]
pub(crate) struct Refused(Box<Refusal>);

impl Refused {
    /// One thing wrong with one query parameter.
    pub(crate) fn query(name: &str, rule: &'static str, text: impl Into<String>) -> Self {
        Refusal::query(&FieldError::new(name, rule, text).into()).into()
    }

    /// What is refused.
    #[cfg(test)]
    pub(crate) fn refusal(&self) -> &Refusal {
        &self.0
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self(Box::new(Refusal::from(fault)))
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(refusal))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.as_skin(Skin::Json).into_response()
    }
}
