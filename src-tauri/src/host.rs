//! What the engine asks of the place it runs in: the time, the zone, somewhere to say what changed.

use crate::{notify::Notifications, tray, window};
use assent_engine::{Host, Notice, clock};
use assent_protocol::wire::Change;
use tauri::{AppHandle, Emitter};

/// The engine's host with a window, a tray and notifications.
pub struct DesktopHost {
    app: AppHandle,
    notifications: Notifications,
}

impl DesktopHost {
    /// A host for this program.
    pub fn new(app: AppHandle, notifications: Notifications) -> Self {
        DesktopHost { app, notifications }
    }
}

impl Host for DesktopHost {
    fn now(&self) -> i64 {
        clock::now()
    }

    fn zone(&self) -> String {
        clock::zone()
    }

    fn changed(&self, change: Change) {
        if change == Change::Settings {
            tray::refresh(&self.app);
        }
        // With no window there is nobody to tell; a window that opens reads everything anew.
        let _ = self.app.emit_to(window::LABEL, window::CHANGE, change);
    }

    fn notify(&self, notice: Notice) {
        self.notifications.show(notice);
    }

    fn withdraw(&self, key: &str) {
        self.notifications.withdraw(key);
    }
}
