//! Notifications on Linux, straight over D-Bus as the Desktop Notifications Specification 1.2 has them, for what the
//! plugin cannot say: urgency, replacing and withdrawing. Where nobody answers on the bus the plugin sends.

use super::{LATER_BUTTON, Notifier, OPEN_BUTTON, Order, Press, plugin::Plugin};
use assent_engine::Notice;
use assent_protocol::texts::say;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::Sender},
};
use zbus::{
    MatchRule,
    blocking::{Connection, MessageIterator},
    message::{Message, Type},
    zvariant::Value,
};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// The server's number of each notification that is out, with our key.
type Out = Arc<Mutex<HashMap<u32, String>>>;

/// The session bus as a [`Notifier`].
pub struct Bus {
    orders: Sender<Order>,
    connection: Option<Connection>,
    out: Out,
    fallback: Plugin,
}

impl Bus {
    /// Connects with the first notification.
    pub fn new(orders: Sender<Order>, fallback: Plugin) -> Self {
        Bus { orders, connection: None, out: Out::default(), fallback }
    }

    fn connection(&mut self) -> zbus::Result<Connection> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        let connection = Connection::session()?;
        listen(&connection, Arc::clone(&self.out), self.orders.clone())?;
        Ok(self.connection.insert(connection).clone())
    }

    fn send(&mut self, notice: &Notice) -> zbus::Result<()> {
        let connection = self.connection()?;
        let texts = [say("desktop.notice.open", &[]), say("desktop.notice.later", &[])];
        // The specification reports a click on the notification itself as the action `default`, if that is offered.
        let actions = ["default", &texts[0], OPEN_BUTTON, &texts[0], LATER_BUTTON, &texts[1]];
        let urgency: u8 = if notice.urgent { 2 } else { 1 };
        let hints =
            HashMap::from([("urgency", Value::from(urgency)), ("desktop-entry", Value::from("org.assent.desktop"))]);
        // Held until the number is kept, so that a click cannot come before it.
        let mut out = lock(&self.out);
        let replaces = out.iter().find(|(_, of)| **of == notice.key).map_or(0, |(id, _)| *id);
        let arguments =
            ("Assent", replaces, "", notice.title.as_str(), notice.body.as_str(), &actions[..], hints, -1i32);
        let reply = connection.call_method(Some(NAME), PATH, Some(NAME), "Notify", &arguments)?;
        let id: u32 = reply.body().deserialize()?;
        out.retain(|_, of| *of != notice.key);
        out.insert(id, notice.key.clone());
        Ok(())
    }
}

impl Notifier for Bus {
    fn show(&mut self, notice: &Notice) -> Result<(), String> {
        match self.send(notice) {
            Ok(()) => Ok(()),
            Err(_) => {
                // The next one tries the bus anew.
                self.connection = None;
                self.fallback.show(notice)
            }
        }
    }

    fn withdraw(&mut self, key: &str) {
        self.fallback.withdraw(key);
        let mut out = lock(&self.out);
        let gone: Vec<u32> = out.iter().filter(|(_, of)| *of == key).map(|(id, _)| *id).collect();
        out.retain(|_, of| of != key);
        drop(out);
        if let Some(connection) = &self.connection {
            for id in gone {
                // It may be closed already, which is what is wanted.
                let _ = connection.call_method(Some(NAME), PATH, Some(NAME), "CloseNotification", &id);
            }
        }
    }
}

fn listen(connection: &Connection, out: Out, orders: Sender<Order>) -> zbus::Result<()> {
    let rule = MatchRule::builder().msg_type(Type::Signal).path(PATH)?.interface(NAME)?.build();
    let signals = MessageIterator::for_match_rule(rule, connection, None)?;
    std::thread::Builder::new()
        .name("notification-signals".into())
        .spawn(move || {
            for signal in signals.flatten() {
                on_signal(&signal, &out, &orders);
            }
        })
        .map_err(|error| zbus::Error::InputOutput(Arc::new(error)))?;
    Ok(())
}

fn on_signal(signal: &Message, out: &Out, orders: &Sender<Order>) {
    let header = signal.header();
    match header.member().map(|member| member.as_str()) {
        Some("ActionInvoked") => {
            let Ok((id, name)) = signal.body().deserialize::<(u32, String)>() else { return };
            if let Some(key) = lock(out).get(&id).cloned() {
                let _ = orders.send(Order::Pressed(key, Press::named(&name)));
            }
        }
        Some("NotificationClosed") => {
            if let Ok((id, _because)) = signal.body().deserialize::<(u32, u32)>() {
                lock(out).remove(&id);
            }
        }
        _ => {}
    }
}

fn lock(out: &Out) -> MutexGuard<'_, HashMap<u32, String>> {
    out.lock().unwrap_or_else(PoisonError::into_inner)
}
