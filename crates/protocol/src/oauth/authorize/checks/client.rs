//! The client is one of this tenant.
//!
//! Source: RFC 6749 §4.1.2.1: with an unknown client nobody is redirected.

use doorward_model::client::Client;

use super::super::AuthorizeInput;
use crate::oauth::error::{PageError, PageProblem};

pub(in super::super) fn known<'a>(input: &AuthorizeInput<'a>) -> Result<&'a Client, PageError> {
    let named = input.request.client_id.as_deref();
    // The global client stands for all clients; nobody logs in to it.
    match input.client {
        Some(client) if !client.global && named == Some(client.id.as_str()) => Ok(client),
        _ => {
            let hint = match named {
                Some(id) => format!("client_id {id} is not a client of this tenant"),
                None => "client_id is missing".to_owned(),
            };
            Err(PageError::new(PageProblem::UnknownClient, &hint))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::oauth::authorize::AuthorizeDecision;
    use crate::oauth::authorize::examples::{Scene, answer_to};
    use crate::oauth::error::PageProblem;

    #[test]
    fn rfc_6749_4_1_2_1_an_unknown_client_gets_a_page() {
        for query in [
            "",
            "redirect_uri=https://app.test/cb&response_type=code",
            "client_id=&redirect_uri=https://app.test/cb&response_type=code",
            "client_id=nobody&redirect_uri=https://app.test/cb&response_type=code",
            "client_id=WEB&redirect_uri=https://app.test/cb&response_type=code",
            "client_id=a%20b&redirect_uri=https://app.test/cb&response_type=code",
            "client_id=nobody&redirect_uri=https://app.test/cb&response_type=code&prompt=none",
        ] {
            assert_eq!(answer_to(query), "page 101", "{query}");
        }
    }

    #[test]
    fn nobody_logs_in_to_the_global_client() {
        let mut scene = Scene::default();
        scene.web.global = true;
        assert_eq!(scene.answer(crate::oauth::authorize::examples::GOOD), "page 101");
    }

    #[test]
    fn the_page_names_the_client_id_in_its_private_hint_only() {
        let decision = Scene::default().decide("client_id=no%0d%0abody");
        let AuthorizeDecision::Page(page) = decision else { panic!("{decision:?}") };
        assert_eq!(page.problem, PageProblem::UnknownClient);
        assert_eq!(page.hint, "client_id no  body is not a client of this tenant");
    }
}
