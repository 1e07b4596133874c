//! The built binary in a process of its own: the contracts with scripts, and what a crash leaves.

mod browser;
mod clients;
mod contract;
mod doctor;
#[cfg(target_os = "linux")]
mod full;
mod https;
mod kill;
mod logs;
mod openidconnect;
pub mod process;
mod settings;
mod stop;
mod stream_commands;
mod streams;
mod talkative;
#[cfg(unix)]
mod terminal;
mod timing;
mod tools;
mod users;
