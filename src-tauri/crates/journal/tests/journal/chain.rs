//! The chain, the rows beside it, and the anchor: what was changed behind the program's back is found and named.

use crate::support::*;
use assent_protocol::{ActionId, Decider, Status};
use rusqlite::types::Value;

#[test]
fn aud_01_every_change_writes_exactly_one_event() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    let card = waiting(run, "c1");
    let mut before = desk.count("event");
    let mut one = |what: &str| {
        let now = desk.count("event");
        assert_eq!(now - before, 1, "{what}");
        before = now;
    };
    let id = desk.propose(&card);
    one("propose");
    journal.decide(id, &decision(Decider::User, "c1-digest"), Status::Approved, None).unwrap();
    one("decide");
    journal.start(id, "c1-digest", NOW).unwrap();
    one("start");
    journal.keep_inverses(id, "files.move", &[(0, serde_json::json!(1))]).unwrap();
    one("keep_inverses");
    journal.finish(id, Status::Succeeded, &[], None, &[], Some(&told("c1")), NOW).unwrap();
    one("finish");
    journal.mark_undone(id, &[0], true, NOW).unwrap();
    one("mark_undone");
    journal.set_run_status(run, assent_protocol::RunStatus::Done, None, NOW).unwrap();
    one("set_run_status");
    journal.set_frozen(true, NOW).unwrap();
    one("set_frozen");
    let found = journal.verify();
    assert!(found.ok, "{}", found.message);
    assert_eq!(found.events, before as u64);
}

#[test]
fn aud_02_a_changed_bit_in_any_column_of_any_event_is_found_and_named() {
    let desk = Desk::lived_in();
    assert!(desk.journal().verify().ok, "{}", desk.journal().verify().message);
    desk.tamper("");
    let sql = desk.sql();
    sql.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let last: i64 = sql.query_row("SELECT max(seq) FROM event", [], |row| row.get(0)).unwrap();
    for seq in 1..=last {
        for (table, column) in [
            ("event", "at"),
            ("event", "kind"),
            ("event", "subject"),
            ("event", "commitment"),
            ("event", "hash"),
            ("event_body", "salt"),
            ("event_body", "body"),
        ] {
            let old: Value =
                sql.query_row(&format!("SELECT {column} FROM {table} WHERE seq = ?"), [seq], |row| row.get(0)).unwrap();
            let new = match old.clone() {
                Value::Integer(at) => Value::Integer(at ^ 1),
                Value::Text(text) => {
                    let mut bytes = text.into_bytes();
                    bytes[0] ^= 1;
                    Value::Text(String::from_utf8(bytes).unwrap())
                }
                Value::Blob(mut bytes) => {
                    bytes[0] ^= 1;
                    Value::Blob(bytes)
                }
                other => other,
            };
            let put = format!("UPDATE {table} SET {column} = ? WHERE seq = ?");
            sql.execute(&put, (new, seq)).unwrap();
            let found = desk.journal().verify();
            assert_eq!((found.ok, found.first_bad), (false, Some(seq as u64)), "{table}.{column} of {seq}");
            sql.execute(&put, (old, seq)).unwrap();
        }
    }
    assert!(desk.journal().verify().ok);
}

#[test]
fn aud_03_events_deleted_swapped_doubled_or_put_in_are_found() {
    for (sql, first_bad) in [
        ("DELETE FROM event_body WHERE seq = 3; DELETE FROM event WHERE seq = 3", 3),
        ("DELETE FROM event_body WHERE seq = 3", 3),
        ("UPDATE event SET seq = 1005 WHERE seq = 5; UPDATE event_body SET seq = 1005 WHERE seq = 5", 5),
        (
            "UPDATE event SET seq = -4 WHERE seq = 4; UPDATE event SET seq = 4 WHERE seq = 5;
             UPDATE event SET seq = 5 WHERE seq = -4;
             UPDATE event_body SET seq = -4 WHERE seq = 4; UPDATE event_body SET seq = 4 WHERE seq = 5;
             UPDATE event_body SET seq = 5 WHERE seq = -4;",
            4,
        ),
        (
            "INSERT INTO event SELECT (SELECT max(seq) + 1 FROM event), at, kind, subject, commitment, hash FROM event WHERE seq = 2;
             INSERT INTO event_body SELECT (SELECT max(seq) FROM event), salt, body FROM event_body WHERE seq = 2",
            0,
        ),
        ("INSERT INTO event SELECT 0, at, kind, subject, commitment, hash FROM event WHERE seq = 1", 1),
    ] {
        let desk = Desk::lived_in();
        let last = desk.count("event") as u64;
        desk.tamper(sql);
        let found = desk.journal().verify();
        let expected = if first_bad == 0 { last + 1 } else { first_bad };
        assert_eq!((found.ok, found.first_bad), (false, Some(expected)), "{sql}: {}", found.message);
    }
}

#[test]
fn aud_04_a_cut_tail_is_found_by_the_anchor() {
    let desk = Desk::lived_in();
    assert!(desk.journal().anchor_now());
    let last = desk.count("event");
    // Rows and events are cut together, so that only the anchor can tell.
    desk.tamper(&format!(
        "DELETE FROM setting; DELETE FROM event_body WHERE seq = {last}; DELETE FROM event WHERE seq = {last}"
    ));
    let found = desk.journal().verify();
    assert_eq!((found.ok, found.first_bad), (false, Some(last as u64)));
    assert!(found.message.contains("end is missing"), "{}", found.message);
}

#[test]
fn aud_04_an_older_copy_put_back_is_found_and_never_anchored_over() {
    let mut desk = Desk::lived_in();
    desk.close();
    let copy = std::fs::read(desk.file()).unwrap();
    desk.open().unwrap();
    desk.run();
    assert!(desk.journal().anchor_now());
    desk.close();
    std::fs::write(desk.file(), copy).unwrap();
    desk.open().unwrap();
    assert!(!desk.journal().anchored());
    assert!(!desk.journal().anchor_now(), "the evidence was written over");
    let found = desk.journal().verify();
    assert!(!found.ok && found.message.contains("older copy"), "{}", found.message);
    // It goes on from here when the user says so; what lies before stays named.
    assert!(desk.journal().acknowledge(NOW).unwrap());
    let found = desk.journal().verify();
    assert!(found.ok && found.message.contains("was not anchored"), "{}", found.message);
}

#[test]
fn aud_04_a_chain_made_anew_is_found_by_the_anchor() {
    let mut desk = Desk::lived_in();
    assert!(desk.journal().anchor_now());
    let other = Desk::lived_in();
    let anchored = desk.keychain.value.lock().unwrap().clone();
    desk.close();
    let mut other = other;
    other.journal().set_setting("theme", "light", NOW).unwrap();
    other.close();
    std::fs::copy(other.file(), desk.file()).unwrap();
    desk.open().unwrap();
    let found = desk.journal().verify();
    assert!(!found.ok && found.message.contains("written anew"), "{}", found.message);
    assert_eq!(*desk.keychain.value.lock().unwrap(), anchored);
}

#[test]
fn aud_05_without_its_anchor_the_history_is_called_whole_but_not_anchored() {
    let mut desk = Desk::lived_in();
    assert!(desk.journal().anchor_now());
    assert!(desk.journal().verify().message.starts_with("Whole: "));
    *desk.keychain.value.lock().unwrap() = None;
    desk.open().unwrap();
    assert!(!desk.journal().anchored());
    let found = desk.journal().verify();
    assert!(found.ok && found.message.contains("whole, but not anchored"), "{}", found.message);
    assert!(found.message.contains("cannot be verified"), "{}", found.message);
    // A new anchor does not vouch for what it has not seen.
    assert!(desk.journal().anchor_now());
    let found = desk.journal().verify();
    assert!(found.ok && found.message.contains("was not anchored"), "{}", found.message);
}

#[test]
fn sec_05_a_locked_keychain_is_said_and_caught_up_with() {
    let desk = Desk::lived_in();
    *desk.keychain.locked.lock().unwrap() = true;
    assert!(!desk.journal().anchor_now());
    assert!(!desk.journal().anchored());
    let found = desk.journal().verify();
    assert!(found.ok && found.message.contains("does not answer"), "{}", found.message);
    *desk.keychain.locked.lock().unwrap() = false;
    assert!(desk.journal().anchor_now() && desk.journal().anchored());
}

#[test]
fn the_head_is_anchored_every_200_events() {
    let desk = Desk::new();
    assert_eq!(*desk.keychain.stored.lock().unwrap(), 1, "a new history is anchored at once");
    for n in 0..401 {
        desk.journal().set_setting("n", &n.to_string(), NOW).unwrap();
    }
    assert_eq!(*desk.keychain.stored.lock().unwrap(), 3);
}

#[test]
fn aud_11_events_cannot_be_changed_or_deleted_through_sql() {
    let desk = Desk::lived_in();
    let sql = desk.sql();
    for attempt in [
        "DELETE FROM event WHERE seq = 2",
        "UPDATE event SET kind = 'x' WHERE seq = 2",
        "UPDATE event_body SET body = '{}' WHERE seq = 2",
        "PRAGMA recursive_triggers = ON; REPLACE INTO event SELECT * FROM event WHERE seq = 2",
    ] {
        assert!(sql.execute_batch(attempt).is_err(), "{attempt} went through");
    }
}

#[test]
fn self_11_any_row_changed_put_in_or_taken_out_is_found_and_named() {
    for (sql, named) in [
        ("UPDATE action SET status = 'approved' WHERE status = 'waiting'", "action a3"),
        ("UPDATE action SET args = '{}' WHERE id = 2", "action a2"),
        ("UPDATE action SET undone_at = 1 WHERE id = 1", "action a1"),
        ("UPDATE decision SET by = 'user' WHERE action_id = 1", "decision of action a1"),
        ("DELETE FROM decision WHERE action_id = 2", "decision of action a2"),
        (
            "INSERT INTO decision (action_id, by, at, digest) VALUES (3, 'user', 0, 'c3-digest')",
            "decision of action a3",
        ),
        ("UPDATE inverse SET data = '\"/etc\"'", "inverse of action a1"),
        ("DELETE FROM attempt", "attempt of action a1"),
        ("UPDATE turn SET body = replace(body, 'Tidy', 'Wipe') WHERE id = 1", "table turn"),
        ("UPDATE run SET grants = '[]'", "run r1"),
        ("UPDATE rule SET answer = 'deny'", "rule p1"),
        ("INSERT INTO rule (answer, tool, made_at, sentence, draft) VALUES ('allow', 'x', 0, '', '{}')", "rule p2"),
        ("UPDATE setting SET value = 'light'", "table setting"),
        ("DELETE FROM reminder", "reminder m1"),
        ("UPDATE question SET answer = 'no'", "question q1"),
    ] {
        let desk = Desk::lived_in();
        desk.tamper(sql);
        let found = desk.journal().verify();
        assert!(!found.ok, "{sql} was not found");
        assert!(found.message.contains(named), "{sql}: {}", found.message);
    }
}

#[test]
fn a_row_changed_behind_our_back_is_not_hidden_by_the_next_change_of_it() {
    let desk = Desk::lived_in();
    desk.tamper("UPDATE action SET args = '{}' WHERE id = 3");
    let no = decision(Decider::User, "c3-digest");
    desk.journal().decide(ActionId(3), &no, Status::Rejected, None).unwrap();
    let found = desk.journal().verify();
    assert!(!found.ok && found.message.contains("alarm"), "{}", found.message);
    desk.journal().acknowledge(NOW).unwrap();
    assert!(desk.journal().verify().ok);
}
