//! One helper for all tests.
