//! What examiners found, each as a kind: the program as a whole, against a model that does what they did.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

mod sandbox;
