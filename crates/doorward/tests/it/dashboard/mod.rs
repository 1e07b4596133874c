//! The dashboard over its wire: today the first-run page.

mod setup;
