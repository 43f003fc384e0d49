//! The small world of the tests, and how a run goes on in it.

use super::plan;
use crate::*;
use assent_protocol::{Mode, Status, Turn};
use serde_json::{Value, json};

pub const NOW: &str = "2026-11-22T19:00:00Z";
pub const HOME: &str = "/home/u";
pub const DAY: i64 = 86_400_000;

pub fn now() -> i64 {
    NOW.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

pub fn request(turns: Vec<Turn>) -> Request {
    Request {
        turns: turns.into(),
        tools: Vec::new(),
        folders: vec!["/home/u/Downloads".into(), "/home/u/My Stuff".into()],
        notes_folder: "/home/u/Notes".into(),
        home: HOME.into(),
        now: now(),
        began: now(),
        zone: "Europe/Warsaw".into(),
        mode: Mode::Semi,
        kept: Default::default(),
        again: None,
    }
}

pub fn user(text: &str) -> Turn {
    Turn::User { text: text.into() }
}

pub fn result(call: &ProposedCall, status: Status, output: Value, reason: Option<&str>) -> Turn {
    let (call, tool) = (call.call.clone(), call.tool.clone());
    Turn::Result { call, tool, status, output, reason: reason.map(str::to_owned), untrusted: None }
}

pub fn entry(path: &str, kind: &str, bytes: u64, days_old: i64) -> Value {
    json!({"path": path, "name": names::last(path), "kind": kind, "bytes": bytes, "modified": now() - days_old * DAY})
}

// The world of the tests: one folder full of odd names, some folders in it, two duplicates.
pub fn look(call: &ProposedCall) -> Turn {
    let args: Value = serde_json::from_str(&call.args).unwrap();
    let folder = args["folder"].as_str().unwrap_or_default().replace('~', HOME);
    let at = |name: &str| format!("{folder}/{name}");
    let listing = |entries: Vec<Value>| json!({"folder": folder, "entries": entries, "truncated": false});
    let output = match (call.tool.as_str(), folder.as_str()) {
        ("files.list", "/home/u/Downloads") => listing(vec![
            entry(&at("a.jpg"), "file", 10, 1),
            entry(&at("a copy.jpg"), "file", 10, 1),
            entry(&at("Report (final).PDF"), "file", 2_000_000, 100),
            entry(&at("old.tmp"), "file", 10, 40),
            entry(&at("big.iso"), "file", 300_000_000, 400),
            entry(&at("no extension"), "file", 0, 0),
            entry(&at(".hidden.jpg"), "file", 1, 900),
            entry(&at("half.mkv.part"), "file", 1, 1),
            entry(&at("Pictures"), "folder", 0, 1),
            entry(&at("Music"), "link", 0, 1),
            entry(&at("shortcut.jpg"), "link", 0, 1),
        ]),
        ("files.list", "/home/u/Downloads/Pictures") => listing(vec![entry(&at("a.jpg"), "file", 3, 1)]),
        ("files.list", "/home/u/My Stuff") => listing(vec![
            entry(&at("Song One.mp3"), "file", 5, 300),
            entry(&at("b.JPEG"), "file", 5, 3),
            entry(&at("a.jpeg"), "file", 5, 2),
            entry(&at("a.jpg"), "file", 5, 1),
            entry(&at("Music"), "link", 0, 1),
        ]),
        ("files.list", "/home/u/Loading") => listing(vec![
            entry(&at("movie.mp4"), "file", 0, 0),
            entry(&at("Xy3kQ9.mp4.part"), "file", 9, 0),
            entry(&at("archive.zip"), "file", 0, 0),
            entry(&at("archive.zip.part"), "file", 9, 0),
            entry(&at("film.mkv"), "file", 9, 0),
            entry(&at("film.mkv.aria2"), "file", 9, 0),
            entry(&at("fresh.tmp"), "file", 9, 0),
            entry(&at("done.pdf"), "file", 9, 0),
        ]),
        ("files.list", "/home/u/Open") => listing(vec![
            entry(&at("Budget.xlsx"), "file", 9, 0),
            entry(&at("~$Budget.xlsx"), "file", 1, 0),
            entry(&at("Plan.odt"), "file", 9, 0),
            entry(&at(".~lock.Plan.odt#"), "file", 1, 0),
            entry(&at("Closed.docx"), "file", 9, 0),
            entry(&at("Thumbs.db"), "file", 9, 0),
        ]),
        ("files.list", "/home/u/Saved") => listing(vec![
            entry(&at("Article.html"), "file", 9, 0),
            entry(&at("Article_files"), "folder", 0, 0),
            entry(&at("film.mkv"), "file", 9, 0),
            entry(&at("film.en.srt"), "file", 9, 0),
            entry(&at("IMG_1.HEIC"), "file", 9, 0),
            entry(&at("IMG_1.MOV"), "file", 9, 0),
            entry(&at("IMG_1.AAE"), "file", 9, 0),
            entry(&at("disk.iso"), "file", 9, 0),
            entry(&at("disk.iso.sha256"), "file", 9, 0),
            entry(&at("Other_files"), "folder", 0, 0),
        ]),
        ("files.list", "/home/u/Taken") => listing(vec![
            entry(&at("Article.html"), "file", 9, 0),
            entry(&at("Article_files"), "folder", 0, 0),
            entry(&at("Documents"), "folder", 0, 0),
        ]),
        ("files.list", "/home/u/Taken/Documents") => listing(vec![entry(&at("Article.html"), "file", 3, 1)]),
        ("files.list", "/home/u/Pictures") => listing(vec![entry(&at("x.png"), "file", 1, 1)]),
        ("files.list", "/home/u/Many") => {
            listing((0..2_001).map(|n| entry(&at(&format!("{n:04}.txt")), "file", 1, 1)).collect())
        }
        ("files.list", "/home/u/Empty") => listing(vec![]),
        ("files.find_duplicates", "/home/u/Downloads") => json!({"groups": [
            {"sha256": "x", "bytes": 10, "paths": [at("a.jpg"), at("a copy.jpg"), at("Pictures/a.jpg")]},
        ]}),
        ("files.find_duplicates", _) => json!({"groups": []}),
        ("files.search", _) => {
            json!({"matches": [{"path": at("x.txt"), "line": 3, "text": " an invoice\u{202e}"}], "truncated": false})
        }
        ("files.read", _) => json!({"path": args["path"], "text": "hello\nworld", "bytes": 11, "truncated": false}),
        ("calendar.list", _) => json!({"events": [
            {"id": "e1", "title": "Dentist", "start": "2026-11-27T15:00:00+01:00[Europe/Warsaw]"},
            {"id": "e2", "title": "Team lunch", "start": "2026-11-27"},
            {"id": "e3", "title": "Team call", "start": "2026-11-28"},
        ]}),
        ("mail.search", _) if args["words"] == "nothing at all" => json!({"letters": [], "found": 0}),
        ("mail.search", _) => json!({"found": 2, "letters": [
            {"id": "INBOX:1:2", "from": [{"address": "bob@example.com"}], "subject": "The plan", "date": "2026-11-20T10:00:00Z"},
            {"id": "INBOX:1:1", "from": [{"address": "eve@example.com"}], "subject": "Hello", "date": "2026-11-19T10:00:00Z"},
        ]}),
        ("web.fetch", _) => json!({"url": args["url"], "title": "Opening hours", "text": "Open from 9\u{202e} to 17"}),
        ("notes.search", _) => {
            json!({"matches": [{"title": "Soup", "path": "p", "line": 2, "text": "tomato soup"}], "truncated": false})
        }
        ("notes.list", _) => {
            json!({"notes": [{"title": "Soup", "path": "/home/u/Notes/Soup.md", "modified": 1}], "truncated": false})
        }
        ("todos.list", _) => json!({"todos": [{"text": "milk", "done": false}, {"text": "bread", "done": true}]}),
        ("reminders.list", _) => json!({"reminders": [
            {"id": "m1", "text": "call Anna", "at": "x", "state": "set"},
            {"id": "m2", "text": "call Anna again", "at": "x", "state": "fired"},
            {"id": "m3", "text": "pay rent", "at": "x", "state": "set"},
            {"id": "m4", "text": "pay Bob", "at": "x", "state": "set"},
        ]}),
        _ => return result(call, Status::Failed, Value::Null, Some("there is no such folder")),
    };
    result(call, Status::Succeeded, output, None)
}

pub fn reads(call: &ProposedCall) -> bool {
    ["list", "read", "search", "find_duplicates", "fetch"].iter().any(|verb| call.tool.ends_with(verb))
}

// Goes on until something would change or the planner is done; gives the last reply and all turns.
pub fn drive(mut turns: Vec<Turn>) -> (Reply, Vec<Turn>) {
    for _ in 0..6 {
        let reply = plan(&request(turns.clone())).unwrap();
        turns.push(Turn::Model { text: reply.text.clone(), calls: reply.calls.clone() });
        if reply.calls.is_empty() || !reply.calls.iter().all(reads) {
            return (reply, turns);
        }
        turns.extend(reply.calls.iter().map(look));
    }
    panic!("the planner goes on and on");
}

pub fn lines(reply: &Reply) -> Vec<String> {
    reply.calls.iter().map(|call| format!("{} {}", call.tool, call.args.replace("/home/u/", "~/"))).collect()
}
