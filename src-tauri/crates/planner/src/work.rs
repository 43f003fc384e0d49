//! What each request comes to: it is looked into first, and planned once everything it needs to know is known.

use super::{
    desk::{Desk, Entry, Listing},
    names,
    request::{Ask, By, Filter, Naming, Place, Selection},
};
use assent_protocol::{texts::say, visible::visible};
use serde_json::{Value, json};

mod appointments;
mod calendar;
mod choose;
mod clock;
mod duplicates;
mod mail;
mod measure;
mod pages;
mod people;
mod reminders;
mod together;
mod trading;

pub use choose::would;

/// Works on one request whose places are all paths. None while something is still to be looked at, or when it cannot
/// go on; what the user must know is then noted.
pub fn work(ask: &Ask, desk: &mut Desk) -> Option<()> {
    match ask {
        Ask::Tidy { files, by } => tidy(files, *by, desk),
        Ask::TrashDuplicates { folder } => duplicates::trash(path(folder), desk),
        Ask::FindDuplicates { folder } => duplicates::find(path(folder), desk),
        Ask::TrashPath { path: file } => {
            desk.claim(&names::expand(path(file), desk.home));
            desk.propose("files.trash", json!({"paths": [path(file)]}), &say("planner.says.trash_named", &[]));
            Some(())
        }
        Ask::TrashFiles { files } => trash_files(files, desk),
        Ask::MoveFiles { files, to, copy } => move_files(files, path(to), *copy, desk),
        Ask::MovePath { from, to, copy } => move_path(path(from), path(to), *copy, desk),
        Ask::RenamePath { path: file, name } => {
            desk.claim(&names::expand(path(file), desk.home));
            let args = json!({"items": [{"path": path(file), "name": name}]});
            desk.propose("files.rename", args, &say("planner.says.rename_named", &[]));
            Some(())
        }
        Ask::RenameFiles { files, naming } => rename_files(files, naming, desk),
        Ask::MakeFolder { path: folder } => {
            desk.propose("files.make_folder", json!({"path": path(folder)}), &say("planner.says.make_folder", &[]));
            Some(())
        }
        Ask::ShowFiles { files } => show_files(files, desk),
        Ask::SearchFiles { folder, text, name } => search_files(path(folder), text.as_deref(), name.as_deref(), desk),
        Ask::ReadFile { path: file } => {
            let says = say("planner.says.read", &[]);
            let output = desk.look_or_say("files.read", json!({"path": path(file)}), says, path(file))?;
            let text: String = output["text"].as_str().unwrap_or_default().chars().take(2_000).collect();
            let lines = assent_protocol::visible::visible_lines(&text).join("\n");
            desk.note(say("planner.answer.read", &[("path", &visible(path(file))), ("text", &lines)]));
            Some(())
        }
        Ask::ListEvents { days } => calendar::list(days, desk),
        Ask::AddEvent { title, when, minutes } => calendar::add(title, when, *minutes, desk),
        Ask::CancelEvent { text } => calendar::cancel(text, desk),
        Ask::SearchMail { words, from, unread } => mail::search(words.as_deref(), from.as_deref(), *unread, desk),
        Ask::SendLetter { to, subject, text } => mail::write(to, subject, text, true, desk),
        Ask::DraftLetter { to, subject, text } => mail::write(to, subject, text, false, desk),
        Ask::ReadPage { url } => pages::read(url, desk),
        Ask::SavePage { url, to } => pages::save(url, path(to), desk),
        Ask::NotePage { url, title } => pages::note(url, title.as_deref(), desk),
        Ask::Order { account, buys, symbol, quantity, limit } => {
            let wanted = trading::Wanted { account: path(account), buys: *buys, symbol, quantity: *quantity };
            trading::order(&wanted, limit, desk)
        }
        Ask::OrderWhen { account, buys, symbol, quantity, when } => {
            let wanted = trading::Wanted { account: path(account), buys: *buys, symbol, quantity: *quantity };
            trading::order_when(&wanted, when, desk)
        }
        Ask::ShowAccount { account } => trading::show(path(account), desk),
        Ask::AddNote { title, text } => {
            desk.propose("notes.add", json!({"title": title, "text": text}), &say("planner.says.own_words", &[]));
            Some(())
        }
        Ask::AddTodo { text } => {
            desk.propose("todos.add", json!({"text": text}), &say("planner.says.own_words", &[]));
            Some(())
        }
        Ask::AddTodos { items, list } => {
            for text in items {
                let args = with_list(json!({"text": text}), list.as_deref());
                desk.propose("todos.add", args, &say("planner.says.own_words", &[]));
            }
            Some(())
        }
        Ask::CompleteTodo { text, list } => {
            let args = with_list(json!({"text": text}), list.as_deref());
            desk.propose("todos.complete", args, &say("planner.says.complete", &[]));
            Some(())
        }
        Ask::EditTodo { text, new_text } => {
            let args = json!({"text": text, "new_text": new_text});
            desk.propose("todos.edit", args, &say("planner.says.own_words", &[]));
            Some(())
        }
        Ask::SearchNotes { text } => {
            answer("notes.search", json!({"text": text}), "planner.answer.notes_with", text, desk)
        }
        Ask::ListNotes => answer("notes.list", json!({}), "planner.answer.notes", "", desk),
        Ask::ListTodos { list } => {
            answer("todos.list", with_list(json!({}), list.as_deref()), "planner.answer.todos", "", desk)
        }
        Ask::EventSometime { title } => {
            desk.note(say("planner.when.missing_event", &[("text", &visible(title))]));
            Some(())
        }
        Ask::NextEvent { text } => appointments::next(text.as_deref(), desk),
        Ask::Cancel { text, when } => appointments::cancel(text, when.as_deref(), desk),
        Ask::Move { text, when } => appointments::change(text, when, desk),
        Ask::LetterTo { who, text, drafts } => people::write(who, text, !drafts, desk),
        Ask::Contact { who } => people::show(who, desk),
        Ask::Measure { files, what } => measure::answer(files, *what, desk),
        Ask::NewList { list } => {
            desk.note(say("planner.list.new", &[("list", &visible(list))]));
            Some(())
        }
        Ask::Clock(question) => clock::answer(question, desk),
        Ask::Say(talk) => {
            desk.note(say(&format!("planner.talk.{}", talk.name()), &[]));
            Some(())
        }
        Ask::Choose { said, readings } => choose::ask(said, readings, desk),
        Ask::ListReminders => answer("reminders.list", json!({}), "planner.answer.reminders", "", desk),
        Ask::Remind { text, when } => reminders::set(text, when, desk),
        Ask::RemindAgainAndAgain { text } => {
            let why = say("planner.when.repeats", &[]);
            desk.note(say("planner.no_reminder", &[("text", &visible(text)), ("why", &why)]));
            Some(())
        }
        Ask::RemindSometime { text } => {
            desk.note(say("planner.when.missing", &[("text", &visible(text))]));
            Some(())
        }
        Ask::CancelReminder { text } => reminders::cancel(text, desk),
        Ask::ChangeReminder { text, when } => reminders::change(text, when, desk),
        Ask::Automate { goal, when, folder } => {
            let args = match (when, folder) {
                (Some(when), _) => json!({"goal": goal, "when": when}),
                (None, folder) => json!({"goal": goal, "folder": folder.as_ref().map(path)}),
            };
            desk.propose("automations.propose", args, &say("planner.says.automate", &[]));
            Some(())
        }
    }
}

// The list of to-dos has no name.
fn with_list(mut args: Value, list: Option<&str>) -> Value {
    if let Some(list) = list {
        args["list"] = json!(list);
    }
    args
}

/// Whether a request trashes: these take their files first, so that nothing is both moved and trashed.
pub fn trashes(ask: &Ask) -> bool {
    matches!(ask, Ask::TrashDuplicates { .. } | Ask::TrashPath { .. } | Ask::TrashFiles { .. })
}

fn path(place: &Place) -> &str {
    match place {
        Place::Path(path) => path,
        Place::Within(..) | Place::Last => "",
    }
}

// The files a selection means that no other request has taken.
fn chosen(files: &Selection, listing: &Listing, desk: &mut Desk) -> Vec<Entry> {
    let fitting = together::ready(listing, &files.filter, desk);
    let all = fitting.len();
    let free: Vec<Entry> = fitting.into_iter().filter(|e| desk.claim(&e.path)).collect();
    if free.len() < all {
        let left = (all - free.len()).to_string();
        desk.note(say("planner.left_to_other", &[("count", &left), ("folder", &visible(path(&files.folder)))]));
    }
    free
}

fn nothing(key: &str, folder: &str, desk: &mut Desk) {
    let why = say(key, &[("folder", &visible(folder))]);
    desk.note(say("planner.nothing", &[("why", &why)]));
}

fn tidy(files: &Selection, by: By, desk: &mut Desk) -> Option<()> {
    let listing = desk.listing(path(&files.folder))?;
    let zone = desk.time_zone();
    let own = names::last(&listing.folder).to_lowercase();
    let group = |entry: &Entry, desk: &Desk| match by {
        By::Type => Some(names::kind(&entry.name, desk.words).to_owned()),
        By::Date => names::month(entry.modified, &zone),
        By::Size => Some(names::size(entry.bytes, desk.words).to_owned()),
    };
    // Photos in ~/Pictures are where they belong.
    let goes = |entry: &Entry, desk: &Desk| group(entry, desk).filter(|group| group.to_lowercase() != own);
    let open = together::grouped(&listing, &files.filter, goes, desk);
    // What is in the folders that exist already has to be known before names are given out.
    let mut waiting = false;
    let mut heads: Vec<(String, String)> = Vec::new();
    for (_, group) in &open {
        let head = group.split('/').next().unwrap_or(group);
        if heads.iter().any(|(h, _)| h == head) {
            continue;
        }
        let existing = listing.entries.iter().find(|e| e.name.to_lowercase() == head.to_lowercase());
        let name = match existing {
            Some(e) if e.kind == "folder" => {
                let depth = group.split('/').count();
                waiting |= desk.learn_names(&names::join(&listing.folder, &e.name), depth).is_none();
                e.name.clone()
            }
            // A file or a link is in the way: links are never followed.
            Some(_) => {
                let mut taken = listing.entries.iter().map(|e| e.name.to_lowercase()).collect();
                names::free(head, &mut taken)
            }
            None => head.to_owned(),
        };
        heads.push((head.to_owned(), name));
    }
    if waiting {
        return None;
    }
    let mut items = Vec::new();
    let mut left = 0usize;
    for (bundle, group) in open {
        let free: Vec<Entry> = bundle.into_iter().filter(|entry| desk.claim(&entry.path)).collect();
        let Some(entry) = free.first() else {
            left += 1;
            continue;
        };
        let (head, rest) = group.split_once('/').map_or((group.as_str(), None), |(head, rest)| (head, Some(rest)));
        let head = heads.iter().find(|(h, _)| h == head).map_or(head, |(_, name)| name.as_str());
        let mut folder = names::join(&listing.folder, head);
        if let Some(rest) = rest {
            folder = names::join(&folder, rest);
        }
        // What belongs together keeps its names, because it is by its names that it does.
        if free.len() > 1 && !free.iter().all(|entry| desk.is_free(&folder, &entry.name)) {
            desk.note(say("planner.left_together", &[("path", &visible(&entry.name))]));
            continue;
        }
        items.extend(free.iter().map(|entry| json!({"from": entry.path, "to": desk.free(&folder, &entry.name)})));
    }
    if items.is_empty() {
        nothing(if left > 0 { "planner.nothing.others" } else { "planner.nothing.tidy" }, path(&files.folder), desk);
        return Some(());
    }
    let says = match by {
        By::Type => "planner.says.by_type",
        By::Date => "planner.says.by_date",
        By::Size => "planner.says.by_size",
    };
    desk.propose_batch("files.move", "items", items, &say(says, &[]));
    Some(())
}

fn trash_files(files: &Selection, desk: &mut Desk) -> Option<()> {
    let listing = desk.listing(path(&files.folder))?;
    let paths: Vec<Value> = chosen(files, &listing, desk).into_iter().map(|e| Value::String(e.path)).collect();
    if paths.is_empty() {
        nothing("planner.nothing.none_fit", path(&files.folder), desk);
    } else {
        desk.propose_batch("files.trash", "paths", paths, &say("planner.says.trash_chosen", &[]));
    }
    Some(())
}

fn move_files(files: &Selection, to: &str, copy: bool, desk: &mut Desk) -> Option<()> {
    let listing = desk.listing(path(&files.folder))?;
    let to = names::expand(to, desk.home);
    if to == listing.folder {
        nothing("planner.nothing.same_folder", &to, desk);
        return Some(());
    }
    let within = |folder: &String| to == *folder || to.starts_with(&format!("{}/", folder.trim_end_matches('/')));
    if names::parent(&to) == listing.folder {
        match listing.entries.iter().find(|e| e.name == names::last(&to)) {
            Some(e) if e.kind == "folder" => desk.learn_names(&to, 1)?,
            Some(_) => {
                desk.note(say("planner.in_the_way", &[("path", &visible(&to))]));
                return Some(());
            }
            None => {}
        }
    } else if desk.folders.iter().any(within) {
        desk.learn_names(&to, 1)?;
    }
    let mut entries = if copy { together::ready(&listing, &files.filter, desk) } else { chosen(files, &listing, desk) };
    together::with_folders(&mut entries, &listing);
    let items: Vec<Value> =
        entries.into_iter().map(|e| json!({"from": e.path, "to": desk.free(&to, &e.name)})).collect();
    if items.is_empty() {
        nothing("planner.nothing.none_fit", path(&files.folder), desk);
        return Some(());
    }
    let (tool, says) = if copy { ("files.copy", "planner.says.copy") } else { ("files.move", "planner.says.move") };
    desk.propose_batch(tool, "items", items, &say(says, &[("folder", &visible(&to))]));
    Some(())
}

// A destination whose name has an extension, for a file that has one, is the new name; any other is a folder.
fn move_path(from: &str, to: &str, copy: bool, desk: &mut Desk) -> Option<()> {
    let has = |path: &str| !names::extension(names::last(path)).is_empty();
    let to = if has(from) && has(to) { to.to_owned() } else { names::join(to, names::last(from)) };
    if !copy {
        desk.claim(&names::expand(from, desk.home));
    }
    let tool = if copy { "files.copy" } else { "files.move" };
    desk.propose(tool, json!({"items": [{"from": from, "to": to}]}), &say("planner.says.named", &[]));
    Some(())
}

fn rename_files(files: &Selection, naming: &Naming, desk: &mut Desk) -> Option<()> {
    let listing = desk.listing(path(&files.folder))?;
    desk.learn(&listing);
    let mut entries = together::ready(&listing, &files.filter, desk);
    if matches!(naming, Naming::Numbered { .. }) {
        entries.sort_by(|a, b| (a.modified, &a.path).cmp(&(b.modified, &b.path)));
    }
    let mut items = Vec::new();
    for (nth, entry) in entries.iter().enumerate() {
        let new = names::renamed(&entry.name, nth as u64, naming);
        if new == entry.name || new.contains('/') || !desk.claim(&entry.path) {
            continue;
        }
        let name = desk.free_beside(&listing.folder, &entry.name, &new);
        items.push(json!({"path": entry.path, "name": name}));
    }
    if items.is_empty() {
        let key = if entries.is_empty() { "planner.nothing.none_fit" } else { "planner.nothing.names" };
        nothing(key, path(&files.folder), desk);
        return Some(());
    }
    desk.propose_batch("files.rename", "items", items, &say("planner.says.rename", &[]));
    Some(())
}

fn show_files(files: &Selection, desk: &mut Desk) -> Option<()> {
    let listing = desk.listing(path(&files.folder))?;
    let all = files.filter == Filter::default();
    let folder_mark = |e: &Entry| if e.kind == "folder" { "/" } else { "" };
    let lines: Vec<String> = listing
        .entries
        .iter()
        .filter(|e| (all && !e.name.starts_with('.')) || desk.fits(e, &files.filter))
        .map(|e| format!("{}{}", e.name, folder_mark(e)))
        .collect();
    let folder = visible(path(&files.folder));
    if lines.is_empty() {
        desk.note(say("planner.answer.no_files", &[("folder", &folder)]));
    } else {
        let count = lines.len().to_string();
        desk.note(say("planner.answer.files", &[("count", &count), ("folder", &folder), ("list", &list(&lines))]));
    }
    Some(())
}

fn search_files(folder: &str, text: Option<&str>, name: Option<&str>, desk: &mut Desk) -> Option<()> {
    let mut args = json!({"folder": folder});
    for (field, value) in [("text", text), ("name", name)] {
        if let Some(value) = value {
            args[field] = json!(value);
        }
    }
    let output = desk.look_or_say("files.search", args, say("planner.says.search", &[]), folder)?;
    let wanted = visible(text.or(name).unwrap_or_default());
    if output["truncated"] == json!(true) {
        desk.note(say("planner.not_all_searched", &[("folder", &visible(folder))]));
    }
    let lines: Vec<String> = output["matches"].as_array().into_iter().flatten().map(match_line).collect();
    let folder = visible(folder);
    if lines.is_empty() {
        desk.note(say("planner.answer.no_matches", &[("text", &wanted), ("folder", &folder)]));
    } else {
        let count = lines.len().to_string();
        let values = [("count", count.as_str()), ("text", &wanted), ("folder", &folder), ("list", &list(&lines))];
        desk.note(say("planner.answer.matches", &values));
    }
    Some(())
}

fn match_line(found: &Value) -> String {
    let path = found["path"].as_str().unwrap_or_default();
    match (found["line"].as_u64(), found["text"].as_str()) {
        (Some(line), Some(text)) => format!("{path}:{line}: {}", text.trim()),
        _ => path.to_owned(),
    }
}

fn answer(tool: &'static str, args: Value, key: &str, text: &str, desk: &mut Desk) -> Option<()> {
    let output = desk.look_or_say(tool, args, say("planner.says.look", &[]), tool.split('.').next().unwrap_or(tool))?;
    let lines: Vec<String> = rows(&output).iter().map(row_line).collect();
    let text = visible(text);
    if lines.is_empty() {
        desk.note(say(&format!("{key}.none"), &[("text", &text)]));
    } else {
        let count = lines.len().to_string();
        desk.note(say(key, &[("count", &count), ("text", &text), ("list", &list(&lines))]));
    }
    Some(())
}

// The one list in a result, whatever its field is called.
fn rows(output: &Value) -> Vec<Value> {
    match output {
        Value::Array(rows) => rows.clone(),
        Value::Object(fields) => fields.values().find_map(Value::as_array).cloned().unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn row_line(row: &Value) -> String {
    if let Some(text) = row.as_str() {
        return text.to_owned();
    }
    let main = ["title", "text", "name", "path"].iter().find_map(|field| row[*field].as_str()).unwrap_or_default();
    // A note that was found shows the line that has the words.
    if let (Some(title), Some(text)) = (row["title"].as_str(), row["text"].as_str().filter(|text| !text.is_empty())) {
        return format!("{title}: {text}");
    }
    let done = if row["done"] == json!(true) { say("planner.answer.done_mark", &[]) } else { String::new() };
    match row["at"].as_str().or_else(|| row["due"].as_str()) {
        Some(at) => format!("{main} ({at}){done}"),
        None => format!("{main}{done}"),
    }
}

// At most 20 lines, each made safe to look at and cut at 200 characters.
fn list(lines: &[String]) -> String {
    let mut out: Vec<String> = lines
        .iter()
        .take(20)
        .map(|line| {
            let cut: String = line.chars().take(200).collect();
            let more = if cut.len() < line.len() { "…" } else { "" };
            format!("- {}{more}", visible(&cut))
        })
        .collect();
    if lines.len() > 20 {
        out.push(say("planner.answer.more", &[("count", &(lines.len() - 20).to_string())]));
    }
    out.join("\n")
}
