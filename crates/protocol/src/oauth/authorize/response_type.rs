//! Which of code, access token and ID token an authorization response hands over.
//!
//! Source: OAuth 2.0 Multiple Response Type Encoding Practices §3, §5; OpenID Connect Core §3.

/// What a response hands over; at least one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResponseType {
    /// A code, which the client swaps at the token endpoint.
    pub code: bool,
    /// An ID token, at once.
    pub id_token: bool,
    /// An access token, at once.
    pub token: bool,
}

impl ResponseType {
    /// A code alone.
    pub const CODE: ResponseType = ResponseType { code: true, id_token: false, token: false };

    /// All of them, in the spelling of the standard.
    pub const NAMES: [&'static str; 7] =
        ["code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

    /// Reads a wire value: words in any order, each once.
    ///
    /// ```
    /// use doorward_protocol::oauth::authorize::ResponseType;
    /// assert_eq!(ResponseType::parse("code"), Some(ResponseType::CODE));
    /// assert_eq!(ResponseType::parse("token id_token"), ResponseType::parse("id_token token"));
    /// assert_eq!(ResponseType::parse("code code"), None);
    /// assert_eq!(ResponseType::parse("none"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut read = ResponseType { code: false, id_token: false, token: false };
        for word in text.split(' ') {
            let part = match word {
                "code" => &mut read.code,
                "id_token" => &mut read.id_token,
                "token" => &mut read.token,
                _ => return None,
            };
            if std::mem::replace(part, true) {
                return None;
            }
        }
        Some(read)
    }

    /// Whether tokens travel in the response itself.
    #[must_use]
    pub fn has_tokens(self) -> bool {
        self.id_token || self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_in_any_order_and_they_differ() {
        let mut all: Vec<_> =
            ResponseType::NAMES.iter().map(|name| ResponseType::parse(name).unwrap()).collect();
        for (name, read) in ResponseType::NAMES.iter().zip(&all) {
            let backwards: Vec<&str> = name.split(' ').rev().collect();
            assert_eq!(ResponseType::parse(&backwards.join(" ")), Some(*read), "{name}");
        }
        all.dedup();
        assert_eq!(all.len(), ResponseType::NAMES.len());
    }

    #[test]
    fn what_is_no_list_of_known_words_is_none() {
        for text in ["", " ", "none", "Code", "code ", "code  token", "token token", "code+token", "saml"] {
            assert_eq!(ResponseType::parse(text), None, "{text:?}");
        }
    }
}
