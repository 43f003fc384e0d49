//! What happens to a history behind the program's back.

use crate::Home;
use rusqlite::{Connection, params};

/// Changes one byte in the body of an event near the end of the history, as whoever can write the file could, and gives
/// the event's number. No program may have the history open.
pub fn change_one_byte(home: &Home) -> i64 {
    let database = Connection::open(home.data().join("assent.db")).expect("open the history");
    drop_guards(&database);
    let changed: i64 = database.query_row("SELECT max(seq) - 2 FROM event", [], |row| row.get(0)).expect("events");
    let body: String = database
        .query_row("SELECT body FROM event_body WHERE seq = ?1", [changed], |row| row.get(0))
        .expect("the body of an event");
    let at = body.find(|c: char| c.is_ascii_alphanumeric()).expect("a letter");
    let mut bytes = body.into_bytes();
    bytes[at] ^= 1;
    let body = String::from_utf8(bytes).expect("still text");
    let one_byte = "UPDATE event_body SET body = ?1 WHERE seq = ?2";
    assert_eq!(database.execute(one_byte, params![body, changed]).expect("change one byte"), 1);
    changed
}

// Whoever can write the file can drop its triggers too; the chain must find the change all the same.
fn drop_guards(database: &Connection) {
    let mut query = database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").expect("triggers");
    let names: Vec<String> =
        query.query_map([], |row| row.get(0)).expect("triggers").map(|name| name.expect("a name")).collect();
    names.iter().for_each(|name| database.execute_batch(&format!("DROP TRIGGER {name}")).expect("drop a trigger"));
}
