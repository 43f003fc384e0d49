//! The real window in a bare X server, driven as a person drives it:
//! `dbus-run-session -- xvfb-run -a cargo test -p assent-tests --features e2e --test e2e -- --test-threads=1`.
//! `ASSENT_DESKTOP` names the program; with `ASSENT_SHOTS` set to a folder, pictures of each view are kept there.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails, and says why")]

mod automations;
mod connections;
mod desktop;
mod gestures;
mod held;
mod journey;
mod keyboard;
mod looks;
mod notifications;
mod places;
mod questions;
mod tray;
mod trust;
mod walls;
mod watcher;
mod window;
mod work;
