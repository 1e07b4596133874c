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

/// The two segments of a path that an endpoint wants.
pub(crate) type Segments = Result<Path<(String, String)>, PathRejection>;

/// How an id is read.
type Parse<T> = fn(&str) -> Result<T, IdError>;

/// Reads an id with the rule of its kind.
pub(crate) fn id<T>(segment: Segment, parse: Parse<T>) -> Result<T, Refused> {
    let Path(text) = segment.map_err(|_| not_utf8())?;
    read("id", &text, parse)
}

/// Reads a name, which the use case looks up.
pub(crate) fn text(segment: Segment) -> Result<String, Refused> {
    let Path(text) = segment.map_err(|_| not_utf8())?;
    Ok(text)
}

/// Reads the id of a thing and that of a part of it; `part` has its name and its rule.
pub(crate) fn ids<T, P>(
    segments: Segments,
    thing: Parse<T>,
    part: (&str, Parse<P>),
) -> Result<(T, P), Refused> {
    let Path((first, second)) = segments.map_err(|_| not_utf8())?;
    Ok((read("id", &first, thing)?, read(part.0, &second, part.1)?))
}

fn read<T>(name: &str, text: &str, parse: Parse<T>) -> Result<T, Refused> {
    parse(text).map_err(|error| bad(name, format!("This is no id: {error}.")))
}

fn not_utf8() -> Refused {
    bad("id", "This is no id: it is not UTF-8.".to_owned())
}

fn bad(name: &str, text: String) -> Refused {
    Refusal::uri(&FieldErrors::from(FieldError::new(name, "pattern", text))).into()
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ClientId, SecretId};

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

    #[test]
    fn of_two_ids_the_wrong_one_is_named() {
        let read = |first: &str, second: &str| {
            let segments = Ok(Path((first.to_owned(), second.to_owned())));
            ids(segments, ClientId::parse, ("secret_id", SecretId::parse))
        };
        assert_eq!(read("a", "b").unwrap().1.as_str(), "b");
        assert!(read("a b", "b").unwrap_err().refusal().text().contains("on property id "));
        assert!(read("a", "b c").unwrap_err().refusal().text().contains("on property secret_id "));
    }
}
