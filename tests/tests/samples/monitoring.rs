//! Monitoring: what is only noted, what is mended and can be undone, what is urgent, and what goes away.

use crate::{count, report, sample, says};
use assent_tests::{Home, text};
use std::{fs, path::PathBuf};

#[test]
fn a_day_of_monitoring_notes_mends_escalates_and_takes_back_and_reads_the_same_again() {
    let home = Home::new();
    let first = sample(&home, &["monitoring"]).ended(0);
    assert_eq!(first.stdout, sample(&home, &["monitoring"]).ended(0).stdout);
    let counts =
        ["proposed", "ran_by_rule", "ran_by_mode", "escalated", "approved", "undone"].map(|name| count(&first, name));
    assert_eq!(counts, [4, 1, 1, 2, 2, 1], "{}", first.stdout);
    assert!(count(&first, "noted") >= 40, "a burst of 40 files is one firing that counts 40");
    assert!(says(&first, "Notification: ") && says(&first, "is not there, so it cannot be watched"));
    // What was taken back is where it was; what was not lies in the trash of the sample and not of the user.
    let folder = PathBuf::from(text(report(&first), "folder"));
    assert!(folder.join("Server/logs/app-2024-09-30.log").exists());
    assert_eq!(fs::read_dir(folder.join("Server/cache")).expect("a folder").count(), 0);
    assert!(!home.path().join(".local/share/Trash").exists() && !home.data().exists());
    let data = folder.join("assent").display().to_string();
    home.json(&["--data", &data, "verify"]).ended(0);
}
