//! The few queries without a tenant: the list of tenants, the people of the installation, and
//! cleaning. Everything else goes through a tenant's [`crate::Scope`].

pub mod admin_sessions;
pub mod admins;
pub mod leases;
pub mod purge;
pub mod sent_forms;
pub mod setup_links;
pub mod tenants;
