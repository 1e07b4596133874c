//! Events as a month of a busy tenant leaves them.

use doorward_model::ids::{ClientId, ConnectionId, LogId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::time::Timestamp;
use serde_json::Map;

/// When the month ends, in milliseconds.
pub const END: i64 = 1_795_000_000_000;
const MONTH: i64 = 30 * 86_400_000;
const CLIENTS: u32 = 100;
const USERS: u32 = 200_000;

/// Of a thousand events so many are of a kind.
const KINDS: [(u32, EventCode, &str); 8] = [
    (400, EventCode::Login, "Logged in"),
    (300, EventCode::CodeExchange, "A code was exchanged"),
    (150, EventCode::RefreshExchange, "A refresh token was exchanged"),
    (80, EventCode::ClientCredentials, "A program got a token with its own credentials"),
    (50, EventCode::WrongPassword, "Wrong email or password"),
    (15, EventCode::LoginFailed, "Callback URL is not allowed."),
    (4, EventCode::ManagementWrite, "Update a client"),
    (1, EventCode::Logout, "Logged out"),
];

/// A number that looks like chance and is the same in every run.
fn mixed(number: u32, salt: u32) -> u32 {
    let mut x = number.wrapping_add(salt.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x85EB_CA6B);
    x ^= x >> 13;
    x = x.wrapping_mul(0xC2B2_AE35);
    x ^ (x >> 16)
}

/// Event `number` of `all`, which are spread over the month.
pub fn event(number: u32, all: u32) -> Event {
    let at = END - MONTH + MONTH * i64::from(number) / i64::from(all);
    let (code, description) = kind(number);
    let is_of_program = matches!(code, EventCode::ClientCredentials | EventCode::ManagementWrite);
    // One client that was used in the first days only.
    let client =
        if number < all / 100 && number.is_multiple_of(20) { CLIENTS } else { mixed(number, 2) % CLIENTS };
    let name = if client == CLIENTS { "Old shop".to_owned() } else { format!("Shop {client}") };
    let user = mixed(number, 3) % USERS;
    let place = mixed(number, 4) % 300_000;
    let text = |text: &str| Some(text.to_owned());
    let agents = ["Chrome/139.0", "Firefox/141.0", "Version/18.5 Safari/605.1.15"];
    let agent = agents[mixed(number, 5) as usize % 3];
    let of_person = |text: String| (!is_of_program).then_some(text);
    Event {
        id: LogId::parse(&format!("900{:020}{:016}", at * 1000 + i64::from(number % 1000), mixed(number, 6)))
            .unwrap(),
        at: Timestamp::from_millis(at),
        code,
        description: description.to_owned(),
        client: Some(ClientId::parse(&format!("{client:032}")).unwrap()),
        client_name: Some(name),
        connection: (!is_of_program).then(|| ConnectionId::parse("con_0123456789abcdef").unwrap()),
        connection_name: of_person("Username-Password-Authentication".to_owned()),
        strategy: of_person("auth0".to_owned()),
        strategy_type: of_person("database".to_owned()),
        user: (!is_of_program).then(|| UserId::parse(&user_id(user)).unwrap()),
        user_name: of_person(user_name(user)),
        ip: Some(ip(place)),
        user_agent: Some(format!("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 {agent}")),
        audience: None,
        scope: text("openid profile email"),
        hostname: text("id.acme.test"),
        auth0_client: None,
        details: Map::new(),
        fold_key: None,
        count: 1,
    }
}

/// The number of the first event after a time.
pub fn number_after(at: Timestamp, all: u32) -> u32 {
    u32::try_from((at.millis() - (END - MONTH)) * i64::from(all) / MONTH).unwrap() + 2
}

fn kind(number: u32) -> (EventCode, &'static str) {
    if number == 1_234 {
        return (EventCode::AddressBlocked, "Too many tries from this address");
    }
    let mut left = mixed(number, 1) % 1000;
    for (share, code, description) in KINDS {
        if left < share {
            return (code, description);
        }
        left -= share;
    }
    (EventCode::Login, "Logged in")
}

/// The id of a user by number.
pub fn user_id(user: u32) -> String {
    format!("auth0|{user:024x}")
}

/// The name of a user by number.
pub fn user_name(user: u32) -> String {
    format!("ada.lovelace{user}@example.com")
}

/// An address by number.
pub fn ip(place: u32) -> String {
    format!("10.{}.{}.{}", place >> 16, (place >> 8) & 255, place & 255)
}
