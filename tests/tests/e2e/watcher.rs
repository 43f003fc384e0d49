//! A stand-in for the part of a desktop that draws trays: it takes in whoever registers and presses their menu.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use zbus::{
    Connection, Proxy, connection, interface,
    message::Header,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

const NAME: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";

type Items = Arc<Mutex<Vec<(String, String)>>>;
type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The tray of a desktop, as long as it is kept.
pub struct Watcher {
    connection: Connection,
    items: Items,
}

struct Server(Items);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Server {
    // An item gives its object path, or a bus name that has the item at the usual path.
    fn register_status_notifier_item(&self, #[zbus(header)] header: Header<'_>, service: String) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let item =
            if service.starts_with('/') { (sender, service) } else { (service, "/StatusNotifierItem".to_owned()) };
        self.0.lock().expect("the items").push(item);
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().expect("the items").iter().map(|(name, path)| format!("{name}{path}")).collect()
    }
}

impl Watcher {
    /// Takes the watcher's name on the test's own bus.
    pub async fn start() -> Watcher {
        let items = Items::default();
        let connection = connection::Builder::session()
            .and_then(|builder| builder.name(NAME))
            .and_then(|builder| builder.serve_at(PATH, Server(Arc::clone(&items))))
            .expect("describe a tray")
            .build()
            .await
            .expect("start a tray: run under `dbus-run-session`");
        Watcher { connection, items }
    }

    /// The words in the menu of the one item, once it is there.
    pub async fn menu(&self) -> Option<Vec<String>> {
        Some(self.entries().await?.into_iter().map(|(_, words)| words).collect())
    }

    /// Presses the entry with these words, if it is there.
    pub async fn press(&self, words: &str) -> Option<()> {
        let (id, _) = self.entries().await?.into_iter().find(|(_, label)| label == words)?;
        let menu = self.proxy("com.canonical.dbusmenu").await?;
        menu.call_method("Event", &(id, "clicked", Value::from(0i32), 0u32)).await.ok()?;
        Some(())
    }

    /// Gives the name back.
    pub async fn stop(self) {
        self.connection.close().await.expect("stop the tray");
    }

    async fn entries(&self) -> Option<Vec<(i32, String)>> {
        let menu = self.proxy("com.canonical.dbusmenu").await?;
        let nothing: Vec<&str> = Vec::new();
        let reply = menu.call_method("GetLayout", &(0i32, -1i32, nothing)).await.ok()?;
        let (_, (_, _, children)): (u32, Node) = reply.body().deserialize().ok()?;
        let entry = |child: OwnedValue| {
            let (id, properties, _) = Node::try_from(child).ok()?;
            Some((id, String::try_from(properties.get("label")?.try_clone().ok()?).ok()?))
        };
        Some(children.into_iter().filter_map(entry).collect())
    }

    async fn proxy(&self, interface: &'static str) -> Option<Proxy<'static>> {
        let (name, path) = self.items.lock().expect("the items").last()?.clone();
        let item = Proxy::new(&self.connection, name.clone(), path, "org.kde.StatusNotifierItem").await.ok()?;
        let menu: OwnedObjectPath = item.get_property("Menu").await.ok()?;
        Proxy::new(&self.connection, name, menu, interface).await.ok()
    }
}
