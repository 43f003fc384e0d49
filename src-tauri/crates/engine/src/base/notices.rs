//! Notifications on their way to the person: at once, or after the quiet hours.

use crate::{
    Engine, Notice,
    base::{clock, quiet},
};
use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

impl Engine {
    /// Tells the person, unless it can wait and these are quiet hours.
    pub(crate) fn tell(&self, notice: Notice) {
        if !notice.urgent && self.is_quiet(self.0.host.now()) {
            self.held_back().insert(notice.key.clone(), notice);
            return;
        }
        self.0.host.notify(notice);
    }

    /// What was told under this key is settled.
    pub(crate) fn withdraw(&self, key: &str) {
        self.held_back().remove(key);
        self.0.host.withdraw(key);
    }

    /// Tells what was held back, once the quiet hours are over.
    pub(crate) fn end_quiet(&self, now: i64) {
        if self.held_back().is_empty() || self.is_quiet(now) {
            return;
        }
        let held = std::mem::take(&mut *self.held_back());
        for notice in held.into_values() {
            self.0.host.notify(notice);
        }
    }

    fn is_quiet(&self, now: i64) -> bool {
        let hours = self.settings().ok().and_then(|settings| quiet::read(&settings.quiet).ok().flatten());
        hours.is_some_and(|hours| quiet::is_quiet(hours, now, &clock::zone_of(&self.0.host.zone())))
    }

    fn held_back(&self) -> MutexGuard<'_, BTreeMap<String, Notice>> {
        self.0.held_back.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
