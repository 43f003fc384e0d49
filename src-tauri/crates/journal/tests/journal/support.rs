//! A journal in a folder of its own, an anchor in memory, and proposals to fill it with.

use assent_journal::{Anchor, Journal, JournalError, NewAction, NewRun, StoredServer, StoredTool};
use assent_protocol::*;
use rusqlite::Connection;
use serde_json::json;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

pub const NOW: i64 = 1_790_000_000_000;
pub const DAY: i64 = 86_400_000;

/// A keychain: one value, which a test can look at, change, or lock away.
#[derive(Default)]
pub struct Keychain {
    pub value: Mutex<Option<String>>,
    pub locked: Mutex<bool>,
    pub stored: Mutex<u32>,
}

impl Anchor for Keychain {
    fn load(&self) -> Result<Option<String>, String> {
        if *self.locked.lock().unwrap() { Err("locked".into()) } else { Ok(self.value.lock().unwrap().clone()) }
    }
    fn store(&self, head: &str) -> Result<(), String> {
        if *self.locked.lock().unwrap() {
            return Err("locked".into());
        }
        *self.stored.lock().unwrap() += 1;
        *self.value.lock().unwrap() = Some(head.to_owned());
        Ok(())
    }
}

pub struct Desk {
    pub folder: TempDir,
    pub keychain: Arc<Keychain>,
    journal: Option<Journal>,
}

impl Desk {
    pub fn new() -> Desk {
        let mut desk =
            Desk { folder: tempfile::tempdir().unwrap(), keychain: Arc::new(Keychain::default()), journal: None };
        desk.open().unwrap();
        desk
    }

    pub fn journal(&self) -> &Journal {
        self.journal.as_ref().unwrap()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn file(&self) -> PathBuf {
        self.data().join("assent.db")
    }

    pub fn open(&mut self) -> Result<(), JournalError> {
        self.journal = None;
        self.journal = Some(Journal::open(&self.data(), self.keychain.clone(), NOW)?);
        Ok(())
    }

    pub fn close(&mut self) {
        self.journal = None;
    }

    /// A second program with access to the file.
    pub fn sql(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    /// SQL behind the program's back, past the triggers.
    pub fn tamper(&self, sql: &str) {
        let connection = self.sql();
        connection
            .execute_batch(
                "PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS event_is_never_changed;
                 DROP TRIGGER IF EXISTS event_is_never_deleted; DROP TRIGGER IF EXISTS event_body_is_never_changed;",
            )
            .unwrap();
        connection.execute_batch(sql).unwrap();
    }

    pub fn count(&self, table: &str) -> i64 {
        self.sql().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    pub fn run(&self) -> RunId {
        let new = NewRun {
            goal: "Tidy my Downloads".into(),
            mode: Mode::Semi,
            model: "planner".into(),
            grants: vec![Grant { folder: "/home/anna/Downloads".into(), shared: false }],
            hosts: vec!["https://example.org".into()],
        };
        self.journal().add_run(&new, NOW).unwrap()
    }

    pub fn propose(&self, new: &NewAction) -> ActionId {
        self.journal().propose(new, None, NOW).unwrap()
    }

    pub fn status(&self, id: ActionId) -> Status {
        self.journal().action(id).unwrap().unwrap().status
    }

    /// A run with actions in many states.
    pub fn lived_in() -> Desk {
        let desk = Desk::new();
        let (journal, run) = (desk.journal(), desk.run());
        journal.add_turn(run, &Turn::User { text: "Tidy my Downloads".into() }, NOW).unwrap();
        let done = desk.propose(&allowed(run, "c1"));
        journal.start(done, "c1-digest", NOW).unwrap();
        journal.keep_inverses(done, "files.move", &[(0, json!({"from": "b", "to": "a"}))]).unwrap();
        let outcome = ItemOutcome { item: 0, status: Status::Succeeded, note: None };
        journal
            .finish(done, Status::Succeeded, &[outcome], Some("Moved 1 file."), &[], Some(&told("c1")), NOW)
            .unwrap();
        let card = desk.propose(&waiting(run, "c2"));
        journal.decide(card, &decision(Decider::User, "c2-digest"), Status::Approved, None).unwrap();
        desk.propose(&waiting(run, "c3"));
        let question = journal.add_question(run, "c4", "Which folder?", &[], NOW).unwrap();
        journal.answer_question(question, "Pictures", &told("c4"), NOW).unwrap();
        journal.add_reminder("Call Anna", NOW + DAY, "Europe/Warsaw", NOW).unwrap();
        journal.add_rule(&rule(run), "Allow moving files", Some(card), NOW).unwrap();
        journal.set_setting("theme", "dark", NOW).unwrap();
        journal.put_server(&server(), NOW).unwrap();
        journal.put_server_tool(&server_tool(), NOW).unwrap();
        desk
    }
}

pub fn server() -> StoredServer {
    StoredServer {
        name: "memory".into(),
        transport: Transport::Stdio { command: "node".into(), args: vec!["/opt/memory.js".into()] },
        folders: vec![ServerFolder { path: "/home/u/docs".into(), write: false }],
        network: false,
        secrets: vec!["KEY".into()],
        on: true,
        fingerprint: "f".into(),
        imported_from: None,
        last_error: None,
        made_at: NOW,
    }
}

pub fn server_tool() -> StoredTool {
    StoredTool {
        server: "memory".into(),
        tool: "create".into(),
        definition: r#"{"name":"create"}"#.into(),
        declared: Some(Declaration { effect: Effect::Create, undo: None }),
        suspended: None,
        offered: None,
    }
}

pub fn facts() -> Facts {
    Facts {
        effect: Effect::Modify,
        destination: Destination::Here,
        reversal: Reversal::Undoable,
        targets: Provenance::User,
        payload: Provenance::User,
        reach: Reach::Inside,
        inspectable: true,
        influenced: false,
        size: Size { items: 1, bytes: 10, amount: None, recipients: 0 },
        origins: Vec::new(),
    }
}

pub fn waiting(run: RunId, call: &str) -> NewAction {
    NewAction {
        run,
        call: call.into(),
        tool: "files.move".into(),
        definition: "definition".into(),
        title: format!("Move {call}.pdf to Pictures"),
        args: json!({"items": [{"from": format!("/home/anna/{call}.pdf"), "to": "/home/anna/Pictures/x.pdf"}]}),
        digest: format!("{call}-digest"),
        facts: facts(),
        verdict: Verdict {
            answer: Answer::Ask,
            escalate: false,
            floor: false,
            reasons: vec![Reason::plain(ReasonCode::ModeAsks)],
            rule: None,
        },
        preview: Preview::Pairs { rows: Vec::new() },
        says: None,
        edit_of: None,
        status: Status::Waiting,
        decided_by: None,
        expires_at: Some(NOW + 7 * DAY),
    }
}

pub fn allowed(run: RunId, call: &str) -> NewAction {
    NewAction { status: Status::Allowed, decided_by: Some(Decider::Mode), ..waiting(run, call) }
}

pub fn decision(by: Decider, digest: &str) -> Decision {
    Decision { by, at: NOW, digest: digest.into(), reason: None }
}

pub fn told(call: &str) -> Turn {
    Turn::Result {
        call: call.into(),
        tool: "files.move".into(),
        status: Status::Succeeded,
        output: json!({"done": 1}),
        reason: None,
        untrusted: None,
    }
}

pub fn rule(run: RunId) -> RuleDraft {
    RuleDraft {
        answer: RuleAnswer::Allow,
        tool: "files.move".into(),
        definition: "definition".into(),
        conditions: Vec::new(),
        scope: Scope::Run { run },
        until: Some(NOW + 30 * DAY),
        uses_left: None,
        per_day: None,
        amount_per_day: None,
    }
}
