//! What automations are set off by can be anything: floods, enormous or meaningless answers, a clock that is set wrong,
//! folders that come and go, automations that set one another off. Each is a line in the digest; nothing is lost or twice.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::{
    ModelError, Reply,
    scripted::{ScriptedModel, calls},
};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    AutomationDraft, AutomationId, Digest, Firing, FiringStatus, Missed, Overlap, RunStatus, Trigger, wire::Change,
};
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Monday 23 November 2026, 08:00 in Warsaw.
const MONDAY: i64 = 1_795_417_200_000;
const PATIENCE: Duration = Duration::from_secs(60);

struct MovedClock(AtomicI64);

impl Host for MovedClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    fn zone(&self) -> String {
        "Europe/Warsaw".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, _: Notice) {}
    fn withdraw(&self, _: &str) {}
}

struct Desk {
    home: TempDir,
    clock: Arc<MovedClock>,
    engine: Engine,
}

fn desk(now: i64, replies: impl FnOnce(PathBuf) -> Vec<Result<Reply, ModelError>>) -> Desk {
    let home = TempDir::new().unwrap();
    let work = home.path().join("work");
    fs::create_dir(&work).unwrap();
    let clock = Arc::new(MovedClock(AtomicI64::new(now)));
    let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
    let model = Arc::new(ScriptedModel::new(replies(work.canonicalize().unwrap())));
    let engine = Engine::open_with(config, clock.clone(), Some(model)).unwrap();
    Desk { home, clock, engine }
}

impl Desk {
    fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    fn add(&self, draft: AutomationDraft) -> AutomationId {
        self.engine.add_automation(draft, true).unwrap().row.automation.id
    }

    async fn beat(&self, at: i64) {
        self.clock.0.store(at, Ordering::SeqCst);
        self.engine.tick();
        for row in self.engine.runs().unwrap() {
            if row.run.status == RunStatus::Running {
                self.engine.drive(row.run.id).await.unwrap();
            }
        }
    }

    // A beat, and the look that it begins seen to its end.
    async fn look(&self, id: AutomationId, at: i64) {
        self.beat(at).await;
        let since = Instant::now();
        while self.engine.looking(id) {
            assert!(since.elapsed() < PATIENCE, "the look does not end");
            tokio::task::yield_now().await;
        }
        self.beat(at).await;
    }

    fn firings(&self, id: AutomationId) -> Vec<Firing> {
        let mut list = self.engine.automation(id).unwrap().firings;
        list.reverse();
        list
    }

    fn counted(&self, id: AutomationId) -> u32 {
        self.firings(id).iter().map(|firing| firing.count).sum()
    }

    fn digest(&self) -> Digest {
        self.engine.digest_since(0).unwrap()
    }

    fn trouble(&self, id: AutomationId) -> Option<String> {
        self.engine.automation(id).unwrap().row.trouble
    }
}

fn watching(folder: &std::path::Path) -> AutomationDraft {
    let trigger = Trigger::Folder { folder: folder.display().to_string(), below: false };
    let mut draft = AutomationDraft::new("watch", "look at it", trigger);
    draft.still_for = 0;
    draft
}

#[tokio::test]
async fn of_10_000_files_in_a_minute_each_is_counted_once_and_what_is_over_the_cap_is_one_line() {
    let desk = desk(assent_engine::clock::now(), |_| Vec::new());
    let mut draft = watching(&desk.work());
    draft.per_hour = 5;
    let id = desk.add(draft);
    desk.engine.tick();
    let made = desk.home.path().join("made");
    fs::create_dir(&made).unwrap();
    for n in 0..10_000 {
        fs::write(made.join(n.to_string()), "x").unwrap();
    }
    // They come in while it looks, all but those before each look in the middle of it.
    let (from, to) = (made.clone(), desk.work());
    let comes = std::thread::spawn(move || {
        for n in 0..10_000 {
            fs::rename(from.join(n.to_string()), to.join(n.to_string())).unwrap();
            if n % 500 == 0 {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    });
    let since = Instant::now();
    while desk.counted(id) < 10_000 {
        desk.beat(assent_engine::clock::now()).await;
        assert!(since.elapsed() < PATIENCE, "only {}: {:?}", desk.counted(id), desk.firings(id));
    }
    comes.join().unwrap();
    for _ in 0..5 {
        desk.beat(assent_engine::clock::now()).await;
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(desk.counted(id), 10_000);
    let digest = desk.digest();
    assert!(digest.done.len() <= 5, "{}", digest.words);
    // One more where a full hour passed in the middle of the test.
    assert!(digest.skipped.len() <= 2, "{:?}", digest.skipped);
    assert!(desk.engine.verify().unwrap().ok);
}

#[tokio::test]
async fn a_time_that_comes_every_minute_for_ten_hours_is_capped_each_hour_and_each_is_counted() {
    let desk = desk(MONDAY, |_| Vec::new());
    let trigger = Trigger::Time { when: "every minute".into(), zone: None };
    let mut draft = AutomationDraft::new("often", "look", trigger);
    draft.per_hour = 5;
    let id = desk.add(draft);
    for minute in 1..=600 {
        desk.beat(MONDAY + minute * MINUTE).await;
    }
    let digest = desk.digest();
    let sum: u32 = [&digest.done, &digest.skipped].into_iter().flatten().map(|line| line.count).sum();
    assert_eq!((sum, digest.words.is_empty()), (600, false));
    assert!(digest.skipped.len() <= 11, "{:?}", digest.skipped);
    assert_eq!(desk.engine.automation(id).unwrap().row.trouble, None);
}

/// A web server on this computer that answers as it is told to.
struct Server {
    url: String,
    answer: Arc<Mutex<Answer>>,
}

#[derive(Clone)]
struct Answer {
    kind: &'static str,
    body: Vec<u8>,
    // The body again and again, up to so many bytes, without saying how many.
    endless: usize,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/feed", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(Answer { kind: "text/plain", body: Vec::new(), endless: 0 }));
        let said = answer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(&stream).lines();
                lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
                let Answer { kind, body, endless } = said.lock().unwrap().clone();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n");
                let length = if endless == 0 { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
                // Who asked may well have had enough.
                let mut sent = stream.write_all(format!("{head}{length}\r\n").as_bytes()).and(stream.write_all(&body));
                for _ in 0..endless.checked_div(body.len()).unwrap_or_default() {
                    sent = sent.and_then(|()| stream.write_all(&body));
                }
            }
        });
        Server { url, answer }
    }

    fn says(&self, kind: &'static str, body: impl Into<Vec<u8>>) {
        *self.answer.lock().unwrap() = Answer { kind, body: body.into(), endless: 0 };
    }

    fn feed(&self, entries: impl IntoIterator<Item = usize>) {
        self.says("application/rss+xml", feed(entries));
    }

    fn watched(&self) -> AutomationDraft {
        let mut draft = AutomationDraft::new("feed", "look at it", Trigger::Page { url: self.url.clone(), minutes: 1 });
        (draft.per_hour, draft.overlap) = (1000, Overlap::Queue);
        draft
    }
}

fn feed(entries: impl IntoIterator<Item = usize>) -> String {
    let item = |n: usize| format!("<item><guid>entry-{n}</guid><title>Entry {n}</title></item>");
    let items: String = entries.into_iter().map(item).collect();
    format!(r#"<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_of_50_mb_or_of_nonsense_is_one_line_and_nothing_of_it_is_new_afterwards() {
    let desk = desk(MONDAY, |_| Vec::new());
    let server = Server::start();
    server.feed(1..=3);
    let id = desk.add(server.watched());
    let other =
        desk.add(AutomationDraft::new("hourly", "look", Trigger::Time { when: "every hour".into(), zone: None }));
    let mut now = MONDAY;
    let look = async |now: &mut i64| {
        // After trouble it may be looked at less often.
        *now += HOUR;
        desk.look(id, *now).await;
    };
    look(&mut now).await;
    assert_eq!(desk.firings(id), [], "the first look only learns what is there");

    let noise: Vec<u8> = (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let huge = feed(10..800_000).into_bytes();
    assert!(huge.len() > 50_000_000);
    let bad: [Answer; 7] = [
        Answer { kind: "application/rss+xml", body: huge.clone(), endless: 0 },
        Answer { kind: "application/rss+xml", body: huge[..1_000_000].to_vec(), endless: 50_000_000 },
        Answer { kind: "application/rss+xml", body: noise.clone(), endless: 0 },
        Answer { kind: "text/xml", body: noise.clone(), endless: 0 },
        Answer { kind: "text/html", body: noise.iter().map(|byte| byte | 1).collect(), endless: 0 },
        Answer { kind: "application/rss+xml", body: feed(1..=3).into_bytes()[..110].to_vec(), endless: 0 },
        Answer { kind: "text/html", body: b"<html><body>We are moving house.</body></html>".to_vec(), endless: 0 },
    ];
    for (n, answer) in bad.into_iter().enumerate() {
        let said = format!("{} of {} bytes", answer.kind, answer.body.len());
        *server.answer.lock().unwrap() = answer;
        for _ in 0..3 {
            look(&mut now).await;
        }
        assert!(desk.trouble(id).is_some_and(|why| why.len() < 500), "{said}: {:?}", desk.trouble(id));
        let firings = desk.firings(id);
        assert_eq!(firings.len(), n + 1, "{said}: said once: {firings:?}");
        assert_eq!(firings[n].status, FiringStatus::Failed, "{said}");
        server.feed(1..=3);
        look(&mut now).await;
        assert_eq!((desk.trouble(id), desk.firings(id).len()), (None, n + 1), "{said}: nothing was new");
    }
    server.feed(1..=4);
    look(&mut now).await;
    let last = desk.firings(id).pop().unwrap();
    assert_eq!((last.what.as_str(), last.status), ("Entry 4", FiringStatus::Started));
    let digest = desk.digest();
    assert_eq!(digest.failed.iter().filter(|line| line.automation == Some(id)).count(), 7);
    let hours = u32::try_from((now - MONDAY) / HOUR).unwrap();
    assert_eq!(desk.counted(other), hours, "the others went on");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_feed_with_10_000_new_entries_each_is_counted_once() {
    let desk = desk(MONDAY, |_| Vec::new());
    let server = Server::start();
    server.feed(1..=3);
    let mut draft = server.watched();
    draft.per_hour = 5;
    let id = desk.add(draft);
    desk.look(id, MONDAY + MINUTE).await;
    server.feed((4..=10_003).rev());
    desk.look(id, MONDAY + 2 * MINUTE).await;
    desk.look(id, MONDAY + 3 * MINUTE).await;
    let digest = desk.digest();
    let lines = || [&digest.done, &digest.waiting, &digest.skipped].into_iter().flatten();
    assert_eq!(lines().map(|line| line.count).sum::<u32>(), 10_000, "{}", digest.words);
    assert!(lines().count() <= 8, "{:?}", lines().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_clock_that_jumps_forward_by_a_year_and_back_counts_each_time_once() {
    for (ahead, looks_in) in [(365 * DAY, true), (365 * DAY, false), (5 * DAY, false), (5 * DAY, true)] {
        for missed in [Missed::Once, Missed::Skip, Missed::Ask] {
            let desk = desk(MONDAY, |_| Vec::new());
            let trigger = Trigger::Time { when: "every hour".into(), zone: None };
            let mut draft = AutomationDraft::new("hourly", "look", trigger);
            (draft.missed, draft.per_hour) = (missed, 1000);
            let id = desk.add(draft);
            for hour in 1..=3 {
                desk.beat(MONDAY + hour * HOUR).await;
            }
            let jumped = MONDAY + 3 * HOUR + 10 * MINUTE + ahead;
            desk.beat(jumped).await;
            if looks_in {
                // The user sees that nothing has run for a year.
                desk.engine.digest_seen(0).unwrap();
            }
            desk.beat(jumped + MINUTE).await;
            let said = desk.firings(id);
            let slept = looks_in || ahead < 7 * DAY;
            assert_eq!(said.len() > 3, slept, "the times that seemed to pass are in one line: {said:?}");
            desk.beat(MONDAY + 3 * HOUR + 12 * MINUTE).await;
            for hour in 4..=6 {
                desk.beat(MONDAY + hour * HOUR).await;
                desk.beat(MONDAY + hour * HOUR + MINUTE).await;
            }
            let what = format!("{ahead} {missed:?} {looks_in}: {:?}", desk.firings(id));
            let mut seen = BTreeSet::new();
            let mut made_up = 0;
            for firing in desk.firings(id) {
                if firing.due_at > MONDAY + 6 * HOUR && firing.count > 0 {
                    // One time of the wrong year ran before the clock was put back; it does not run again in that year.
                    assert_eq!((firing.status, firing.count), (FiringStatus::Started, 1), "{what}");
                    made_up += 1;
                    continue;
                }
                for n in 0..i64::from(firing.count) {
                    assert!(seen.insert(firing.due_at + n * HOUR), "{what}");
                }
            }
            let expected: BTreeSet<i64> = (1..=6).map(|hour| MONDAY + hour * HOUR).collect();
            assert_eq!(seen, expected, "{what}");
            assert!(made_up <= 1, "{what}");
            let told = desk.digest().skipped.iter().any(|line| line.text.contains("back again"));
            assert_eq!(told, slept, "the digest says what became of the line: {:?}", desk.digest());
            assert!(desk.engine.verify().unwrap().ok);
        }
    }
}

#[tokio::test]
async fn a_folder_that_is_made_anew_between_two_looks_is_watched_on() {
    let desk = desk(assent_engine::clock::now(), |_| Vec::new());
    let id = desk.add(watching(&desk.work()));
    desk.engine.tick();
    fs::rename(desk.work(), desk.home.path().join("old")).unwrap();
    fs::create_dir(desk.work()).unwrap();
    desk.beat(assent_engine::clock::now()).await;
    fs::write(desk.work().join("new.txt"), "x").unwrap();
    let since = Instant::now();
    while !desk.firings(id).iter().any(|firing| firing.what == "new.txt") {
        desk.beat(assent_engine::clock::now()).await;
        assert!(since.elapsed() < PATIENCE, "{:?}", desk.firings(id));
    }
    let told: Vec<_> = desk.firings(id).iter().map(|firing| firing.status).collect();
    assert_eq!(told, [FiringStatus::Failed, FiringStatus::Started]);
    assert_eq!(desk.trouble(id), None);
}

#[tokio::test]
async fn two_automations_that_set_one_another_off_end_at_their_caps() {
    let desk = desk(assent_engine::clock::now(), |work| {
        let writes = |n: usize| {
            let path = work.join(["b", "a"][n % 2]).join(format!("{n}.txt"));
            calls(&[("1", "files.write", &format!(r#"{{"path":"{}","text":"x"}}"#, path.display()))])
        };
        (0..20).flat_map(|n| [writes(n), calls(&[])]).collect()
    });
    let ids: Vec<AutomationId> = ["a", "b"]
        .map(|name| {
            let folder = desk.work().join(name);
            fs::create_dir(&folder).unwrap();
            let mut draft = watching(&folder);
            draft.grants = vec![desk.work().display().to_string()];
            draft.per_hour = 3;
            desk.add(draft)
        })
        .into();
    desk.engine.tick();
    fs::write(desk.work().join("a/begin.txt"), "x").unwrap();
    let since = Instant::now();
    while desk.counted(ids[0]) < 4 {
        desk.beat(assent_engine::clock::now()).await;
        assert!(since.elapsed() < PATIENCE, "{:?}", desk.firings(ids[0]));
    }
    for _ in 0..5 {
        desk.beat(assent_engine::clock::now()).await;
        std::thread::sleep(Duration::from_millis(20));
    }
    let statuses = |id| desk.firings(id).iter().map(|firing| (firing.status, firing.count)).collect::<Vec<_>>();
    let (started, capped) = ((FiringStatus::Started, 1), (FiringStatus::Capped, 1));
    assert_eq!(statuses(ids[0]), [started, started, started, capped]);
    assert_eq!(statuses(ids[1]), [started, started, started]);
    assert_eq!(desk.digest().skipped.len(), 1);
}
