//! Ways around a guarantee that were found from outside, each closed with its kind. Only the program itself is driven, so
//! that the same test runs against any build of it (`ASSENT_BIN`).
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

mod bound;
mod freeze;
mod links;
mod made;
mod origin;
mod places;
mod rig;
mod sandbox;
mod scripts;
mod shell;
mod small;
