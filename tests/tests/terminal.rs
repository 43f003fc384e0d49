//! A person at a terminal: what was typed before a question stood there answers nothing (ux-01).

use assent_tests::{Home, assert_same, snapshot, terminal::Terminal};

/// The last words of a card's question.
const ASKS: &str = "[q]uit?";

fn tidies(typed: &str) -> (Home, std::path::PathBuf, Terminal) {
    let home = Home::new();
    let folder = home.path().join("Downloads");
    home.file("Downloads/letter.pdf", "a letter");
    home.file("Downloads/song.mp3", "a song");
    let terminal = Terminal::start(&mut home.command(&["ask", "tidy ~/Downloads by type", "--mode", "ask"]), typed);
    (home, folder, terminal)
}

#[test]
fn ux_01_keys_typed_before_the_card_is_drawn_approve_nothing() {
    let (home, folder, mut terminal) = tidies("a\na\n");
    let before = snapshot(&folder);
    terminal.shows(ASKS);
    terminal.types("q\n");
    assert_eq!(terminal.ended().code(), Some(3));
    assert_same(&before, &snapshot(&folder));
    assert_eq!(home.inbox().len(), 1);
}

#[test]
fn ux_01_a_card_is_deaf_while_it_is_being_drawn_and_hears_after() {
    let (_home, folder, mut terminal) = tidies("");
    let before = snapshot(&folder);
    // The card stands there; its question does not yet.
    terminal.shows("letter.pdf");
    terminal.types("a\n");
    terminal.shows(ASKS);
    assert_same(&before, &snapshot(&folder));
    terminal.types("a\n");
    assert_eq!(terminal.ended().code(), Some(0));
    assert!(folder.join("Documents/letter.pdf").exists(), "{:?}", snapshot(&folder));
}

#[test]
fn ux_01_lines_pasted_at_once_approve_nothing() {
    let (home, folder, mut terminal) = tidies("");
    let before = snapshot(&folder);
    terminal.shows(ASKS);
    terminal.types("x\na\na\n");
    terminal.shows("Several lines came at once");
    terminal.shows(ASKS);
    terminal.types("q\n");
    assert_eq!(terminal.ended().code(), Some(3));
    assert_same(&before, &snapshot(&folder));
    assert_eq!(home.inbox().len(), 1);
}

#[test]
fn ux_01_a_name_typed_before_it_was_asked_for_confirms_nothing() {
    let home = Home::new();
    home.file("Downloads/song.mp3", "a song");
    let note = home.file("Elsewhere/contract.pdf", "the only copy");
    let goal = format!("trash \"{}\"", note.display());
    let mut terminal = Terminal::start(&mut home.command(&["ask", &goal, "--grant", "Downloads"]), "");
    terminal.shows(ASKS);
    terminal.types("a\n");
    terminal.shows("to approve it:");
    // What is pasted with more lines is not the name, and the rest of it approves nothing.
    terminal.types("contract.pdf\na\n");
    terminal.shows(ASKS);
    terminal.types("q\n");
    assert_eq!(terminal.ended().code(), Some(3));
    assert!(note.exists());
}
