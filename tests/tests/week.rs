//! A week of automations with the real program: the clock is moved from outside (libfaketime), the hour of Sunday
//! 25 October 2026 comes twice, the computer sleeps, and `assent core` is killed (SIGKILL) at random moments, with runs
//! under way. Afterwards the history is read by a count that knows nothing of how the program finds its times: each is in
//! exactly one firing, and what a firing ran was done once. `ASSENT_WEEK_KILLS` says how often it is killed (else 20), and
//! `ASSENT_SEED` repeats a run.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::Home;
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Weekday, tz::TimeZone};
use rusqlite::Connection;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

const MINUTE: i64 = 60_000;
const ZONE: &str = "Europe/Warsaw";
const PATIENCE: Duration = Duration::from_secs(120);

/// xorshift64*: the same week for the same seed, but for the moments of the kills.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        i64::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).expect("31 bits") % below.max(1)
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn at(text: &str) -> i64 {
    text.parse::<Zoned>().expect("a moment").timestamp().as_millisecond()
}

/// One automation and when it is due, minute by minute of the wall clock.
struct Case {
    when: &'static str,
    missed: &'static str,
    due: fn(&Zoned) -> bool,
    // A fixed time that comes twice is due at the first.
    once: bool,
}

const CASES: &[Case] = &[
    Case { when: "every 15 minutes", missed: "once", due: |at| at.minute() % 15 == 0, once: false },
    Case { when: "every hour", missed: "skip", due: |at| at.minute() == 0, once: false },
    Case { when: "every day at 2:30", missed: "ask", due: |at| (at.hour(), at.minute()) == (2, 30), once: true },
    Case {
        when: "every weekday at 9",
        missed: "once",
        due: |at| (at.hour(), at.minute()) == (9, 0) && !matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday),
        once: true,
    },
    Case {
        when: "0 2,14 * * *",
        missed: "skip",
        due: |at| at.minute() == 0 && matches!(at.hour(), 2 | 14),
        once: true,
    },
];

fn expected(case: &Case, from: i64, to: i64) -> BTreeSet<i64> {
    let zone = TimeZone::get(ZONE).expect("a zone");
    let mut now = Timestamp::from_millisecond(from).expect("a moment").to_zoned(zone);
    let (mut found, mut walls) = (BTreeSet::new(), BTreeSet::new());
    loop {
        now = now.checked_add(1.minute()).expect("a minute later");
        let moment = now.timestamp().as_millisecond();
        if moment > to {
            return found;
        }
        if (case.due)(&now) && (walls.insert(now.datetime()) || !case.once) {
            found.insert(moment);
        }
    }
}

/// The clock of the programs that are dressed with it; it goes on by itself as a clock does.
struct MovedClock {
    library: PathBuf,
    file: PathBuf,
}

impl MovedClock {
    fn new(home: &Home) -> MovedClock {
        let places = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
        let library = places
            .chain([PathBuf::from("/usr/lib")])
            .map(|place| place.join("faketime/libfaketimeMT.so.1"))
            .find(|library| library.exists())
            .expect("libfaketime; `cargo xtask test` installs it");
        MovedClock { library, file: home.path().join("clock") }
    }

    // As so many seconds before or after the real time, which no hour that comes twice makes ambiguous.
    fn to(&self, now: i64) {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_millis();
        let ahead = now - i64::try_from(real).expect("a time");
        let text = format!("{}{}.{:03}\n", if ahead < 0 { '-' } else { '+' }, ahead.abs() / 1000, ahead.abs() % 1000);
        let beside = self.file.with_extension("new");
        fs::write(&beside, text).and_then(|()| fs::rename(&beside, &self.file)).expect("write the clock");
    }

    fn dress(&self, mut command: Command) -> Command {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
        command
    }

    // What the library shares in memory stays behind when nobody says goodbye.
    #[expect(clippy::unused_self, reason = "whoever is dressed with it is ended with it")]
    fn kill(&self, mut program: Child) {
        program.kill().expect("kill it");
        program.wait().expect("the end");
        for left in ["faketime_shm_", "sem.faketime_sem_"] {
            let _ = fs::remove_file(format!("/dev/shm/{left}{}", program.id()));
        }
    }

    fn run(&self, home: &Home, args: &[&str]) -> String {
        let output = self.dress(home.command(args)).output().expect("run assent");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        // 3: something waits for a person.
        assert!(matches!(output.status.code(), Some(0 | 3)), "{args:?}: {said}");
        said
    }
}

#[test]
fn each_firing_of_a_week_with_sleep_dst_and_real_kills_is_accounted_for_once() {
    let (kills, seed) = (number("ASSENT_WEEK_KILLS", 20), number("ASSENT_SEED", 20_261_025));
    eprintln!("a week: ASSENT_SEED={seed} ASSENT_WEEK_KILLS={kills}");
    let (home, mut dice) = (Home::new(), Dice(seed | 1));
    let clock = MovedClock::new(&home);
    let (from, to) = (at("2026-10-21T12:00:00[Europe/Warsaw]"), at("2026-10-28T11:55:00[Europe/Warsaw]"));
    clock.to(from + MINUTE / 2);
    for case in CASES {
        let goal = format!("add to-do seen to {}", case.when.replace(' ', "-"));
        let how = ["--missed", case.missed, "--overlap", "queue", "--per-hour", "1000", "--mode", "semi"];
        let what = ["automation", "add", &goal, "--name", case.when, "--when", case.when, "--on"];
        clock.run(&home, &[&what[..], &how[..]].concat());
    }
    let whole = beginning(&home, &clock);
    let mut now = from + MINUTE / 2;
    for life in 0..kills {
        let left = i64::try_from(kills - life).expect("a count");
        // Mostly a little, sometimes a night with the lid closed.
        let step = (to - now) / left;
        now = (now + if dice.roll(4) == 0 { dice.roll(4 * step) } else { dice.roll(step + step / 2) }).min(to);
        clock.to(now);
        let mut core = clock.dress(home.command(&["core"]));
        let mut core = core.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start assent core");
        std::thread::sleep(whole.mul_f64(dice.roll(1000) as f64 / 1000.0));
        if dice.roll(3) == 0 {
            // The clock goes on while it runs; it looks at it every second.
            now = (now + dice.roll(30 * MINUTE)).min(to);
            clock.to(now);
            std::thread::sleep(Duration::from_millis(u64::try_from(dice.roll(1500)).expect("a time")));
        }
        assert!(core.try_wait().expect("look at the program").is_none(), "it ended by itself");
        clock.kill(core);
        if life == kills / 2 {
            // The user looks in once; after a week without them automations would sleep.
            clock.run(&home, &["digest", "--seen"]);
        }
    }
    settle(&home, &clock, to);
    verify(&home, from, to, kills);
    clock.run(&home, &["verify"]);
}

// How long it takes from the start to what the first beat sets off.
fn beginning(home: &Home, clock: &MovedClock) -> Duration {
    let since = Instant::now();
    clock.run(home, &["inbox"]);
    since.elapsed() * 2 + Duration::from_millis(500)
}

// At the end of the week everything that was put off is seen to.
fn settle(home: &Home, clock: &MovedClock, to: i64) {
    clock.to(to);
    let mut core = clock.dress(home.command(&["core"]));
    let core = core.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start assent core");
    let since = Instant::now();
    let database = database(&home.data());
    let open = "SELECT (SELECT count(*) FROM run WHERE status = 'running') +
        (SELECT count(*) FROM firing WHERE status = 'queued') +
        (SELECT count(*) FROM automation_cursor WHERE next_at <= ?)";
    while database.query_row(open, [to], |row| row.get::<_, i64>(0)).expect("a count") > 0 {
        // The clock stands still meanwhile, or the week would go on.
        clock.to(to);
        assert!(since.elapsed() < PATIENCE, "it does not come to rest");
        std::thread::sleep(Duration::from_millis(50));
    }
    clock.kill(core);
}

fn database(data: &Path) -> Connection {
    let database = Connection::open(data.join("assent.db")).expect("open the history");
    database.busy_timeout(PATIENCE).expect("patience");
    database
}

/// Due, until, how many, how, and the run.
type Row = (i64, i64, i64, String, Option<i64>);

fn verify(home: &Home, from: i64, to: i64, kills: u64) {
    let database = database(&home.data());
    let (mut times, mut runs) = (0, BTreeSet::new());
    for case in CASES {
        let mut asked = database
            .prepare(
                "SELECT due_at, until_at, count, status, run_id FROM firing
                 WHERE automation_id = (SELECT id FROM automation WHERE name = ?)",
            )
            .expect("a question");
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
        let rows: Vec<Row> = asked.query_map([case.when], read).expect("rows").map(|row| row.expect("a row")).collect();
        let (expected, mut seen) = (expected(case, from, to), BTreeSet::new());
        for row @ (due, until, count, status, run) in &rows {
            let span: Vec<i64> = expected.range(due..=until).copied().collect();
            assert_eq!(i64::try_from(span.len()).expect("a count"), *count, "{}: {row:?}", case.when);
            assert!(span.iter().all(|due| seen.insert(*due)), "{} twice: {row:?}", case.when);
            assert_eq!(run.is_some(), status == "started", "{}: {row:?}", case.when);
            assert!(run.is_none_or(|run| runs.insert(run)), "{}: a run belongs to one firing: {row:?}", case.when);
        }
        assert_eq!(seen, expected, "{}: each time is in a firing", case.when);
        times += expected.len();
    }
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
    assert_eq!(count("SELECT count(*) FROM run"), i64::try_from(runs.len()).expect("a count"), "no run of nothing");
    assert_eq!(count("SELECT count(*) FROM run WHERE status NOT IN ('done', 'waiting')"), 0, "each came to its end");
    let twice =
        "SELECT count(*) FROM (SELECT run_id FROM action WHERE tool = 'todos.add' GROUP BY run_id HAVING count(*) > 1)";
    assert_eq!(count(twice), 0, "no run asked twice");
    let succeeded = count("SELECT count(*) FROM action WHERE tool = 'todos.add' AND status = 'succeeded'");
    let unknown = count("SELECT count(*) FROM action WHERE tool = 'todos.add' AND status = 'unknown'");
    assert_eq!(succeeded + unknown, i64::try_from(runs.len()).expect("a count"), "each run did its one thing");
    let done = todos(&home.path().join("Notes"));
    assert!((succeeded..=succeeded + unknown).contains(&done), "{done} to-dos, {succeeded} done, {unknown} unknown");
    eprintln!(
        "{kills} kills, {times} times: {} started, {unknown} of them unknown, {} missed, {} asked about",
        runs.len(),
        count("SELECT ifnull(sum(count), 0) FROM firing WHERE status = 'missed'"),
        count("SELECT ifnull(sum(count), 0) FROM firing WHERE status = 'asked'"),
    );
}

// The list alone: a copy that was on its way in when the kill came is nobody's list.
fn todos(notes: &Path) -> i64 {
    let list = fs::read_to_string(notes.join("todo.md")).expect("the list");
    i64::try_from(list.matches("seen to").count()).expect("a count")
}
