//! Servers and their tools: kept, changed, removed, and not believed when somebody else wrote them.

use crate::support::*;
use assent_journal::{JournalError, StoredServer, StoredTool};

#[test]
fn a_server_and_its_tools_are_kept_changed_and_removed() {
    let desk = Desk::new();
    let journal = desk.journal();
    journal.put_server(&server(), NOW).unwrap();
    journal.put_server_tool(&server_tool(), NOW).unwrap();
    assert_eq!((journal.servers().unwrap(), journal.server_tools().unwrap()), (vec![server()], vec![server_tool()]));
    let off = StoredServer { on: false, last_error: Some("gone".into()), ..server() };
    let suspended = StoredTool { suspended: Some("changed".into()), offered: Some("{}".into()), ..server_tool() };
    journal.put_server(&off, NOW).unwrap();
    journal.put_server_tool(&suspended, NOW).unwrap();
    assert_eq!((journal.servers().unwrap(), journal.server_tools().unwrap()), (vec![off], vec![suspended]));
    assert!(journal.verify().ok, "{}", journal.verify().message);
    journal.remove_server("memory", NOW).unwrap();
    assert_eq!((journal.servers().unwrap(), journal.server_tools().unwrap()), (vec![], vec![]));
    assert!(journal.verify().ok, "{}", journal.verify().message);
    assert!(matches!(journal.remove_server("memory", NOW), Err(JournalError::NotFound(_))));
    assert!(matches!(journal.put_server_tool(&server_tool(), NOW), Err(JournalError::NotFound(_))));
}

#[test]
fn what_somebody_else_declared_does_not_count_and_is_found() {
    let desk = Desk::lived_in();
    let declared = r#"{"effect":"observe","undo":null}"#;
    desk.sql().execute("UPDATE connection_tool SET declared = ?", [declared]).unwrap();
    assert_eq!(desk.journal().server_tools().unwrap(), vec![]);
    assert!(!desk.journal().verify().ok);
}

#[test]
fn a_closed_question_is_answered_once_and_leaves_no_turn() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    let question = journal.add_question(run, "c1", "Which colour?", &[], NOW).unwrap();
    let turns = journal.turns(run).unwrap().len();
    journal.close_question(question, "blue", NOW).unwrap();
    assert_eq!((journal.open_questions().unwrap().len(), journal.turns(run).unwrap().len()), (0, turns));
    assert!(matches!(journal.close_question(question, "red", NOW), Err(JournalError::AlreadyAnswered(_))));
    assert!(journal.verify().ok);
}
