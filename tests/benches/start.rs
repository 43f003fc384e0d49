//! From the start of the program to a window that can be used, beside that of a bare shell with one button. Both show
//! their window when their page says that it is there, and the X server is asked when it was shown. The two take turns,
//! so that whatever else the machine does falls on both. `ASSENT_DESKTOP` and `ASSENT_BARE` name the programs.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot be set up has no number")]

use assent_tests::Home;
use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use x11rb::{
    connection::Connection,
    protocol::{
        Event,
        xproto::{AtomEnum, ChangeWindowAttributesAux, ConnectionExt, EventMask, Window},
    },
    rust_connection::RustConnection,
};

const ROUNDS: usize = 15;
const PATIENCE: Duration = Duration::from_secs(30);
/// At most this much of the bare shell's time.
const GOAL: f64 = 1.3;

fn main() {
    let (Some(desktop), Some(bare)) = (named("ASSENT_DESKTOP"), named("ASSENT_BARE")) else {
        return println!("start: left out, because ASSENT_DESKTOP and ASSENT_BARE name no programs");
    };
    let home = Home::new();
    let (server, screen) = x11rb::connect(None).unwrap();
    let root = server.setup().roots[screen].root;
    let mapped = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
    server.change_window_attributes(root, &mapped).unwrap().check().unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (one, other) = (start(&server, &home, &desktop, b"Assent"), start(&server, &home, &bare, b"Bare"));
        // The first pair only warms the disk's cache and makes the data folder.
        if round > 0 {
            ours.push(one);
            theirs.push(other);
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    let reached = if ratio <= GOAL { "reached" } else { "not reached" };
    println!("start to usable window    {ours:.0?}, bare shell {theirs:.0?}: {ratio:.2} times, goal {GOAL} {reached}");
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|program| program.is_file())
}

fn start(server: &RustConnection, home: &Home, program: &PathBuf, title: &[u8]) -> Duration {
    let mut command = Command::new(program);
    home.dress(&mut command);
    // The bench's own bus, which ends with it.
    command.envs(std::env::var_os("DBUS_SESSION_BUS_ADDRESS").map(|bus| ("DBUS_SESSION_BUS_ADDRESS", bus)));
    while server.poll_for_event().unwrap().is_some() {}
    let begin = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let time = loop {
        assert!(begin.elapsed() < PATIENCE, "{} shows no window", program.display());
        match server.poll_for_event().unwrap() {
            Some(Event::MapNotify(event)) if is_called(server, event.window, title) => break begin.elapsed(),
            Some(_) => {}
            None => std::thread::sleep(Duration::from_micros(500)),
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    time
}

fn is_called(server: &RustConnection, window: Window, title: &[u8]) -> bool {
    let asked = server.get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64);
    asked.is_ok_and(|asked| asked.reply().is_ok_and(|reply| reply.value == title))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
