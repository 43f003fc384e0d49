//! Holes that were found from outside, each with its kind, driven through the program alone.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

mod origin;
