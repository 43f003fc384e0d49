//! Signing in to a server that wants it, by way of the user's browser. Nothing of it happens but on the user's own click.

use super::refused;
use crate::{Answered, Desk, Engine, words};
use assent_protocol::{
    texts,
    visible::visible,
    wire::{ErrorCode, WireError},
};
use assent_tools::mcp::oauth::{SIGN_IN, SignIn, show};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

/// The sign-ins that wait for the browser, with the mark that ends each.
pub(super) type SigningIn = Mutex<HashMap<String, Arc<AtomicBool>>>;

impl Engine {
    /// Asks a server where to sign in and gives the address that the browser has to open; `browser` opens it. When the
    /// browser comes back, the server is looked at and switched on; how it went stands with the server. A sign-in of the
    /// same server that still waits ends.
    ///
    /// # Errors
    /// When it is no server at an address, or does not say where to sign in.
    pub fn sign_in(&self, name: &str, browser: bool) -> Answered<String> {
        if self.frozen() {
            return Err(WireError { code: ErrorCode::Frozen, message: texts::say("engine.frozen", &[]) });
        }
        let row = self.server_row(name)?;
        let begun = self.server(&row).sign_in().map_err(refused)?;
        let address = begun.address().to_owned();
        let stop = Arc::<AtomicBool>::default();
        if let Some(before) = self.signing().insert(name.to_owned(), stop.clone()) {
            before.store(true, Ordering::SeqCst);
        }
        let (desk, server) = (Arc::downgrade(&self.0), name.to_owned());
        std::thread::Builder::new()
            .name("sign-in".to_owned())
            .spawn(move || finish(&desk, &server, begun, &stop))
            .map_err(words::other)?;
        if browser {
            show(&address);
        }
        self.connections_changed();
        Ok(address)
    }

    /// Whether a sign-in of this server waits for the browser.
    pub(super) fn is_signing_in(&self, name: &str) -> bool {
        self.signing().contains_key(name)
    }

    /// Ends the sign-ins that wait: of one server, or all.
    pub(crate) fn end_sign_ins(&self, only: Option<&str>) {
        self.signing().retain(|name, stop| {
            let ends = only.is_none_or(|only| only == name);
            stop.store(ends, Ordering::SeqCst);
            !ends
        });
    }

    /// Keeps what a sign-in gave among the server's secrets.
    pub(super) fn keep_sign_in(&self, name: &str, credentials: Option<&str>) {
        let Ok(mut row) = self.server_row(name) else { return };
        let mut secrets = self.0.keys.secrets(name);
        secrets.retain(|(name, _)| name != SIGN_IN);
        secrets.extend(credentials.map(|text| (SIGN_IN.to_owned(), text.to_owned())));
        self.0.keys.keep_secrets(name, &secrets);
        let names: Vec<String> = secrets.into_iter().map(|(name, _)| name).collect();
        if row.secrets != names {
            row.secrets = names;
            // What cannot be written now is written with the next renewal; the secret itself is kept.
            let _ = self.put(&row);
        }
    }

    fn signing(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<AtomicBool>>> {
        self.0.connections.signing_in.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// It does not keep the engine alive while it waits.
fn finish(desk: &Weak<Desk>, name: &str, begun: SignIn, stop: &Arc<AtomicBool>) {
    let ended = begun.finish(stop);
    let Some(engine) = desk.upgrade().map(Engine) else { return };
    if stop.load(Ordering::SeqCst) {
        return;
    }
    match ended {
        Ok(()) => {
            let _ = engine.switch_connection(name, true);
        }
        Err(why) => {
            if let Ok(mut row) = engine.server_row(name) {
                row.last_error = Some(visible(&why));
                let _ = engine.put(&row);
            }
        }
    }
    engine.signing().retain(|_, waits| !Arc::ptr_eq(waits, stop));
    engine.connections_changed();
}
