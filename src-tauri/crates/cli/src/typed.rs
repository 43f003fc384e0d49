//! What a person types as an answer to a question on the terminal. Keys that were pressed before the question stood
//! there were meant for something else: they are thrown away. What comes from a pipe is read as it is.

use std::io;
use std::thread::sleep;
use std::time::Duration;

/// How long a new card or question takes no answer. As long as the buttons of the window's cards.
const DEAF: Duration = Duration::from_millis(700);
/// Lines that come within this time of one another were pasted: nobody types so fast.
#[cfg(unix)]
const PASTED: Duration = Duration::from_millis(30);

/// Waits until whoever types can have seen what was just drawn, and forgets what was typed until then.
pub fn let_it_be_seen() {
    sleep(DEAF);
    forget();
}

/// Forgets what was typed and not read yet. Does nothing where the input is no terminal.
pub fn forget() {
    #[cfg(unix)]
    {
        use rustix::termios::{QueueSelector, isatty, tcflush};
        let input = io::stdin();
        // A terminal that went away gives the end of the input at the next reading.
        let _ = isatty(&input).then(|| tcflush(&input, QueueSelector::IFlush));
    }
}

/// The lines that came at once: one if they were typed, several if they were pasted. `None` at the end of the input.
pub fn lines() -> Option<Vec<String>> {
    let first = line()?;
    let mut lines = vec![first];
    while more_waits() {
        match line() {
            Some(line) => lines.push(line),
            None => break,
        }
    }
    Some(lines)
}

// Without the standard library's buffer, in which a line could outlive `forget`. A terminal gives one line at a time.
#[cfg(unix)]
fn line() -> Option<String> {
    let mut line = Vec::new();
    let mut byte = [0u8; 1];
    loop {
        match rustix::io::read(io::stdin(), &mut byte) {
            Ok(0) if line.is_empty() => return None,
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) => line.push(byte[0]),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
    Some(String::from_utf8_lossy(&line).into_owned())
}

#[cfg(not(unix))]
fn line() -> Option<String> {
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    read.is_ok_and(|count| count > 0).then_some(line)
}

#[cfg(unix)]
fn more_waits() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let input = io::stdin();
    let wait = Timespec::try_from(PASTED).ok();
    poll(&mut [PollFd::new(&input, PollFlags::IN)], wait.as_ref()).is_ok_and(|ready| ready > 0)
}

#[cfg(not(unix))]
fn more_waits() -> bool {
    false
}
