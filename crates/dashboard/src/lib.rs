//! The dashboard: today the first-run page.
