//! Four actors with one vocabulary: the house, a visitor with a browser, a relying party, a machine.

mod answer;
mod client_key;
mod cluster;
mod device;
mod engine;
mod given;
mod house;
mod html;
pub mod jwt;
mod machine;
mod metrics;
pub mod npm;
mod person;
pub mod receiver;
mod relying_party;
mod second_tenant;
pub mod services;
mod visitor;

pub use answer::Answer;
pub use client_key::{ASSERTION, ClientKey, asking_with};
pub use cluster::Cluster;
pub use device::DEVICE_GRANT;
pub use engine::Engine;
pub use given::{lines as lines_of_the_log, was_logged};
pub use house::{Asked, EMAIL, House, OWNER, PASSWORD};
pub use html::form;
pub use machine::Machine;
pub use metrics::Metrics;
pub use person::Person;
pub use relying_party::{NONCE, RelyingParty, STATE, VERIFIER, Via, challenge};
pub use visitor::Visitor;
