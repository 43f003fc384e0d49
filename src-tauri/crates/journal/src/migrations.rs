//! The one list of migrations, oldest first. The format of a file is how many of them it has had.
//! A migration that was released is never changed: a new one is put at the end.

use crate::{
    account, action, attempt, automation, budget, connection, decision, delegation, event, firing, hold, inverse,
    label, outcome, question, remark, reminder, reply, rule, run, said, search, setting, turn,
};
use rusqlite_migration::{M, Migrations};

const LIST: &[&str] = &[
    event::CREATE,
    run::CREATE,
    turn::CREATE,
    action::CREATE,
    rule::CREATE,
    decision::CREATE,
    attempt::CREATE,
    outcome::CREATE,
    inverse::CREATE,
    question::CREATE,
    reminder::CREATE,
    setting::CREATE,
    search::CREATE,
    rule::EARNED,
    connection::CREATE,
    reply::CREATE,
    budget::CREATE,
    search::CREATE_PAIRS,
    hold::CREATE,
    run::HOSTS,
    automation::CREATE,
    firing::CREATE,
    account::CREATE,
    delegation::CREATE,
    action::INDEXES,
    firing::INDEXES,
    remark::CREATE,
    label::CREATE,
    said::CREATE,
    question::CHOICES,
];

/// All of them.
pub(crate) fn all() -> Migrations<'static> {
    Migrations::new(LIST.iter().map(|sql| step(sql)).collect())
}

fn step(sql: &'static str) -> M<'static> {
    if sql == search::CREATE_PAIRS {
        // What no SQL can make of the texts that are there.
        return M::up_with_hook(sql, search::index_pairs);
    }
    if sql == said::CREATE {
        return M::up_with_hook(sql, said::take_up);
    }
    M::up(sql)
}

/// The format that this program writes.
pub(crate) const KNOWN: i64 = LIST.len() as i64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Anchor, Journal};
    use assent_protocol::{ActionId, Status, canonical, wire::HistoryQuery};
    use rusqlite::Connection;
    use std::sync::Arc;

    struct Nothing;

    impl Anchor for Nothing {
        fn load(&self) -> Result<Option<String>, String> {
            Ok(None)
        }
        fn store(&self, _head: &str) -> Result<(), String> {
            Ok(())
        }
    }

    /// The format of the first files on people's disks, and a digest of all its SQL.
    const OLDEST: usize = 13;
    const OLDEST_SQL: &str = "d4f3d736946085189cc538cf2fb2aba714afdbdefc583101441b91e6fbdf4f08";

    /// A file as the first version wrote it.
    fn oldest(folder: &std::path::Path) {
        let mut file = Connection::open(folder.join("assent.db")).unwrap();
        file.pragma_update(None, "application_id", 0x4173_736e).unwrap();
        all().to_version(&mut file, OLDEST).unwrap();
        file.execute_batch(
            r#"INSERT INTO run VALUES (1, 'waiting', '"semi"', 'planner', 1, NULL, NULL, 'Tidy', '[]');
               INSERT INTO action VALUES (1, 1, 'approved', 'files.move', 'modify', 1, NULL, 1, NULL, NULL, NULL, NULL,
                  'c1', 'def', 'dig', 'cd', 'Move it', NULL, '{"path":"/x"}',
                  '{"effect":"modify","destination":"here","reversal":"undoable","targets":"user","payload":"user",
                    "reach":"inside","inspectable":true,"size":{"items":1,"bytes":1,"amount":null,"recipients":0},"origins":[]}',
                  '{"answer":"ask","escalate":false,"floor":false,"reasons":[{"code":"mode_asks","detail":null}],"rule":null}',
                  '{"kind":"fields","rows":[]}');
               INSERT INTO decision VALUES (1, 1, 'user', NULL, 2, 'dig', 'go on');
               INSERT INTO search_text VALUES (1, 'move it');
               INSERT INTO search (rowid, text) VALUES (1, 'move it');"#,
        )
        .unwrap();
    }

    #[test]
    fn dur_10_the_oldest_file_ever_written_opens_and_reads() {
        let folder = tempfile::tempdir().unwrap();
        oldest(folder.path());
        let journal = Journal::open(folder.path(), Arc::new(Nothing), 3).unwrap();
        let action = journal.action(ActionId(1)).unwrap().unwrap();
        assert_eq!((action.status, action.title.as_str()), (Status::Approved, "Move it"));
        assert_eq!(action.decision.unwrap().reason.as_deref(), Some("go on"));
        assert_eq!(journal.unfinished_runs().unwrap().len(), 1);
        for search in ["move", "ov", "T", "it mov"] {
            let query = HistoryQuery { search: search.into(), ..HistoryQuery::default() };
            assert_eq!(journal.history(&query).unwrap().actions.len(), 1, "{search}");
        }
    }

    #[test]
    fn a_migration_that_was_released_is_never_changed() {
        assert_eq!(canonical::digest(&LIST[..OLDEST]), OLDEST_SQL);
    }

    #[test]
    fn every_migration_is_sound() {
        all().validate().unwrap();
    }
}
