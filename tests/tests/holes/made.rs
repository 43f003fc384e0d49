//! What an approved command makes in a protected place (F6): it waits for a card of its own, and the rest is there.

use crate::shell::{approve, ask};
use assent_tests::Home;
use std::fs;

#[test]
fn f6_a_script_makes_nothing_in_a_protected_place() {
    for (script, made) in [
        ("mkdir -p .git/hooks; echo x > .git/hooks/pre-commit", ".git/hooks/pre-commit"),
        ("mkdir .vscode; echo '{}' > .vscode/tasks.json", ".vscode/tasks.json"),
        ("echo x > .envrc", ".envrc"),
        ("echo x > .EnvRC", ".EnvRC"),
        ("mkdir .ssh; echo x > .ssh/authorized_keys", ".ssh/authorized_keys"),
        ("mkdir s; echo x > s/config; mv s .git", ".git/config"),
        ("mkdir -p sub/.husky; echo x > sub/.husky/pre-push", "sub/.husky/pre-push"),
        ("ln -s fine.txt .envrc", ".envrc"),
        ("echo x > fine.txt; ln fine.txt .envrc", ".envrc"),
        ("mkdir b b/objects b/refs b/hooks; echo x > b/HEAD; echo x > b/hooks/update", "b/hooks/update"),
    ] {
        let home = Home::new();
        home.file("work/s.sh", &format!("{script}; echo fine > fine.txt\n"));
        ask(&home, "bash s.sh", "semi").ended(3);
        approve(&home);
        assert!(home.path().join("work").join(made).symlink_metadata().is_err(), "{script}");
        let fine = fs::read_to_string(home.path().join("work/fine.txt")).unwrap_or_default();
        assert_eq!(fine, "fine\n", "{script}");
    }
}

#[test]
fn f5_another_name_of_a_file_is_not_changed_by_a_command() {
    let home = Home::new();
    let rc = home.file(".profile-copy", "as it was");
    fs::create_dir_all(home.path().join("work")).expect("a folder");
    fs::hard_link(&rc, home.path().join("work/rc.txt")).expect("a link");
    ask(&home, "echo more >> rc.txt", "semi").ended(3);
    approve(&home);
    assert_eq!(fs::read_to_string(&rc).expect("read it"), "as it was");
}
