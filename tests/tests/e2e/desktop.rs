//! A stand-in for the desktop's notification server: it records what is shown and clicks when a test says so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use zbus::{Connection, connection, interface, object_server::SignalEmitter, zvariant::OwnedValue};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// One call of Notify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The number it got.
    pub id: u32,
    /// The number it replaces, or 0.
    pub replaces: u32,
    /// First line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// Names of its buttons, `default` for a click on itself.
    pub buttons: Vec<String>,
    /// 0 low, 1 normal, 2 critical.
    pub urgency: Option<u8>,
}

#[derive(Default)]
struct Log {
    shown: Vec<Shown>,
    closed: Vec<u32>,
}

/// The server, as long as it is kept.
pub struct Desktop {
    connection: Connection,
    log: Arc<Mutex<Log>>,
}

struct Server(Arc<Mutex<Log>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    #[expect(clippy::too_many_arguments, reason = "the specification has eight")]
    fn notify(
        &self,
        _program: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut log = self.0.lock().expect("the log");
        let id = if replaces == 0 { log.shown.len() as u32 + 1 } else { replaces };
        let buttons = actions.chunks(2).map(|pair| pair[0].clone()).collect();
        let urgency = hints.get("urgency").and_then(|value| u8::try_from(value).ok());
        log.shown.push(Shown { id, replaces, title, body, buttons, urgency });
        id
    }

    fn close_notification(&self, id: u32) {
        self.0.lock().expect("the log").closed.push(id);
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".into(), "body".into()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("assent-tests".into(), "assent".into(), "1".into(), "1.2".into())
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action_key: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}

impl Desktop {
    /// Takes the server's name on the test's own bus.
    pub async fn start() -> Desktop {
        let log = Arc::<Mutex<Log>>::default();
        let connection = connection::Builder::session()
            .and_then(|builder| builder.name(NAME))
            .and_then(|builder| builder.serve_at(PATH, Server(Arc::clone(&log))))
            .expect("describe a notification server")
            .build()
            .await
            .expect("start a notification server: run under `dbus-run-session`");
        Desktop { connection, log }
    }

    /// Everything shown so far.
    pub fn shown(&self) -> Vec<Shown> {
        self.log.lock().expect("the log").shown.clone()
    }

    /// The numbers of what was withdrawn.
    pub fn closed(&self) -> Vec<u32> {
        self.log.lock().expect("the log").closed.clone()
    }

    /// Clicks: on the notification itself with `default`, else on a button.
    pub async fn click(&self, id: u32, button: &str) {
        let server = self.connection.object_server().interface::<_, Server>(PATH).await.expect("the server");
        Server::action_invoked(server.signal_emitter(), id, button).await.expect("send a click");
    }

    /// Gives the name back, so that another server can have it.
    pub async fn stop(self) {
        self.connection.close().await.expect("stop the notification server");
    }
}
