//! The Authentication API and the hosted pages.
