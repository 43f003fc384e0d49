//! To-dos: lines `- [ ] text` of one Markdown file in the notes folder. Each change touches one line, so that several
//! waiting cards do not get into each other's way and one line can be taken back after others have changed.

pub mod add;
pub mod complete;
pub mod edit;
pub mod list;

use crate::{
    batch::{blank, data, refuse_own, succeeded},
    contents::{self, Current, LineChange, current},
    files::write,
    notes::{LIST_FILE, within_notes},
    paths::{Resolved, text_of},
    words::{say, shown_path},
};
use assent_agent::{Inverse, Output, Place, ToolError, ToolFacts};
use assent_protocol::{Effect, Preview, Reach, visible::visible};
use serde_json::json;
use std::path::Path;

// Letters of a list's name.
const LONGEST_LIST: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Todo {
    line: String,
    text: String,
    due: Option<String>,
    done: bool,
}

// One change of the list: the line that is there, if any, and the line that takes its place.
struct Change {
    before: Option<String>,
    after: String,
    // What the line must be at the start: the line itself, or nothing for a new one.
    state: String,
}

// The list of to-dos, or another list by its name: `shopping list.md`.
fn located(list: Option<&str>, place: &Place) -> Result<Resolved, ToolError> {
    let Some(name) = list.map(str::trim).filter(|name| !name.is_empty()) else {
        return within_notes(LIST_FILE, place);
    };
    let fits = |c: char| c.is_alphanumeric() || [' ', '-', '_', '&', '\''].contains(&c);
    if name.chars().count() > LONGEST_LIST || !name.chars().all(fits) {
        return Err(ToolError::BadInput(say("tools.todos.list_name", &[("name", &visible(name))])));
    }
    within_notes(&format!("{} list.md", name.to_lowercase()), place)
}

fn read(line: &str) -> Option<Todo> {
    let rest = line.trim_start().strip_prefix(['-', '*'])?.trim_start().strip_prefix('[')?;
    let mut signs = rest.chars();
    let done = match signs.next()? {
        ' ' => false,
        'x' | 'X' => true,
        _ => return None,
    };
    let said = signs.as_str().strip_prefix(']')?.trim();
    let due = said.strip_suffix(')').and_then(|said| said.rsplit_once(" (due "));
    let (text, due) = due.map_or((said, None), |(text, due)| (text, Some(due.to_owned())));
    Some(Todo { line: line.to_owned(), text: text.to_owned(), due, done })
}

fn written(text: &str, due: Option<&str>, done: bool) -> String {
    let due = due.map(|due| format!(" (due {due})")).unwrap_or_default();
    format!("- [{}] {text}{due}", if done { 'x' } else { ' ' })
}

fn all(text: &str) -> Vec<Todo> {
    text.lines().filter_map(read).collect()
}

// One line: a to-do that holds a line break would be two.
fn one_line(text: &str) -> Result<String, ToolError> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.len() {
        0 => Err(ToolError::BadInput(say("tools.todos.empty", &[]))),
        1..=1000 => Ok(line),
        _ => Err(ToolError::BadInput(say("tools.todos.too_long", &[]))),
    }
}

// The one to-do that `wanted` means: its whole text, else the only one that has it as a part.
fn find(wanted: &str, open_only: bool, text: &str) -> Result<Todo, ToolError> {
    let wanted_low = wanted.trim().to_lowercase();
    let bad = |key| Err(ToolError::BadInput(say(key, &[("text", &visible(wanted))])));
    if wanted_low.is_empty() {
        return bad("tools.todos.empty");
    }
    let todos: Vec<Todo> = all(text).into_iter().filter(|todo| !(open_only && todo.done)).collect();
    let whole: Vec<&Todo> = todos.iter().filter(|todo| todo.text.to_lowercase() == wanted_low).collect();
    let part: Vec<&Todo> = todos.iter().filter(|todo| todo.text.to_lowercase().contains(&wanted_low)).collect();
    match (whole.as_slice(), part.as_slice()) {
        ([one], _) | ([], [one]) => Ok((*one).clone()),
        ([], []) => bad("tools.todos.none"),
        _ => bad("tools.todos.several"),
    }
}

fn text_of_list<'a>(now: &'a Current, at: &Resolved) -> Result<&'a str, ToolError> {
    now.text().ok_or_else(|| ToolError::Failed(say("tools.edit.not_text", &[("path", &shown_path(&at.path))])))
}

fn describe(
    list: Option<&str>,
    field: &str,
    title: String,
    rows: Vec<(String, String)>,
    place: &Place,
    change: impl FnOnce(&str) -> Result<Change, ToolError>,
) -> Result<ToolFacts, ToolError> {
    let at = located(list, place)?;
    if at.reach == Reach::OwnFiles {
        return Ok(contents::describe_own(&at, field, title));
    }
    let now = current(&at.path, place)?;
    let at = Resolved { reach: at.reach.max(now.names), ..at };
    let change = change(text_of_list(&now, &at)?)?;
    Ok(ToolFacts {
        title,
        targets: vec![at.target(field, change.state)],
        items: 1,
        bytes: change.after.len() as u64,
        preview: Preview::Fields { rows: rows.into_iter().map(|(name, value)| (name, visible(&value))).collect() },
        ..blank(if change.before.is_some() { Effect::Modify } else { Effect::Create })
    })
}

// The list with the change made in it, and the change.
fn changed(
    list: Option<&str>,
    facts: &ToolFacts,
    place: &Place,
    change: impl FnOnce(&str) -> Result<Change, ToolError>,
) -> Result<(Resolved, Current, String, Change), ToolError> {
    refuse_own(facts)?;
    let at = located(list, place)?;
    let now = current(&at.path, place)?;
    let text = text_of_list(&now, &at)?;
    let change = change(text)?;
    let described = facts.targets.first().map(|target| (target.shown.clone(), target.state.clone()));
    if described != Some((text_of(&at.path), change.state.clone())) {
        return Err(crate::failure::failed(crate::handle::CHANGED, &at.path));
    }
    let list = match &change.before {
        None if text.is_empty() || text.ends_with('\n') => format!("{text}{}\n", change.after),
        None => format!("{text}\n{}\n", change.after),
        Some(before) => {
            let mut left = Some(());
            let lines = text.split_inclusive('\n').map(|line| {
                let body = line.trim_end_matches(['\n', '\r']);
                if body == before && left.take().is_some() {
                    line.replacen(body, &change.after, 1)
                } else {
                    line.to_owned()
                }
            });
            lines.collect()
        }
    };
    Ok((at, now, list, change))
}

fn prepare(
    list: Option<&str>,
    facts: &ToolFacts,
    place: &Place,
    change: impl FnOnce(&str) -> Result<Change, ToolError>,
) -> Result<Vec<Inverse>, ToolError> {
    let (at, _, list, change) = changed(list, facts, place, change)?;
    let line = LineChange { before: change.before, after: change.after };
    let inverse = contents::prepare(&at.path, &list, Some(line), place)?;
    Ok(vec![Inverse { item: 0, data: data(&inverse)? }])
}

fn run(
    list: Option<&str>,
    facts: &ToolFacts,
    place: &Place,
    change: impl FnOnce(&str) -> Result<Change, ToolError>,
) -> Result<Output, ToolError> {
    let _alone = contents::alone(&located(list, place)?.path);
    let (at, now, list, change) = changed(list, facts, place, change)?;
    contents::put(&at.path, list.as_bytes(), Some(&now.state), place)?;
    let value = json!({ "path": text_of(Path::new(&at.path)), "line": change.after });
    Ok(Output { value, items: vec![succeeded(0)], ..Output::default() })
}

pub(crate) use write::undo;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::World;

    #[test]
    fn a_line_is_read_as_it_is_written() {
        for (text, due, done) in [("Buy milk", None, false), ("Pay (rent)", Some("2026-12-01"), true)] {
            let line = written(text, due, done);
            let due = due.map(str::to_owned);
            assert_eq!(read(&line), Some(Todo { line: line.clone(), text: text.to_owned(), due, done }));
        }
        assert_eq!(["# To do", "- milk", "[ ] milk", ""].map(read), [None, None, None, None]);
    }

    #[test]
    fn of_to_dos_that_runs_add_at_the_same_moment_each_is_in_the_list_once() {
        let world = World::new();
        std::thread::scope(|scope| {
            for run in 0..8 {
                let world = &world;
                scope.spawn(move || {
                    for n in 0..5 {
                        world.act("todos.add", json!({ "text": format!("Thing {n} of run {run}") }));
                    }
                });
            }
        });
        let list = std::fs::read_to_string(world.place.notes.join(LIST_FILE)).unwrap();
        let mut lines: Vec<&str> = list.lines().collect();
        lines.sort();
        lines.dedup();
        assert_eq!((lines.len(), list.lines().count()), (40, 40), "{list}");
    }

    #[test]
    fn a_list_has_a_file_of_its_own_and_a_name_that_is_one() {
        let world = World::new();
        world.act("todos.add", json!({ "text": "Milk", "list": "Shopping" }));
        world.act("todos.add", json!({ "text": "Call", "list": null }));
        let read = |name: &str| std::fs::read_to_string(world.place.notes.join(name)).unwrap();
        assert_eq!(read("shopping list.md"), "- [ ] Milk\n");
        assert_eq!(read(LIST_FILE), "- [ ] Call\n");
        for name in ["../up", "a/b", "..", "x\ny", &"long ".repeat(40)] {
            assert!(located(Some(name), &world.place).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_todo_is_found_by_its_text_or_by_a_part_that_only_one_has() {
        let list = "- [ ] Buy milk\n- [ ] Buy milk and bread\n- [x] Call Anna\n";
        let found = |text: &str, open| find(text, open, list).map(|todo| todo.text).ok();
        assert_eq!(found("buy milk", true).as_deref(), Some("Buy milk"));
        assert_eq!(found("bread", true).as_deref(), Some("Buy milk and bread"));
        assert_eq!(found("buy", true), None);
        assert_eq!(found("anna", true), None);
        assert_eq!(found("anna", false).as_deref(), Some("Call Anna"));
    }
}
