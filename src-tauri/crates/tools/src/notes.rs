//! Notes: one Markdown file each, in the folder of the user's choice.

pub mod add;
pub mod edit;
pub mod list;
pub mod search;

use crate::{
    contents::{MOST_BYTES, current},
    mark::Kind,
    paths::{Resolved, Resolver, text_of},
    protected::Use,
    words::{cut, say, shown_path},
};
use assent_agent::{Place, ToolError, ToolFacts};
use assent_protocol::{Effect, Preview, Reach, visible::visible};
use std::path::{Path, PathBuf};

/// The list of to-dos lies in the same folder and is no note.
pub(crate) const LIST_FILE: &str = "todo.md";
const LONGEST_NAME: usize = 200;
const MOST_ROWS: usize = 200;

struct Note {
    title: String,
    path: PathBuf,
    modified: i64,
}

// Where the note of that title lies. What cannot stand in a file name becomes a dash or a space.
fn located(title: &str, place: &Place) -> Result<Resolved, ToolError> {
    let name: String = title
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() || (c.is_whitespace() && c != ' ') => ' ',
            c => c,
        })
        .collect();
    let (name, _) = cut(name.trim().trim_start_matches('.').trim(), LONGEST_NAME);
    if name.is_empty() {
        return Err(ToolError::BadInput(say("tools.notes.no_title", &[])));
    }
    if format!("{name}.md").to_lowercase() == LIST_FILE {
        return Err(ToolError::BadInput(say("tools.notes.todo_title", &[])));
    }
    within_notes(&format!("{}.md", name.trim_end()), place)
}

/// A file in the notes folder.
pub(crate) fn within_notes(name: &str, place: &Place) -> Result<Resolved, ToolError> {
    let Some(path) = place.notes.join(name).to_str().map(str::to_owned) else {
        return Err(ToolError::Refused(say("tools.path.not_text", &[("path", &shown_path(&place.notes))])));
    };
    Resolver::new(place).follow(&path, Use::Change)
}

// The text of a note: its title as a heading, then what it says.
fn page(title: &str, text: &str) -> Result<String, ToolError> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = format!("# {title}\n\n{}\n", text.trim_end());
    if page.len() as u64 > MOST_BYTES {
        return Err(ToolError::BadInput(say("tools.text.too_long", &[])));
    }
    Ok(page)
}

// The notes, newest first.
fn all(place: &Place) -> Vec<Note> {
    let mut notes = Vec::new();
    // A folder that is not there yet has no notes.
    let _ = crate::walk::walk(&place.notes, 1, place, |seen| {
        let title = seen.name.strip_suffix(".md").filter(|_| seen.kind == Kind::File && seen.text && !seen.closed);
        if let Some(title) = title
            && !title.starts_with('.')
            && seen.name.to_lowercase() != LIST_FILE
        {
            notes.push(Note { title: title.to_owned(), path: seen.path.clone(), modified: seen.modified() });
        }
        true
    });
    notes.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.title.cmp(&b.title)));
    notes
}

fn text_in(path: &Path, place: &Place) -> Option<String> {
    let now = current(path, place).ok()?;
    // A file that has names elsewhere is no note.
    if now.names == Reach::Inside { now.text().map(str::to_owned) } else { None }
}

/// The facts of a call that looks at what lies in the notes folder.
pub(crate) fn looking(title: String, path: &Path, words: Option<&str>, place: &Place) -> Result<ToolFacts, ToolError> {
    let at = crate::paths::resolve(&text_of(path), place)?;
    let mut rows = vec![(say("tools.words.path", &[]), shown_path(&at.path))];
    if let Some(words) = words {
        rows.push((say("tools.words.text", &[]), visible(words)));
    }
    Ok(ToolFacts {
        title,
        // The folder is the user's own setting and no argument, so its field names none.
        targets: vec![at.target("/folder", "")],
        preview: Preview::Fields { rows },
        provenance: Some(assent_protocol::Provenance::OwnData),
        ..crate::batch::blank(Effect::Observe)
    })
}
