//! What each tool is: one that only looks, one whose undo is proven, or one that cannot be taken back.

/// Tools that change nothing, or nothing of the user's.
const LOOKS: &[&str] = &[
    "files.list",
    "files.read",
    "files.search",
    "files.find_duplicates",
    "contacts.find",
    "notes.list",
    "notes.search",
    "results.read",
    "todos.list",
    "calendar.list",
    "web.fetch",
];
/// Where undo is proven: `check_do_undo` does, undoes and compares every byte.
const PROOFS: &[&str] = &[
    include_str!("check.rs"),
    include_str!("threats.rs"),
    include_str!("shell/run/tests.rs"),
    include_str!("calendar/tests.rs"),
];

/// Undo gives back names, bytes, modes and times of all files; the time of the folder that they lay in is not given back. Its
/// test is in `shell/run/tests.rs`.
const BUT_FOR_THE_FOLDERS_TIME: &str = "shell.place";

#[test]
fn pol_12_no_tool_is_taken_for_undoable_without_a_proof() {
    for tool in crate::all() {
        let name = tool.spec().name;
        let proven = PROOFS.iter().any(|tests| {
            tests.lines().any(|line| line.contains("check_do_undo(") && line.contains(&format!("\"{name}\"")))
        });
        let proven = proven || name == BUT_FOR_THE_FOLDERS_TIME;
        assert!(proven != LOOKS.contains(&name.as_str()), "{name}: neither one that looks nor proven, or both");
    }
}
