//! Opening: one owner, private files, and a file that is not ours or not whole.

use crate::support::*;
use assent_journal::{Journal, JournalError};
use std::fs;

#[test]
fn dur_09_a_second_owner_is_refused_until_the_first_is_gone() {
    let mut desk = Desk::new();
    let second = Journal::open(&desk.data(), desk.keychain.clone(), NOW);
    let error = second.expect_err("a second owner got in");
    assert!(matches!(error, JournalError::Locked { .. }));
    assert!(error.to_string().contains("already open"), "{error}");
    desk.close();
    Journal::open(&desk.data(), desk.keychain.clone(), NOW).unwrap();
}

#[cfg(unix)]
#[test]
fn sec_06_files_are_0600_and_the_folder_0700_even_where_they_were_open() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut desk = Desk::new();
    let check = |desk: &Desk| {
        desk.run();
        assert_eq!(mode(&desk.data()), 0o700);
        let mut seen = 0;
        for entry in fs::read_dir(desk.data()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            seen += 1;
        }
        assert!(seen >= 4, "database, log, index of the log and lock");
    };
    check(&desk);
    desk.close();
    fs::set_permissions(desk.data(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(desk.file(), fs::Permissions::from_mode(0o666)).unwrap();
    desk.open().unwrap();
    check(&desk);
}

#[cfg(unix)]
#[test]
fn sec_06_nothing_is_open_to_others_where_the_umask_takes_nothing_away() {
    // The umask belongs to the whole process, so the test above runs again in one of its own.
    let again =
        "umask 000; exec \"$0\" --exact opening::sec_06_files_are_0600_and_the_folder_0700_even_where_they_were_open";
    let done =
        std::process::Command::new("sh").arg("-c").arg(again).arg(std::env::current_exe().unwrap()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn dur_10_a_newer_file_is_politely_refused_and_not_touched() {
    let mut desk = Desk::lived_in();
    desk.close();
    desk.sql().pragma_update(None, "user_version", 999).unwrap();
    let before = fs::read(desk.file()).unwrap();
    let error = desk.open().expect_err("a newer file was opened");
    assert!(matches!(error, JournalError::Newer { found: 999, .. }));
    assert!(error.to_string().contains("newer Assent"), "{error}");
    assert_eq!(fs::read(desk.file()).unwrap(), before);
}

#[test]
fn dur_14_what_is_not_a_whole_history_is_called_damaged_and_where_it_is() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 3] = [
        ("text", |bytes| *bytes = b"this is no database at all, but it is long enough to be looked at".repeat(20)),
        ("cut", |bytes| bytes.truncate(bytes.len() / 2)),
        ("overwritten", |bytes| bytes[4096..16384].fill(0xa5)),
    ];
    for (name, damage) in damages {
        let mut desk = Desk::lived_in();
        desk.close();
        let mut bytes = fs::read(desk.file()).unwrap();
        damage(&mut bytes);
        fs::write(desk.file(), &bytes).unwrap();
        let error = desk.open().expect_err(name);
        assert!(matches!(error, JournalError::Damaged { .. }), "{name}: {error:?}");
        assert!(error.to_string().contains("assent.db"), "{error}");
        assert_eq!(fs::read(desk.file()).unwrap(), bytes, "{name}: a damaged file was changed");
    }
}

#[test]
fn the_database_of_another_program_is_left_alone() {
    let desk = tempfile::tempdir().unwrap();
    let file = desk.path().join("assent.db");
    rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE song (title TEXT)").unwrap();
    let opened = Journal::open(desk.path(), std::sync::Arc::new(Keychain::default()), NOW);
    assert!(matches!(opened, Err(JournalError::Damaged { .. })));
}

#[test]
fn dur_05_everything_is_there_after_it_is_opened_again() {
    let mut desk = Desk::lived_in();
    let before = (desk.journal().recent_actions(100).unwrap(), desk.journal().rules(NOW).unwrap());
    desk.open().unwrap();
    assert_eq!((desk.journal().recent_actions(100).unwrap(), desk.journal().rules(NOW).unwrap()), before);
    assert_eq!(desk.journal().setting("theme").unwrap().as_deref(), Some("dark"));
    assert_eq!(desk.journal().unfinished_runs().unwrap().len(), 1);
}

#[test]
fn sec_08_what_is_deleted_is_gone_from_the_bytes_of_the_file() {
    let mut desk = Desk::new();
    let reminder = desk.journal().add_reminder("canary-in-the-reminder", NOW, "UTC", NOW).unwrap();
    desk.journal().remove_reminder(reminder, NOW).unwrap();
    desk.close();
    let bytes = fs::read(desk.file()).unwrap();
    assert!(!bytes.windows(22).any(|window| window == b"canary-in-the-reminder"));
}
