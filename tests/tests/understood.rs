//! What a person types in their own words, through the real program: it is done, asked about, or told honestly.

use assent_tests::{Home, text};
use std::fs;

#[test]
fn what_is_not_sure_is_asked_with_readings_to_choose_from() {
    let home = Home::new();
    let asked = home.json(&["ask", "remind me to prepare for friday", "--mode", "ask"]).ended(3);
    let question = asked.lines.iter().find(|line| line["type"] == "question").unwrap_or_else(|| panic!("{asked:#?}"));
    let choices = question["choices"].as_array().map(Vec::len);
    assert_eq!(choices, Some(3), "{question}");
    let answered = home.json(&["answer", &text(question, "id"), "1"]).ended(3);
    let card = answered.cards().into_iter().next().unwrap_or_else(|| panic!("{answered:#?}"));
    assert_eq!((&card["tool"], card["args"]["text"].as_str()), (&"reminders.set".into(), Some("prepare")));
}

#[test]
fn a_list_with_a_name_is_filled_read_and_ticked_off() {
    let home = Home::new();
    home.json(&["ask", "add milk and eggs to my shopping list", "--mode", "ask", "--approve", "all"]).ended(0);
    let listed = home.json(&["ask", "what's on my shopping list"]).ended(0);
    let said = format!("{listed:?}");
    assert!(said.contains("milk") && said.contains("eggs"), "{said}");
    home.json(&["ask", "take milk off my shopping list", "--mode", "ask", "--approve", "all"]).ended(0);
    let list = fs::read_to_string(home.path().join("Notes").join("shopping list.md")).expect("the list");
    assert_eq!(list, "- [x] milk\n- [ ] eggs\n");
}

#[test]
fn what_lies_outside_is_said_and_nothing_is_done() {
    let home = Home::new();
    let asked = home.json(&["ask", "order a pizza"]).ended(1);
    assert!(format!("{asked:?}").contains("I cannot do"), "{asked:#?}");
}

#[test]
fn a_letter_finds_its_address_among_the_contacts() {
    let home = Home::new();
    fs::create_dir_all(home.path().join("Notes")).expect("the notes folder");
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Anna Nowak\nEMAIL:anna@example.com\nTEL:555 01\nEND:VCARD\n";
    fs::write(home.path().join("Notes").join("people.vcf"), card).expect("a contact");
    let asked = home.json(&["ask", "what is Anna's phone number"]);
    assert!(format!("{asked:?}").contains("555 01"), "{asked:#?}");
}
