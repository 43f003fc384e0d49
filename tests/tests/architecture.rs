//! The shape of the program, checked on its sources: which package may use which, what each alone may do, that the
//! window can call nothing that was not given to it, and that no text is missing.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

#[path = "architecture/arrows.rs"]
mod arrows;
#[path = "architecture/commands.rs"]
mod commands;
#[path = "architecture/docs.rs"]
mod docs;
#[path = "architecture/house.rs"]
mod house;
#[path = "architecture/places.rs"]
mod places;
#[path = "architecture/rooms.rs"]
mod rooms;
#[path = "architecture/sources.rs"]
mod sources;
#[path = "architecture/texts.rs"]
mod texts;
#[path = "architecture/window.rs"]
mod window;
