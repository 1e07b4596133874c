//! How a client fares, in words: the status of the list and the line in its head.

use doorward_engine::clients::{ClientActivity, MOST_COUNTED, PERIOD, RECENT};
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::time::Timestamp;

use crate::parts::{self, When};

/// A status: sign, class, and words that say the same.
#[derive(Debug, Clone)]
pub(crate) struct Status {
    pub class: &'static str,
    pub sign: &'static str,
    pub title: &'static str,
    pub detail: String,
    /// The time that the detail ends with.
    pub when: Option<When>,
}

impl Status {
    fn new(class: &'static str, sign: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { class, sign, title, detail: detail.into(), when: None }
    }

    fn at(mut self, at: Timestamp, now: Timestamp) -> Self {
        self.when = Some(parts::when(at, now));
        self
    }
}

/// The status of a client.
pub(crate) fn status(client: &Client, activity: &ClientActivity, now: Timestamp) -> Status {
    let is_machine = client.settings.app_type == Some(ClientKind::NonInteractive);
    if activity.refusals > 0
        && let Some(last) = activity.last_refusal.filter(|last| now.since(*last) < RECENT)
    {
        let title = if is_machine { "Turning requests away" } else { "Turning logins away" };
        return Status::new(
            "is-bad",
            "bad",
            title,
            format!("{}, last", counted(activity.refusals, "refusal")),
        )
        .at(last, now);
    }
    if let Some(last) = activity.old_secret_used {
        return Status::new("is-warn", "key", "Old secret still in use", "Last used").at(last, now);
    }
    if let Some(last) = activity.last_success {
        let detail = if is_machine { "Last token" } else { "Last login" };
        return Status::new("is-ok", "ok", "Working", detail).at(last, now);
    }
    if !is_machine && client.callbacks().is_empty() {
        return Status::new("is-warn", "warn", "Setting missing", "No callback URL yet");
    }
    let is_new = now.since(client.created_at) < PERIOD;
    let title = match (is_machine, is_new) {
        (false, true) => "No logins yet",
        (true, true) => "No tokens yet",
        (false, false) => "No logins in 7 days",
        (true, false) => "No tokens in 7 days",
    };
    Status::new("is-idle", "idle", title, "")
}

/// How often a client was used in the last seven days, and what that is called.
pub(crate) fn uses(client: &Client, activity: &ClientActivity) -> (String, &'static str) {
    let is_machine = client.settings.app_type == Some(ClientKind::NonInteractive);
    let noun = match (is_machine, activity.successes == 1) {
        (true, true) => "token",
        (true, false) => "tokens",
        (false, true) => "login",
        (false, false) => "logins",
    };
    (number(activity.successes), noun)
}

/// The line of a week as the path of a drawing of 72 by 26, decoration beside the number; none where
/// nothing happened, or more than is counted.
pub(crate) fn line(activity: &ClientActivity) -> Option<String> {
    let most = activity.days.iter().copied().max().filter(|most| *most > 0)?;
    if activity.successes > MOST_COUNTED {
        return None;
    }
    // In tenths, so that no fraction is rounded twice: the drawing is 70 wide and 22 high.
    let tenths = |tenths: i64| format!("{}.{}", tenths / 10, tenths % 10);
    let point = |(day, count): (i64, &i64)| {
        format!("{} {}", tenths(10 + day * 700 / 6), tenths(240 - count * 220 / most))
    };
    let points: Vec<String> = (0..).zip(&activity.days).map(point).collect();
    Some(format!("M{}", points.join(" L")))
}

/// A number with commas between thousands; what is not counted further has a plus.
pub(crate) fn number(count: i64) -> String {
    let digits = count.min(MOST_COUNTED).to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if count > MOST_COUNTED { text + "+" } else { text }
}

/// "1 refusal", "14 refusals".
pub(crate) fn counted(count: i64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(count))
}

#[cfg(test)]
mod tests {
    use doorward_model::client::defaults;
    use doorward_model::ids::ClientId;

    use super::*;

    fn client(kind: ClientKind, callback: bool) -> Client {
        let mut settings = defaults::for_people(kind);
        settings.callbacks = callback.then(|| vec!["https://a.test/cb".to_owned()]);
        let at = Timestamp::from_seconds(0);
        Client {
            id: ClientId::parse("x").unwrap(),
            global: false,
            version: 1,
            settings,
            created_at: at,
            updated_at: at,
        }
    }

    fn title(kind: ClientKind, callback: bool, activity: &ClientActivity, now: i64) -> &'static str {
        status(&client(kind, callback), activity, Timestamp::from_seconds(now)).title
    }

    #[test]
    fn the_status_says_what_the_log_says() {
        let at = |seconds| Some(Timestamp::from_seconds(seconds));
        let none = ClientActivity::default;
        let worked = ClientActivity { successes: 3, last_success: at(50), ..none() };
        let refused =
            ClientActivity { refusals: 2, first_refusal: at(60), last_refusal: at(70), ..worked.clone() };
        let (web, machine) = (ClientKind::RegularWeb, ClientKind::NonInteractive);
        assert_eq!(title(web, true, &none(), 100), "No logins yet");
        assert_eq!(title(web, true, &none(), 700_000), "No logins in 7 days");
        assert_eq!(title(web, false, &none(), 100), "Setting missing");
        assert_eq!(title(machine, false, &none(), 100), "No tokens yet");
        assert_eq!(title(web, true, &worked, 100), "Working");
        assert_eq!(title(web, true, &refused, 100), "Turning logins away");
        assert_eq!(title(machine, true, &refused, 100), "Turning requests away");
        assert_eq!(title(web, true, &refused, 100_000), "Working");
        let old = ClientActivity { old_secret_used: at(55), ..worked.clone() };
        assert_eq!(title(web, true, &old, 100), "Old secret still in use");
        let both = ClientActivity { old_secret_used: at(55), ..refused };
        assert_eq!(title(web, true, &both, 100), "Turning logins away", "what fails comes first");
    }

    #[test]
    fn a_week_is_a_line_from_left_to_right_and_nothing_is_none() {
        let week = |days: [i64; 7]| {
            line(&ClientActivity { days, successes: days.iter().sum(), ..ClientActivity::default() })
        };
        let drawn = week([0, 1, 2, 4, 4, 0, 4]).unwrap();
        assert_eq!(drawn, "M1.0 24.0 L12.6 18.5 L24.3 13.0 L36.0 2.0 L47.6 2.0 L59.3 24.0 L71.0 2.0");
        assert_eq!(week([0; 7]), None);
        assert_eq!(week([0, 0, 0, 0, 0, 0, 10_001]), None, "more than is counted");
    }

    #[test]
    fn numbers_have_commas_and_an_end() {
        assert_eq!([0, 999, 1000, 10_000, 10_001].map(number), ["0", "999", "1,000", "10,000", "10,000+"]);
        assert_eq!([counted(1, "login"), counted(2, "login")], ["1 login", "2 logins"]);
    }
}
