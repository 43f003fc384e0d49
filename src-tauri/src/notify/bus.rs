//! Notifications on Linux, straight over D-Bus as the Desktop Notifications Specification 1.2 has them, for what the
//! plugin cannot say: urgency, replacing and withdrawing. Where nobody answers on the bus the plugin sends.
//! A number is of the server that gave it: a new one gives the same to somebody else's notification. So what is replaced or
//! withdrawn is asked of that very server, by the name that the bus gave it and gives to no other.

use super::{LATER_BUTTON, Notifier, OPEN_BUTTON, Order, Press};
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
const BUS: &str = "org.freedesktop.DBus";

/// One notification that is out.
struct Shown {
    id: u32,
    /// The server that gave the number, as the bus calls it.
    server: String,
    key: String,
}

type Out = Arc<Mutex<Vec<Shown>>>;

/// The session bus as a [`Notifier`].
pub struct Bus {
    orders: Sender<Order>,
    connection: Option<Connection>,
    out: Out,
    fallback: Box<dyn Notifier>,
}

impl Bus {
    /// Connects with the first notification.
    pub fn new(orders: Sender<Order>, fallback: impl Notifier + 'static) -> Self {
        Bus { orders, connection: None, out: Out::default(), fallback: Box::new(fallback) }
    }

    fn connection(&mut self) -> zbus::Result<Connection> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        let connection = Connection::session()?;
        let signals = MatchRule::builder().msg_type(Type::Signal).path(PATH)?.interface(NAME)?.build();
        listen(&connection, signals, Arc::clone(&self.out), self.orders.clone())?;
        listen(&connection, owners()?, Arc::clone(&self.out), self.orders.clone())?;
        Ok(self.connection.insert(connection).clone())
    }

    fn send(&mut self, notice: &Notice) -> zbus::Result<()> {
        let connection = self.connection()?;
        // Held until the number is kept, so that a click cannot come before it.
        let mut out = lock(&self.out);
        let older = out.iter().find(|shown| shown.key == notice.key).map(|shown| (shown.id, shown.server.clone()));
        // A server that is gone has nothing to be replaced.
        let replaced = older.and_then(|(id, server)| notify(&connection, &server, id, notice).ok());
        let (id, server) = replaced.map_or_else(|| notify(&connection, NAME, 0, notice), Ok)?;
        out.retain(|shown| shown.key != notice.key && !(shown.id == id && shown.server == server));
        out.push(Shown { id, server, key: notice.key.clone() });
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
        let gone: Vec<Shown> = lock(&self.out).extract_if(.., |shown| shown.key == key).collect();
        if let Some(connection) = &self.connection {
            for Shown { id, server, .. } in gone {
                // It may be closed already, or its server gone, which is what is wanted.
                let _ = connection.call_method(Some(server.as_str()), PATH, Some(NAME), "CloseNotification", &id);
            }
        }
    }
}

/// Shows a notice in the place of `replaces`; gives its number and the server that gave it.
fn notify(connection: &Connection, server: &str, replaces: u32, notice: &Notice) -> zbus::Result<(u32, String)> {
    let texts = [say("desktop.notice.open", &[]), say("desktop.notice.later", &[])];
    // The specification reports a click on the notification itself as the action `default`, if that is offered.
    let actions = ["default", &texts[0], OPEN_BUTTON, &texts[0], LATER_BUTTON, &texts[1]];
    // A server that says it has no buttons may make a dialog of them, which takes the focus.
    let able: zbus::Result<Vec<String>> = connection
        .call_method(Some(server), PATH, Some(NAME), "GetCapabilities", &())
        .and_then(|reply| reply.body().deserialize());
    let buttons = able.map_or(true, |able| able.iter().any(|can| can == "actions"));
    let actions = if buttons { &actions[..] } else { &[] };
    let urgency: u8 = if notice.urgent { 2 } else { 1 };
    let hints =
        HashMap::from([("urgency", Value::from(urgency)), ("desktop-entry", Value::from("org.assent.desktop"))]);
    let arguments = ("Assent", replaces, "", notice.title.as_str(), notice.body.as_str(), actions, hints, -1i32);
    let reply = connection.call_method(Some(server), PATH, Some(NAME), "Notify", &arguments)?;
    Ok((reply.body().deserialize()?, sender(&reply)))
}

// News of who is the notification server.
fn owners() -> zbus::Result<MatchRule<'static>> {
    let signals = MatchRule::builder().msg_type(Type::Signal).sender(BUS)?.interface(BUS)?;
    Ok(signals.member("NameOwnerChanged")?.arg(0, NAME)?.build())
}

fn sender(message: &Message) -> String {
    message.header().sender().map(ToString::to_string).unwrap_or_default()
}

fn listen(connection: &Connection, rule: MatchRule<'_>, out: Out, orders: Sender<Order>) -> zbus::Result<()> {
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
    let server = sender(signal);
    let of = |shown: &Shown, id: u32| shown.id == id && shown.server == server;
    match header.member().map(|member| member.as_str()) {
        Some("ActionInvoked") => {
            let Ok((id, name)) = signal.body().deserialize::<(u32, String)>() else { return };
            if let Some(shown) = lock(out).iter().find(|shown| of(shown, id)) {
                let _ = orders.send(Order::Pressed(shown.key.clone(), Press::named(&name)));
            }
        }
        Some("NotificationClosed") => {
            if let Ok((id, _because)) = signal.body().deserialize::<(u32, u32)>() {
                lock(out).retain(|shown| !of(shown, id));
            }
        }
        Some("NameOwnerChanged") => {
            let Ok((_, before, now)) = signal.body().deserialize::<(String, String, String)>() else { return };
            lock(out).retain(|shown| shown.server != before);
            // What a new server does not show yet nobody sees.
            if !now.is_empty() {
                let _ = orders.send(Order::Again);
            }
        }
        _ => {}
    }
}

fn lock(out: &Out) -> MutexGuard<'_, Vec<Shown>> {
    out.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead, BufReader},
        process::{Child, Command, Stdio},
        sync::mpsc::{Receiver, channel},
        time::Duration,
    };
    use zbus::{blocking::connection, interface};

    /// A bus of the test's own.
    struct OwnBus(Child, String);

    impl OwnBus {
        fn start() -> OwnBus {
            let mut bus = Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--print-address"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut address = String::new();
            BufReader::new(bus.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
            OwnBus(bus, address.trim().to_owned())
        }

        fn connect(&self) -> Connection {
            connection::Builder::address(self.1.as_str()).unwrap().build().unwrap()
        }
    }

    impl Drop for OwnBus {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// A notification server that counts from one and keeps what is asked of it.
    struct Server {
        heard: Arc<Mutex<Vec<String>>>,
        last: u32,
        buttons: bool,
    }

    #[interface(name = "org.freedesktop.Notifications")]
    impl Server {
        fn get_capabilities(&self) -> Vec<String> {
            if self.buttons { vec!["actions".to_owned()] } else { Vec::new() }
        }

        #[expect(clippy::too_many_arguments, reason = "the specification's")]
        fn notify(
            &mut self,
            _app: String,
            replaces: u32,
            _icon: String,
            title: String,
            _body: String,
            actions: Vec<String>,
            _hints: HashMap<String, zbus::zvariant::OwnedValue>,
            _expires: i32,
        ) -> u32 {
            self.heard.lock().unwrap().push(format!("notify {replaces} {title} {}", actions.len()));
            if replaces == 0 {
                self.last += 1;
                return self.last;
            }
            replaces
        }

        fn close_notification(&self, id: u32) {
            self.heard.lock().unwrap().push(format!("close {id}"));
        }
    }

    type Heard = Arc<Mutex<Vec<String>>>;

    fn server(bus: &OwnBus, buttons: bool) -> (Connection, Heard) {
        let heard = Heard::default();
        let server = Server { heard: heard.clone(), last: 0, buttons };
        // All at once: what is served later needs a runtime around it.
        let builder = connection::Builder::address(bus.1.as_str()).unwrap();
        (builder.serve_at(PATH, server).unwrap().name(NAME).unwrap().build().unwrap(), heard)
    }

    struct NoFallback;

    impl Notifier for NoFallback {
        fn show(&mut self, _: &Notice) -> Result<(), String> {
            Err("nobody".to_owned())
        }
        fn withdraw(&mut self, _: &str) {}
    }

    fn desk(bus: &OwnBus) -> (Bus, Receiver<Order>) {
        let (orders, received) = channel();
        let mut desk = Bus::new(orders.clone(), NoFallback);
        let connection = bus.connect();
        let signals = MatchRule::builder().msg_type(Type::Signal).path(PATH).unwrap();
        listen(&connection, signals.interface(NAME).unwrap().build(), desk.out.clone(), orders.clone()).unwrap();
        listen(&connection, owners().unwrap(), desk.out.clone(), orders).unwrap();
        desk.connection = Some(connection);
        (desk, received)
    }

    fn notice(key: &str) -> Notice {
        Notice { key: key.into(), title: "Move".into(), body: "It waits.".into(), action: None, urgent: true }
    }

    #[test]
    fn ux_05_after_a_restart_of_the_server_no_number_of_the_old_one_is_used_and_what_waits_is_shown_again_once() {
        let bus = OwnBus::start();
        let (first, heard) = server(&bus, true);
        let (mut desk, orders) = desk(&bus);
        desk.show(&notice("r1")).unwrap();
        desk.show(&notice("r2")).unwrap();
        desk.show(&notice("r1")).unwrap();
        assert_eq!(*heard.lock().unwrap(), ["notify 0 Move 6", "notify 0 Move 6", "notify 1 Move 6"]);
        first.close().unwrap();
        let (_second, heard) = server(&bus, true);
        assert!(matches!(orders.recv_timeout(Duration::from_secs(10)), Ok(Order::Again)));
        assert!(orders.try_recv().is_err(), "once");
        // Another program's notification has the number 1 by now.
        let other = bus.connect();
        notify(&other, NAME, 0, &notice("other")).unwrap();
        desk.withdraw("r2");
        desk.show(&notice("r1")).unwrap();
        desk.withdraw("r1");
        assert_eq!(*heard.lock().unwrap(), ["notify 0 Move 6", "notify 0 Move 6", "close 2"]);
    }

    #[test]
    fn ux_05_a_server_that_is_gone_before_anybody_heard_of_it_costs_nobody_a_notification() {
        let bus = OwnBus::start();
        let (first, _) = server(&bus, true);
        let (mut desk, _orders) = desk(&bus);
        desk.show(&notice("r1")).unwrap();
        let kept = std::mem::take(&mut *lock(&desk.out));
        first.close().unwrap();
        let (_second, heard) = server(&bus, true);
        // As if the news of the restart had not come yet.
        *lock(&desk.out) = kept;
        desk.withdraw("r1");
        assert_eq!(*heard.lock().unwrap(), Vec::<String>::new());
        *lock(&desk.out) = vec![Shown { id: 1, server: ":1.999".into(), key: "r2".into() }];
        desk.show(&notice("r2")).unwrap();
        assert_eq!(*heard.lock().unwrap(), ["notify 0 Move 6"]);
    }

    #[test]
    fn ux_05_a_server_without_buttons_is_sent_none() {
        let bus = OwnBus::start();
        let (_server, heard) = server(&bus, false);
        let (mut desk, _orders) = desk(&bus);
        desk.show(&notice("r1")).unwrap();
        assert_eq!(*heard.lock().unwrap(), ["notify 0 Move 0"]);
    }
}
