//! Ids in paths: decoded once, by the router, and read here.
//!
//! Source: the Management API's `invalid_uri`.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::IdError;
use doorward_web::fault::Refusal;

use crate::refused::Refused;

/// The segment of a path that an endpoint wants.
pub(crate) type Segment = Result<Path<String>, PathRejection>;

/// Reads an id with the rule of its kind.
pub(crate) fn id<T>(segment: Segment, parse: fn(&str) -> Result<T, IdError>) -> Result<T, Refused> {
    let bad = |text: String| {
        Refused::from(Refusal::uri(&FieldErrors::from(FieldError::new("id", "pattern", text))))
    };
    match segment {
        Ok(Path(text)) => parse(&text).map_err(|error| bad(format!("This is no id: {error}."))),
        Err(_) => Err(bad("This is no id: it is not UTF-8.".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::ClientId;

    use super::*;

    #[test]
    fn what_is_no_id_is_said_to_be_none() {
        let read = |text: &str| id(Ok(Path(text.to_owned())), ClientId::parse);
        assert_eq!(read("abc").unwrap().as_str(), "abc");
        for bad in ["", "a b", "a\nb", "é", &"x".repeat(129)] {
            let refused = read(bad).unwrap_err();
            assert_eq!(refused.refusal().status(), 400, "{bad}");
            assert_eq!(refused.refusal().error_code(), Some("invalid_uri"));
        }
    }
}
