//! The Management API v2.
