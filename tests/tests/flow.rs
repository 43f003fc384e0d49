//! A week of a mailbox, a feed and a folder: 2,000 arrivals in bursts, above the cap of the hour, through restarts. Each is
//! worked, waits, or was left by a rule of the user's, with its reason; none is missing and none comes twice (flow-01, flow-02).
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_engine::Engine;
use assent_protocol::{
    AccountDraft, AccountServers, AutomationDraft, AutomationId, FiringStatus, MailHost, RunStatus, Security, Trigger,
};
use assent_tests::clock::{Clock, open};
use assent_tests::mail_servers::{MailServers, PASSWORD};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const HOUR: i64 = 3_600_000;
/// What an automation may begin in an hour, unless it says otherwise.
const CAP: usize = 12;

/// A feed on this computer.
struct Feed {
    url: String,
    entries: Arc<Mutex<usize>>,
}

impl Feed {
    fn start() -> Feed {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/feed", listener.local_addr().expect("its address"));
        let entries = Arc::new(Mutex::new(1));
        let now = entries.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                BufReader::new(&stream)
                    .lines()
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .for_each(drop);
                let newest = *now.lock().expect("the entries");
                let item = |n: usize| {
                    let kind = if n.is_multiple_of(3) { "News" } else { "Offer" };
                    format!(
                        "<item><guid>entry-{n}</guid><title>{kind} {n}</title><link>https://x.test/{n}</link></item>"
                    )
                };
                let items: String = (1..=newest).rev().take(300).map(item).collect();
                let body = format!("<rss version=\"2.0\"><channel><title>f</title>{items}</channel></rss>");
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Feed { url, entries }
    }
}

struct Desk {
    home: TempDir,
    clock: Arc<Clock>,
    engine: Option<Engine>,
}

impl Desk {
    fn new(servers: &MailServers) -> Desk {
        // A week has ten thousand forced writes; in memory they cost nothing.
        let memory = Path::new("/dev/shm");
        let home = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a folder");
        fs::create_dir(home.path().join("inbox")).expect("a folder");
        // Files carry the time of the disk.
        let clock = Arc::new(Clock(AtomicI64::new(assent_engine::clock::now())));
        let mut desk = Desk { home, clock, engine: None };
        desk.open();
        let at = |port| MailHost { host: "127.0.0.1".into(), port, security: Security::Plain };
        let account = AccountDraft {
            name: "work".into(),
            address: "anna@example.org".into(),
            user: String::new(),
            servers: AccountServers::Mail { imap: at(servers.imap), smtp: at(servers.smtp) },
            password: PASSWORD.into(),
        };
        desk.engine().add_account(account).expect("an account");
        desk
    }

    fn open(&mut self) {
        self.engine = None;
        self.engine = Some(open(self.home.path(), &self.clock));
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("an engine")
    }

    fn add(&self, name: &str, trigger: Trigger, rules: &[&str]) -> AutomationId {
        let mut draft = AutomationDraft::new(name, "list to-dos", trigger);
        draft.still_for = 0;
        draft.triage = rules.iter().map(|rule| self.engine().triage_rule((*rule).into()).expect("a rule")).collect();
        self.engine().add_automation(draft, true).expect("an automation").row.automation.id
    }

    fn count(&self, sql: &str) -> i64 {
        let database = Connection::open(self.home.path().join("data/assent.db")).expect("the history");
        database.query_row(sql, [], |row| row.get(0)).expect("a count")
    }

    /// An hour: looks, and the runs that they set off, until nothing more begins in it.
    async fn hour(&self, ids: &[AutomationId]) {
        self.clock.0.fetch_add(HOUR, Ordering::SeqCst);
        let since = Instant::now();
        loop {
            let before = self.count("SELECT count(*) FROM run");
            self.engine().tick();
            while ids.iter().any(|id| self.engine().looking(*id)) {
                assert!(since.elapsed() < Duration::from_secs(60), "a look does not end");
                tokio::task::yield_now().await;
            }
            self.engine().tick();
            let rows = self.engine().runs().expect("the runs");
            for row in rows.iter().filter(|row| row.run.status == RunStatus::Running) {
                self.engine().drive(row.run.id).await.expect("a run");
            }
            if self.count("SELECT count(*) FROM run") == before {
                return;
            }
        }
    }

    /// What became of the firings of an automation: how many things each status stands for.
    fn became(&self, id: AutomationId) -> BTreeMap<String, i64> {
        let database = Connection::open(self.home.path().join("data/assent.db")).expect("the history");
        let mut asked = database
            .prepare("SELECT status, sum(count) FROM firing WHERE automation_id = ? GROUP BY status")
            .expect("a question");
        let rows = asked.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    }
}

fn letter(n: usize) -> Vec<u8> {
    let kind = if n.is_multiple_of(3) { "Question" } else { "Offer" };
    format!(
        "From: Bob <bob@example.com>\r\nTo: anna@example.org\r\nSubject: {kind} {n}\r\nMessage-ID: <w{n}@example.com>\r\n\
         Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nHello.\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn flow_02_of_a_weeks_2000_arrivals_each_is_worked_or_left_by_a_rule_and_none_is_missing() {
    let servers = MailServers::start_for_any_password();
    let feed = Feed::start();
    let mut desk = Desk::new(&servers);
    let folder = desk.home.path().join("inbox");
    let mailbox = Trigger::Mailbox { account: "work".into(), folder: String::new(), minutes: 60 };
    let watched = Trigger::Folder { folder: folder.display().to_string(), below: false };
    let ids = [
        desk.add("letters", mailbox, &["drop: says offer"]),
        desk.add("feed", Trigger::Page { url: feed.url.clone(), minutes: 60 }, &["note: says offer"]),
        desk.add("files", watched, &[]),
    ];
    desk.hour(&ids).await;
    let (mut letters, mut entries, mut files) = (0, 1, 0);
    for hour in 1..=24 * 7 {
        // Bursts in the night of each day, a trickle besides, and a quiet weekend to work it off.
        let weekday = hour < 24 * 5;
        let (more, new, saved) = match hour % 24 {
            3 if weekday => (70, 60, 160),
            9 if weekday => (15, 15, 40),
            _ if weekday => (1, 1, usize::from(hour % 3 == 0)),
            _ => (0, 0, 0),
        };
        for _ in 0..more {
            letters += 1;
            servers.deliver("INBOX", &letter(letters));
        }
        entries += new;
        *feed.entries.lock().expect("the entries") = entries;
        for _ in 0..saved {
            files += 1;
            fs::write(folder.join(format!("scan-{files}.pdf")), "x").expect("a file");
        }
        if hour % 31 == 0 {
            desk.open();
        }
        desk.hour(&ids).await;
    }
    assert!(letters + entries - 1 + files >= 2_000, "{letters} {entries} {files}");
    assert_eq!(desk.count("SELECT count(*) FROM firing WHERE status = 'queued'"), 0, "the weekend was long enough");
    let sum = |id| desk.became(id).values().sum::<i64>() as usize;
    assert_eq!([sum(ids[0]), sum(ids[1]), sum(ids[2])], [letters, entries - 1, files]);
    let left = "status NOT IN ('started', 'dropped', 'noted')";
    assert_eq!(desk.count(&format!("SELECT count(*) FROM firing WHERE {left} OR reason = ''")), 0);
    assert_eq!(desk.became(ids[0]).get("dropped"), Some(&((letters - letters / 3) as i64)));
    assert_eq!(desk.count("SELECT count(*) FROM run WHERE status <> 'done'"), 0);
    assert_eq!(desk.count("SELECT count(*) FROM firing WHERE status = 'started' AND run_id IS NULL"), 0);
    // Within each hour no more than the cap began.
    let most = "SELECT max(n) FROM (SELECT count(*) AS n FROM run GROUP BY automation_id, started_at)";
    assert!(desk.count(most) as usize <= CAP);
    assert!(desk.engine().verify().expect("a look").ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn flow_01_four_letters_found_in_one_look_are_all_worked_with_nothing_said_of_overlap() {
    let servers = MailServers::start_for_any_password();
    let desk = Desk::new(&servers);
    let id = desk.add("letters", Trigger::Mailbox { account: "work".into(), folder: String::new(), minutes: 1 }, &[]);
    desk.hour(&[id]).await;
    for n in 1..=4 {
        servers.deliver("INBOX", &letter(n));
    }
    desk.hour(&[id]).await;
    let firings = desk.engine().automation(id).expect("the automation").firings;
    let worked = |firing: &&assent_protocol::Firing| firing.run_status == Some(RunStatus::Done);
    assert_eq!((firings.len(), firings.iter().filter(worked).count()), (4, 4), "{firings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn flow_02_what_is_over_the_cap_waits_says_so_is_counted_and_is_worked_in_the_next_hour() {
    let servers = MailServers::start_for_any_password();
    let mut desk = Desk::new(&servers);
    let id = desk.add("letters", Trigger::Mailbox { account: "work".into(), folder: String::new(), minutes: 1 }, &[]);
    desk.hour(&[id]).await;
    for n in 1..=20 {
        servers.deliver("INBOX", &letter(n));
    }
    desk.hour(&[id]).await;
    let became = |desk: &Desk| desk.became(id).into_iter().collect::<Vec<_>>();
    assert_eq!(became(&desk), [("queued".to_owned(), 8), ("started".to_owned(), 12)]);
    let digest = desk.engine().digest_since(0).expect("the digest");
    assert_eq!((digest.waiting.len(), digest.waiting[0].count, digest.skipped.len()), (1, 8, 0), "{digest:?}");
    assert!(digest.waiting[0].text.contains("more than 12 in the hour"), "{}", digest.waiting[0].text);
    desk.open();
    desk.hour(&[id]).await;
    assert_eq!(became(&desk), [("started".to_owned(), 20)]);
    let firings = desk.engine().automation(id).expect("the automation").firings;
    assert!(firings.iter().all(|firing| firing.status == FiringStatus::Started && firing.run.is_some()));
}
