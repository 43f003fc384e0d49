//! Notifications through Tauri's plugin: the sender on every platform that has nothing better, and the fallback on
//! Linux. It knows neither urgency nor replacing, so an older one is taken away first where the platform can do that.

use super::{LATER_BUTTON, Notifier, OPEN_BUTTON, Order, Press};
use assent_engine::Notice;
use assent_protocol::texts::say;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, mpsc::Sender},
};
use tauri::AppHandle;
use tauri_plugin_notification::{Action, ActionType, NotificationExt};

const BUTTONS: &str = "notice";

/// The plugin as a [`Notifier`].
pub struct Plugin {
    app: AppHandle,
    last: i32,
    keys: Arc<Mutex<HashMap<i32, String>>>,
}

impl Plugin {
    /// Registers the buttons and the handler, without which the plugin sends no buttons.
    pub fn new(app: &AppHandle, orders: Sender<Order>) -> Self {
        let keys: Arc<Mutex<HashMap<i32, String>>> = Arc::default();
        let buttons = ActionType::builder(BUTTONS)
            .actions(vec![
                Action::builder(OPEN_BUTTON, say("desktop.notice.open", &[])).build(),
                Action::builder(LATER_BUTTON, say("desktop.notice.later", &[])).build(),
            ])
            .build();
        let known = Arc::clone(&keys);
        let notification = app.notification();
        let registered = notification.register_action_types(vec![buttons]).and_then(|()| {
            notification.on_action(move |performed| {
                let id = performed.notification().map(|shown| shown.id());
                let key = id.and_then(|id| known.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned());
                if let Some(key) = key {
                    let _ = orders.send(Order::Pressed(key, Press::named(performed.action_id())));
                }
            })
        });
        if let Err(error) = registered {
            eprintln!("Notifications have no buttons: {error}");
        }
        Plugin { app: app.clone(), last: 0, keys }
    }
}

impl Notifier for Plugin {
    fn show(&mut self, notice: &Notice) -> Result<(), String> {
        self.withdraw(&notice.key);
        self.last = self.last.wrapping_add(1);
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(self.last, notice.key.clone());
        let builder = self.app.notification().builder().id(self.last).title(&notice.title);
        let builder = builder.body(&notice.body).action_type_id(BUTTONS);
        builder.show().map_err(|error| error.to_string())
    }

    fn withdraw(&mut self, key: &str) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<i32> = keys.iter().filter(|(_, of)| *of == key).map(|(id, _)| *id).collect();
        keys.retain(|_, of| of != key);
        drop(keys);
        if !gone.is_empty() {
            let _ = self.app.notification().remove_active(gone);
        }
    }
}
