//! Notifications: only while the window is not looked at, one per run, replaced rather than stacked, withdrawn once
//! answered, and with the title and the engine's few fixed words only. A click opens the card; no button decides.

#[cfg(target_os = "linux")]
mod bus;
mod plugin;

use crate::window;
use assent_engine::Notice;
use assent_protocol::ActionId;
use std::{
    collections::HashMap,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};
use tauri::AppHandle;

/// How long "Later" is.
const LATER: Duration = Duration::from_secs(15 * 60);

/// Puts notifications on the desktop. What the user does with one comes back as [`Order::Pressed`].
pub trait Notifier: Send {
    /// Shows one, in the place of an older one with the same key.
    fn show(&mut self, notice: &Notice) -> Result<(), String>;
    /// Takes one away; nothing happens if it is gone.
    fn withdraw(&mut self, key: &str);
}

/// What the user did with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// A click on it, or on "Open".
    Open,
    /// "Later".
    Later,
}

impl Press {
    // A name that is not ours is a click on the notification itself, under one of its many names.
    fn named(name: &str) -> Press {
        if name == LATER_BUTTON { Press::Later } else { Press::Open }
    }
}

const OPEN_BUTTON: &str = "open";
const LATER_BUTTON: &str = "later";

/// Something for the desk to do.
pub enum Order {
    /// A notice from the engine.
    Show(Notice),
    /// It was answered.
    Withdraw(String),
    /// The user did something with one.
    Pressed(String, Press),
    /// The desktop forgot what it showed.
    Again,
}

/// The way to the notifications' own thread, so that a slow desktop never holds up the engine.
pub struct Notifications {
    orders: Sender<Order>,
}

impl Notifications {
    /// Starts the thread, which ends with the program.
    pub fn start(app: AppHandle) -> Self {
        let (orders, received) = mpsc::channel();
        let back = orders.clone();
        let started = std::thread::Builder::new()
            .name("notifications".into())
            .spawn(move || serve(&app, &received, Desk::new(notifier(&app, back))));
        if let Err(error) = started {
            eprintln!("Assent goes on without notifications: {error}");
        }
        Notifications { orders }
    }

    /// Shows a notice, unless the window is looked at.
    pub fn show(&self, notice: Notice) {
        let _ = self.orders.send(Order::Show(notice));
    }

    /// Takes the notice with this key away, shown or put off.
    pub fn withdraw(&self, key: &str) {
        let _ = self.orders.send(Order::Withdraw(key.to_owned()));
    }
}

#[cfg(target_os = "linux")]
fn notifier(app: &AppHandle, orders: Sender<Order>) -> Box<dyn Notifier> {
    Box::new(bus::Bus::new(orders.clone(), plugin::Plugin::new(app, orders)))
}

#[cfg(not(target_os = "linux"))]
fn notifier(app: &AppHandle, orders: Sender<Order>) -> Box<dyn Notifier> {
    Box::new(plugin::Plugin::new(app, orders))
}

fn serve(app: &AppHandle, orders: &Receiver<Order>, mut desk: Desk) {
    loop {
        let next = match desk.next_due() {
            None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => orders.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        let now = Instant::now();
        match next {
            Ok(order) => match desk.take(order, now, window::is_looked_at(app)) {
                Some(Wanted::Card(action)) => window::open_card(app, action),
                Some(Wanted::Window) => window::show(app),
                None => {}
            },
            Err(RecvTimeoutError::Timeout) => desk.show_due(now),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// What a press asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Card(ActionId),
    Window,
}

/// Which notices are out and which were put off.
struct Desk {
    notifier: Box<dyn Notifier>,
    out: HashMap<String, Notice>,
    later: HashMap<String, (Instant, Notice)>,
}

impl Desk {
    fn new(notifier: Box<dyn Notifier>) -> Self {
        Desk { notifier, out: HashMap::new(), later: HashMap::new() }
    }

    fn take(&mut self, order: Order, now: Instant, looked_at: bool) -> Option<Wanted> {
        match order {
            Order::Show(_) if looked_at => None,
            Order::Show(notice) => {
                self.show(notice);
                None
            }
            Order::Withdraw(key) => {
                self.later.remove(&key);
                if self.out.remove(&key).is_some() {
                    self.notifier.withdraw(&key);
                }
                None
            }
            // Whoever looks at the window sees what waits there.
            Order::Again if looked_at => None,
            Order::Again => {
                let out: Vec<Notice> = self.out.values().cloned().collect();
                out.into_iter().for_each(|notice| self.show(notice));
                None
            }
            Order::Pressed(key, press) => {
                let notice = self.out.remove(&key)?;
                self.notifier.withdraw(&key);
                if press == Press::Later {
                    self.later.insert(key, (now + LATER, notice));
                    return None;
                }
                Some(notice.action.map_or(Wanted::Window, Wanted::Card))
            }
        }
    }

    fn show(&mut self, notice: Notice) {
        self.later.remove(&notice.key);
        match self.notifier.show(&notice) {
            Ok(()) => drop(self.out.insert(notice.key.clone(), notice)),
            Err(error) => eprintln!("A notification could not be shown: {error}"),
        }
    }

    fn next_due(&self) -> Option<Instant> {
        self.later.values().map(|(due, _)| *due).min()
    }

    fn show_due(&mut self, now: Instant) {
        let due: Vec<Notice> =
            self.later.values().filter(|(due, _)| *due <= now).map(|(_, notice)| notice.clone()).collect();
        for notice in due {
            self.show(notice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Recorded(Arc<Mutex<Vec<String>>>);

    impl Notifier for Recorded {
        fn show(&mut self, notice: &Notice) -> Result<(), String> {
            self.0.lock().unwrap().push(format!("show {} {:?}", notice.key, notice.title));
            Ok(())
        }

        fn withdraw(&mut self, key: &str) {
            self.0.lock().unwrap().push(format!("withdraw {key}"));
        }
    }

    fn desk() -> (Desk, Recorded) {
        let recorded = Recorded::default();
        (Desk::new(Box::new(recorded.clone())), recorded)
    }

    fn notice(key: &str, action: Option<i64>) -> Notice {
        Notice {
            key: key.into(),
            title: "Move 2 files".into(),
            body: "It waits for you.".into(),
            action: action.map(ActionId),
            urgent: true,
        }
    }

    #[track_caller]
    fn check(recorded: &Recorded, expected: &[&str]) {
        assert_eq!(*recorded.0.lock().unwrap(), expected);
    }

    #[test]
    fn nothing_is_shown_while_the_window_is_looked_at() {
        let (mut desk, recorded) = desk();
        desk.take(Order::Show(notice("r1", Some(1))), Instant::now(), true);
        check(&recorded, &[]);
    }

    #[test]
    fn a_click_opens_the_newest_card_of_its_run_once() {
        let (mut desk, _) = desk();
        let now = Instant::now();
        desk.take(Order::Show(notice("r1", Some(1))), now, false);
        desk.take(Order::Show(notice("r1", Some(2))), now, false);
        let pressed = || Order::Pressed("r1".into(), Press::Open);
        assert_eq!(desk.take(pressed(), now, false), Some(Wanted::Card(ActionId(2))));
        assert_eq!(desk.take(pressed(), now, false), None);
    }

    #[test]
    fn an_answered_notice_is_withdrawn_once() {
        let (mut desk, recorded) = desk();
        let now = Instant::now();
        desk.take(Order::Show(notice("r1", None)), now, false);
        desk.take(Order::Withdraw("r1".into()), now, false);
        desk.take(Order::Withdraw("r1".into()), now, false);
        check(&recorded, &["show r1 \"Move 2 files\"", "withdraw r1"]);
    }

    #[test]
    fn a_notice_put_off_comes_back_unless_it_was_answered() {
        let (mut desk, recorded) = desk();
        let now = Instant::now();
        for key in ["r1", "r2"] {
            desk.take(Order::Show(notice(key, None)), now, false);
            assert_eq!(desk.take(Order::Pressed(key.into(), Press::Later), now, false), None);
        }
        desk.take(Order::Withdraw("r2".into()), now, false);
        recorded.0.lock().unwrap().clear();
        desk.show_due(now);
        check(&recorded, &[]);
        assert_eq!(desk.next_due(), Some(now + LATER));
        desk.show_due(now + LATER);
        check(&recorded, &["show r1 \"Move 2 files\""]);
        assert_eq!(desk.next_due(), None);
    }

    #[test]
    fn ux_05_what_is_out_and_not_answered_is_shown_again_when_the_desktop_forgot_it() {
        let (mut desk, recorded) = desk();
        let now = Instant::now();
        for key in ["r1", "r2"] {
            desk.take(Order::Show(notice(key, None)), now, false);
        }
        desk.take(Order::Withdraw("r2".into()), now, false);
        recorded.0.lock().unwrap().clear();
        desk.take(Order::Again, now, true);
        check(&recorded, &[]);
        desk.take(Order::Again, now, false);
        check(&recorded, &["show r1 \"Move 2 files\""]);
    }

    #[test]
    fn app_13_no_button_of_a_notification_decides() {
        assert_eq!(Press::named("default"), Press::Open);
        assert_eq!(Press::named("tap"), Press::Open);
        assert_eq!(Press::named("approve"), Press::Open);
        assert_eq!(Press::named(LATER_BUTTON), Press::Later);
    }
}
