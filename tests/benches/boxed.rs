//! What the sandbox adds to a command line that nobody was asked about, beside the bare line in the same run; and how long
//! a complete look through a folder of 100,000 entries takes, the first time and again.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot be set up has no number")]

use assent_protocol::Grant;
use assent_tools::{
    sandbox::{Sandbox, beside},
    scan::scan,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

const ROUNDS: usize = 41;
const LINE: &[&str] = &["/bin/bash", "-c", "grep -c word notes.txt"];
const FOLDERS: usize = 2_000;
const FILES: usize = 49;

fn main() {
    let home = tempfile::tempdir().unwrap();
    let work = home.path().canonicalize().unwrap().join("work");
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join("notes.txt"), "word\n".repeat(1000)).unwrap();
    line(&work);
    look(home.path());
}

// The two take turns, so that what else the machine does weighs on both alike.
fn line(work: &Path) {
    let stop = AtomicBool::new(false);
    let (mut bare, mut boxed) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(measured(|| {
            let mut command = Command::new(LINE[0]);
            command.args(&LINE[1..]).current_dir(work).stdin(Stdio::null()).stdout(Stdio::null());
            assert!(command.status().unwrap().success());
        }));
        boxed.push(measured(|| {
            let sandbox = Sandbox::reading(work.to_owned(), vec![work.to_owned()]);
            let ran = sandbox.run(LINE, &stop).unwrap();
            assert_eq!(String::from_utf8_lossy(&ran.output).trim(), "1000");
        }));
    }
    let of = |list: &mut Vec<(Duration, Duration)>| (median(list, |one| one.0), mean(list));
    let ((bare_clock, bare_work), (clock, work)) = (of(&mut bare), of(&mut boxed));
    println!("line in the box: {clock:.1?} by the clock, {work:.1?} of processor");
    println!("line alone:      {bare_clock:.1?} by the clock, {bare_work:.1?} of processor");
    println!(
        "the box adds:    {:.1?} by the clock (goal 40 ms), {:.1?} of processor (goal 25 ms)",
        clock.saturating_sub(bare_clock),
        work.saturating_sub(bare_work)
    );
}

fn look(home: &Path) {
    let work = home.join("many");
    for folder in 0..FOLDERS {
        let folder = work.join(format!("d{}/e{}", folder / 50, folder % 50));
        fs::create_dir_all(&folder).unwrap();
        (0..FILES).for_each(|file| drop(fs::File::create(folder.join(format!("f{file}.txt"))).unwrap()));
    }
    let mut place = beside(home, &home.join("data"));
    place.grants.push(Grant { folder: work.display().to_string(), shared: false });
    // A folder that changed just now is not trusted to be known; the clock of the disk has to move on first.
    std::thread::sleep(Duration::from_millis(200));
    let took = |work: &PathBuf| {
        let began = Instant::now();
        (scan(work, &place).unwrap().entries, began.elapsed())
    };
    let (entries, first) = took(&work);
    let mut again: Vec<Duration> = (0..5).map(|_| took(&work).1).collect();
    again.sort();
    println!(
        "{entries} entries looked through: {first:.1?} at first (goal 300 ms), {:.1?} again (goal 30 ms)",
        again[2]
    );
}

// By the clock, and the time that this program and the children it has waited for spent on a processor.
fn measured(work: impl FnOnce()) -> (Duration, Duration) {
    let (began, before) = (Instant::now(), spent());
    work();
    (began.elapsed(), spent().saturating_sub(before))
}

// The system counts it in ticks of 10 ms: too coarse for one line, and fair over all rounds.
fn spent() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(4);
    Duration::from_millis(10 * fields.map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>())
}

fn mean(list: &[(Duration, Duration)]) -> Duration {
    list.iter().map(|one| one.1).sum::<Duration>() / u32::try_from(list.len()).unwrap()
}

fn median<T>(list: &mut [T], by: impl Fn(&T) -> Duration) -> Duration {
    let mut all: Vec<Duration> = list.iter().map(by).collect();
    all.sort();
    all[all.len() / 2]
}
