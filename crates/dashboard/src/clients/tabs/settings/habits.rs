//! What the log says about how a client is used, where a choice would break it.
//!
//! Source: UX §1.5, the messages of *Client Type* and *Token Endpoint Authentication Method*.

use doorward_engine::clients::{self, Habits};
use doorward_model::client::auth_method::AuthMethod;
use doorward_web::fault::PageFault;
use doorward_web::state::Web;

use super::Shown;
use super::values::{Values, method_title};
use crate::clients::{Opened, activity};
use crate::frame::Frame;

/// Adds what the log says to a form in which the method would become `None`.
pub(super) async fn note(
    web: &Web,
    frame: &Frame,
    opened: &Opened,
    shown: &mut Shown,
) -> Result<(), PageFault> {
    let saved = Values::of(&opened.client);
    if shown.values.method != AuthMethod::None || saved.method == AuthMethod::None {
        return Ok(());
    }
    let habits = clients::habits(web.app(), frame.caller(), &opened.client.id).await?;
    shown.method_note = without_pkce(&habits);
    if !shown.effects.is_empty() {
        shown.effects.extend(by_method(&habits, saved.method));
    }
    Ok(())
}

fn without_pkce(habits: &Habits) -> Option<String> {
    let count = habits.without_pkce_today;
    (count > 0).then(|| {
        let logins = activity::counted(count, "login");
        format!("PKCE was missing in {logins} today; with None they would fail.")
    })
}

fn by_method(habits: &Habits, method: AuthMethod) -> Option<String> {
    let count = habits.exchanges_by(method);
    (count > 0).then(|| {
        format!("{} in the last 7 days used {}.", activity::counted(count, "login"), method_title(method))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_where_there_are_some() {
        let habits = Habits { by_basic: 611, by_post: 0, without_pkce_today: 12, ..Habits::default() };
        assert_eq!(
            without_pkce(&habits).as_deref(),
            Some("PKCE was missing in 12 logins today; with None they would fail.")
        );
        let said = by_method(&habits, AuthMethod::Basic);
        assert_eq!(said.as_deref(), Some("611 logins in the last 7 days used Basic."));
        assert_eq!(by_method(&habits, AuthMethod::Post), None);
        assert_eq!(without_pkce(&Habits::default()), None);
    }
}
