//! Requests about notes, to-dos and reminders: most of their words are the user's own text.

use crate::{
    cursor::Cursor,
    request::Ask,
    when::{is_when, repeats},
};

/// "remind me [WHEN] to TEXT [WHEN]".
pub fn reminder(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if !c.eat(words.remind) {
        return None;
    }
    // "set a reminder for tomorrow": the time may follow a word of its own.
    let asked_for = c.eat(&["for"]);
    let start = c.at;
    let end = start + c.rest().len();
    let text_at = |c: &mut Cursor, from: usize, to: usize| {
        c.at = end;
        c.span(from, to)
            .map(|text| text.trim_end_matches([',', '.', ';', ' ']).to_owned())
            .filter(|text| !text.is_empty())
    };
    // WHEN first: up to the last word "to" (or the like) before which all is a time.
    for at in (start + 1..end).rev() {
        c.at = at;
        let Some(spoken) = c.span(start, at) else { continue };
        if !(c.eat(words.about) || c.eat(&[","])) {
            continue;
        }
        let from = c.at;
        if is_when(&spoken) {
            return Some(vec![Ask::Remind { text: text_at(c, from, end)?, when: spoken }]);
        }
        if repeats(&spoken) {
            return Some(vec![Ask::RemindAgainAndAgain { text: text_at(c, from, end)? }]);
        }
    }
    // WHEN last: the longest end of the text that is a time.
    c.at = start;
    let about = c.eat(words.about) || asked_for;
    let from = c.at;
    for at in from + 1..end {
        let Some(spoken) = c.span(at, end) else { continue };
        if is_when(&spoken) {
            return Some(vec![Ask::Remind { text: text_at(c, from, at)?, when: spoken }]);
        }
        if repeats(&spoken) {
            return Some(vec![Ask::RemindAgainAndAgain { text: text_at(c, from, at)? }]);
        }
    }
    about.then(|| text_at(c, from, end)).flatten().map(|text| vec![Ask::RemindSometime { text }])
}

/// "cancel reminder TEXT", "move reminder TEXT to WHEN".
pub fn change_reminders(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    let start = c.at;
    if c.eat(words.cancel) {
        c.skip(words.articles);
        if !c.eat(words.reminder) {
            return None;
        }
        c.eat(words.about);
        return Some(vec![Ask::CancelReminder { text: c.take_text()? }]);
    }
    c.at = start;
    if !c.eat(words.change) {
        return None;
    }
    c.skip(words.articles);
    if !c.eat(words.reminder) {
        return None;
    }
    c.eat(words.about);
    let from = c.at;
    let end = from + c.rest().len();
    for at in from + 1..end {
        c.at = at;
        if c.eat(&["to"])
            && let Some(when) = c.span(c.at, end).filter(|text| is_when(text))
        {
            c.at = end;
            return Some(vec![Ask::ChangeReminder { text: c.span(from, at)?, when }]);
        }
    }
    None
}

/// "note: TEXT", "add a note TITLE: TEXT".
pub fn note(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    let asked = c.eat(words.add);
    c.skip(words.articles);
    c.eat(&["new"]);
    if !c.eat(words.note) {
        return None;
    }
    if c.eat(&[":", "that"]) {
        let text = c.take_text()?;
        return Some(vec![Ask::AddNote { title: title_of(&text), text }]);
    }
    if !asked {
        return None;
    }
    c.eat(words.called);
    c.eat(&["to self", "about"]);
    let start = c.at;
    let colon = c.rest().iter().position(|t| t.word == ":");
    if let Some(colon) = colon.filter(|n| *n > 0) {
        let title = c.span(start, start + colon)?;
        c.at = start + colon + 1;
        return Some(vec![Ask::AddNote { title, text: c.take_text()? }]);
    }
    c.eat(&[":"]);
    if let [title, text] = c.rest()
        && title.quoted
        && text.quoted
    {
        c.at += 2;
        return Some(vec![Ask::AddNote { title: title.raw.clone(), text: text.raw.clone() }]);
    }
    let text = c.take_text()?;
    Some(vec![Ask::AddNote { title: title_of(&text), text }])
}

// A title from the first words: at most eight of them and 60 characters.
pub fn title_of(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut title = String::new();
    for word in line.split_whitespace().take(8) {
        if title.chars().count() + word.chars().count() >= 60 && !title.is_empty() {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.extend(word.chars().take(60));
    }
    title.trim_end_matches([',', '.', ';', ':']).to_owned()
}

/// "add to-do TEXT", "todo: TEXT", "add TEXT to my to-dos".
pub fn todo(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    let asked = c.eat(words.add);
    let start = c.at;
    c.skip(words.articles);
    c.eat(&["new"]);
    if c.eat(words.todo) {
        let marked = c.eat(&[":", "to"]);
        if asked || marked {
            return Some(vec![Ask::AddTodo { text: c.take_text()? }]);
        }
        return None;
    }
    if !asked {
        return None;
    }
    let end = start + c.rest().len();
    for at in (start + 1..end).rev() {
        c.at = at;
        if c.eat(&["to", "on"]) {
            c.skip(words.articles);
            if c.eat(words.todos) && c.at_end() {
                return Some(vec![Ask::AddTodo { text: c.span(start, at)? }]);
            }
        }
    }
    None
}

/// "complete to-do TEXT", "tick off TEXT", "mark TEXT as done", "change to-do TEXT to TEXT".
pub fn complete(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    let start = c.at;
    if c.eat(&["change", "edit", "reword"]) {
        c.skip(words.articles);
        if !c.eat(words.todo) {
            return None;
        }
        let from = c.at;
        let to = from + c.rest().iter().position(|t| t.word == "to").filter(|n| *n > 0)?;
        c.at = to + 1;
        return Some(vec![Ask::EditTodo { text: c.span(from, to)?, new_text: c.take_text()? }]);
    }
    let mark = c.sees(&["mark"]);
    let tick = c.sees(words.tick);
    c.at = start;
    if !c.eat(words.complete) {
        return None;
    }
    let save = c.at;
    c.skip(words.articles);
    let said = c.eat(words.todo);
    if !said {
        c.at = save;
    }
    c.eat(&[":"]);
    let from = c.at;
    let end = from + c.rest().len();
    if let Some(at) = (from + 1..end).find(|at| {
        c.at = *at;
        c.eat(&["as done", "done", "as complete", "as completed", "as finished"]) && c.at_end()
    }) {
        c.at = end;
        return Some(vec![Ask::CompleteTodo { text: c.span(from, at)?, list: None }]);
    }
    c.at = from;
    ((said || tick) && !mark).then(|| c.take_text()).flatten().map(|text| vec![Ask::CompleteTodo { text, list: None }])
}

/// "list notes", "search notes for x", "list to-dos", "list reminders".
pub fn show(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    let start = c.at;
    if c.eat(words.find) {
        c.eat(&["in"]);
        c.skip(words.articles);
        if c.eat(words.notes) {
            return if c.eat(&["for", "about", "with", "containing"]) {
                Some(vec![Ask::SearchNotes { text: c.take_text()? }])
            } else {
                None
            };
        }
        c.at = start;
        c.eat(words.find);
        c.eat(&["for"]);
        let from = c.at;
        let end = from + c.rest().len();
        for at in (from + 1..end).rev() {
            c.at = at;
            if c.eat(&["in"]) {
                c.skip(words.articles);
                if c.eat(words.notes) && c.at_end() {
                    return Some(vec![Ask::SearchNotes { text: c.span(from, at)? }]);
                }
            }
        }
    }
    c.at = start;
    if !c.eat(words.show) {
        return None;
    }
    c.eat(&["on", "in"]);
    c.skip(words.articles);
    let ask = if c.eat(words.todos) {
        Ask::ListTodos { list: None }
    } else if c.eat(words.reminders) {
        Ask::ListReminders
    } else if c.eat(words.notes) {
        Ask::ListNotes
    } else {
        return None;
    };
    Some(vec![ask])
}
