//! A simulated week: the clock is the test's, the hour of Sunday 25 October 2026 comes twice, the computer sleeps, and the
//! program is ended at 200 moments, with runs under way. Each time of each automation is accounted for exactly once, by a
//! count that knows nothing of how the program finds its times.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::scripted::ScriptedModel;
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    AutomationDraft, AutomationId, Firing, FiringStatus, Missed, Overlap, RunId, Trigger, wire::Change,
};
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Weekday, tz::TimeZone};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tempfile::TempDir;

const MINUTE: i64 = 60_000;
const ZONE: &str = "Europe/Warsaw";
const KILLS: usize = 200;

struct MovedClock(AtomicI64);

impl Host for MovedClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    fn zone(&self) -> String {
        ZONE.to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, _: Notice) {}
    fn withdraw(&self, _: &str) {}
}

/// xorshift64*: the same week for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        i64::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % below
    }
}

fn at(text: &str) -> i64 {
    text.parse::<Zoned>().unwrap().timestamp().as_millisecond()
}

/// One automation and when it is due, minute by minute of the wall clock.
struct Case {
    when: &'static str,
    missed: Missed,
    due: fn(&Zoned) -> bool,
    // A fixed time that comes twice is due at the first.
    once: bool,
}

const CASES: &[Case] = &[
    Case { when: "every 15 minutes", missed: Missed::Once, due: |at| at.minute() % 15 == 0, once: false },
    Case { when: "every hour", missed: Missed::Skip, due: |at| at.minute() == 0, once: false },
    Case { when: "every day at 2:30", missed: Missed::Ask, due: |at| (at.hour(), at.minute()) == (2, 30), once: true },
    Case {
        when: "every weekday at 9",
        missed: Missed::Once,
        due: |at| (at.hour(), at.minute()) == (9, 0) && !matches!(at.weekday(), Weekday::Saturday | Weekday::Sunday),
        once: true,
    },
    Case {
        when: "0 2,14 * * *",
        missed: Missed::Skip,
        due: |at| at.minute() == 0 && matches!(at.hour(), 2 | 14),
        once: true,
    },
];

fn expected(case: &Case, from: i64, to: i64) -> BTreeSet<i64> {
    let mut now = Timestamp::from_millisecond(from).unwrap().to_zoned(TimeZone::get(ZONE).unwrap());
    let (mut found, mut walls) = (BTreeSet::new(), BTreeSet::new());
    loop {
        now = now.checked_add(1.minute()).unwrap();
        let moment = now.timestamp().as_millisecond();
        if moment > to {
            return found;
        }
        if (case.due)(&now) && (walls.insert(now.datetime()) || !case.once) {
            found.insert(moment);
        }
    }
}

fn open(home: &TempDir, host: &Arc<MovedClock>) -> Engine {
    loop {
        let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
        match Engine::open_with(config, host.clone(), Some(Arc::new(ScriptedModel::new(vec![])))) {
            Ok(engine) => return engine,
            // The threads of the life before still hold the folder.
            Err(error) if error.message.contains("already open") => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn each_firing_of_a_week_with_sleep_dst_and_200_kills_is_accounted_for_once() {
    let seed = std::env::var("ASSENT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_025);
    let mut dice = Dice(seed);
    let home = TempDir::new().unwrap();
    let (from, to) = (at("2026-10-21T12:00[Europe/Warsaw]"), at("2026-10-28T12:00[Europe/Warsaw]"));
    let host = Arc::new(MovedClock(AtomicI64::new(from)));
    let ids: Vec<AutomationId> = {
        let engine = open(&home, &host);
        let add = |case: &Case| {
            let trigger = Trigger::Time { when: case.when.to_owned(), zone: None };
            let mut draft = AutomationDraft::new(case.when, "look", trigger);
            (draft.missed, draft.overlap, draft.per_hour) = (case.missed, Overlap::Queue, 1000);
            engine.add_automation(draft, true).unwrap().row.automation.id
        };
        CASES.iter().map(add).collect()
    };
    let mut now = from;
    for life in 0..=KILLS {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        {
            let _inside = runtime.enter();
            let engine = open(&home, &host);
            engine.resume_all();
            let last = life == KILLS;
            if life == KILLS / 2 {
                // The user looks in once; after a week without them automations would sleep.
                engine.digest_seen(0).unwrap();
            }
            let beats = 1 + dice.roll(5);
            for beat in 0..beats {
                // Mostly small steps, sometimes a night with the lid closed.
                now += match dice.roll(12) {
                    0 => 60 * MINUTE + dice.roll(600 * MINUTE),
                    1..4 => dice.roll(40 * MINUTE),
                    _ => dice.roll(2 * MINUTE),
                };
                now = now.min(to);
                if last && beat == beats - 1 {
                    now = to;
                }
                host.0.store(now, Ordering::SeqCst);
                engine.tick();
            }
            if last {
                settle(&engine, &runtime, &host, now);
                verify(&engine, &ids, from, to);
            }
        }
        // Nobody says goodbye: what was being driven ends wherever it is.
        runtime.shutdown_background();
    }
}

// At the end of the week everything that was put off is seen to.
fn settle(engine: &Engine, runtime: &tokio::runtime::Runtime, host: &MovedClock, now: i64) {
    for second in 0..200 {
        for row in engine.runs().unwrap() {
            runtime.block_on(engine.drive(row.run.id)).unwrap();
        }
        host.0.store(now + second, Ordering::SeqCst);
        engine.tick();
    }
}

fn verify(engine: &Engine, ids: &[AutomationId], from: i64, to: i64) {
    assert!(engine.verify().unwrap().ok);
    // The digest has every firing, not only the last ones of each.
    let digest = engine.digest_since(0).unwrap();
    let all: Vec<_> = [&digest.done, &digest.waiting, &digest.failed, &digest.skipped].into_iter().flatten().collect();
    let mut runs: BTreeMap<RunId, u32> = BTreeMap::new();
    for (case, id) in CASES.iter().zip(ids) {
        let expected = expected(case, from, to);
        let counted: u32 = all.iter().filter(|line| line.automation == Some(*id)).map(|line| line.count).sum();
        assert_eq!(counted as usize, expected.len(), "{}", case.when);
        // What is still shown one by one lies on the times, and no time is in two rows.
        let mut seen = BTreeSet::new();
        for firing in engine.automation(*id).unwrap().firings {
            let span: Vec<i64> = expected.range(firing.due_at..=firing.until_at).copied().collect();
            assert_eq!(span.len(), firing.count as usize, "{}: {firing:?}", case.when);
            for due in span {
                assert!(seen.insert(due), "{} twice: {firing:?}", case.when);
            }
            one_run(&firing, &mut runs);
        }
    }
    assert!(runs.values().all(|count| *count == 1), "a run belongs to one firing");
    let made = engine.runs().unwrap();
    assert!(made.iter().all(|row| row.run.automation.is_some()));
    assert!(!digest.done.is_empty() && !digest.skipped.is_empty(), "{}", digest.words);
}

fn one_run(firing: &Firing, runs: &mut BTreeMap<RunId, u32>) {
    assert_eq!(firing.run.is_some(), firing.status == FiringStatus::Started, "{firing:?}");
    if let Some(run) = firing.run {
        *runs.entry(run).or_default() += 1;
    }
}
