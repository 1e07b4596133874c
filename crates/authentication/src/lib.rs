//! The Authentication API and the hosted pages.

pub mod pages;
