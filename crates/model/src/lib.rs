//! The field's nouns: what a client, a connection, a user, a grant *is*.
//!
//! Owns the words and their rules. Knows nothing of SQL, HTTP, clocks, randomness or keys: the
//! current time and fresh random values always arrive as arguments.
//!
//! # Glossary
//!
//! | term | meaning | API | SQL |
//! |---|---|---|---|
//! | tenant | one closed world: a domain, its clients, users, keys and logs | `tenant` | `tenants` |
//! | client | an application that lets its users log in here | `clients` | `clients` |
//! | connection | a source of users | `connections` | `connections` |
//! | user | a person known through one connection | `users` | `users` |
//! | device credential | a key that a person registered for one of their devices | `device-credentials` | `device_credentials` |
//! | session | one browser that is logged in | `sessions` | `sessions` |
//! | code | a single-use authorization code | – | `codes` |
//! | device code | a device that waits for its person to log in elsewhere | – | `device_codes` |
//! | family | everything that one authorization led to: its refresh tokens live and die together | – | `token_families` |
//! | grant | what a person allowed a client to do in their name | `grants` | `grants` |
//! | resource server | an API that access tokens are meant for | `resource-servers` | `resource_servers` |
//! | client grant | what a client may ask of an API | `client-grants` | `client_grants` |
//! | permission | a scope value of an API, as somebody holds it | `permissions` | `user_permissions` |
//! | role | a set of permissions that people are given together | `roles` | `roles` |
//! | admin | a person who runs the installation; not a user of a connection | – | `admins` |
//! | event | one line of the log | `logs` | `logs` |
//! | log stream | a receiver of another house that is sent the events as they happen | `log-streams` | `log_streams` |
//! | checkpoint | the last event that a log stream has behind it | – | `log_streams.position` |

#![warn(missing_docs)]

pub mod admin;
pub mod api;
pub mod branding;
pub mod client;
pub mod connection;
pub mod device;
pub mod device_code;
pub mod device_credential;
pub mod email_template;
pub mod fields;
pub mod grant;
pub mod ids;
pub mod json;
pub mod log;
pub mod measure;
pub mod patch;
pub mod role;
pub mod schema;
pub mod scope;
pub mod search;
pub mod secret;
pub mod session;
pub mod signing_alg;
pub mod signing_key;
pub mod spelling;
pub mod stream;
pub mod tenant;
pub mod time;
pub mod token;
pub mod user;
pub mod user_code;
