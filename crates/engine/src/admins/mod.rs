//! Admins: the people who run the installation. One verb per file.

mod add;
mod confirm;
mod list;
mod log_in;
mod log_out;
mod reset;
mod sent_form;
mod session;

pub use add::add;
pub(crate) use add::{checked, push_new};
pub use confirm::{FRESH_FOR, confirm, is_fresh};
pub use list::list;
pub(crate) use log_in::begin;
pub use log_in::{LoginProblem, log_in};
pub use log_out::log_out;
pub use reset::reset;
pub use sent_form::{Receipt, give_back, keep, take};
pub use session::{SignedIn, is_live, session};
