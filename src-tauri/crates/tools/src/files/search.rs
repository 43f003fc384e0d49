//! files.search: files by name or by a text in them.

use crate::{
    contents::MOST_BYTES,
    failure::{errno, failed},
    handle::Handles,
    input::{parse, spec},
    mark::Kind,
    origin::untrusted,
    paths::{resolve, text_of},
    protected::{Bounds, Use},
    walk::walk,
    words::{cut, folder_name, say},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Reach, visible::visible};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

const MOST_MATCHES: usize = 500;
const MOST_ANSWER: usize = 28 * 1024;
const MOST_LINE: usize = 200;
const MOST_IN_ONE_FILE: usize = 20;

/// Search a folder and all folders in it for files by a part of their name, by a text in them, or both. Upper and
/// lower case are the same. In `name`, * stands for anything and ? for one character. Gives path, and for a text the
/// line number and the line.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The folder to search in: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    folder: String,
    /// A text that stands in the file, in one line.
    #[serde(default)]
    text: Option<String>,
    /// A part of the file's name, or a pattern as *.pdf.
    #[serde(default)]
    name: Option<String>,
}

/// The tool.
pub struct Search;

impl Tool for Search {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.search")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let wanted: Vec<&str> = [&input.name, &input.text].into_iter().flatten().map(String::as_str).collect();
        if wanted.iter().all(|text| text.is_empty()) {
            return Err(ToolError::BadInput(say("tools.search.nothing", &[])));
        }
        let at = resolve(&input.folder, place)?;
        let folder = folder_name(&at.path, &place.home);
        let title = say("tools.search.title", &[("folder", &folder), ("text", &visible(&wanted.join(" · ")))]);
        Ok(super::looking(title, &at, "/folder", place))
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let folder = super::list::looked_at(facts)?;
        let name = input.name.filter(|name| !name.is_empty()).map(|name| name.to_lowercase());
        let text = input.text.filter(|text| !text.is_empty()).map(|text| text.to_lowercase());
        let allowed = facts.targets.first().map_or(Reach::Inside, |target| target.reach);
        let bounds = Bounds::of(place);
        let mut found = Found::default();
        let complete = walk(&folder, usize::MAX, place, |seen| {
            let fits = name.as_ref().is_none_or(|pattern| name_fits(pattern, &seen.name.to_lowercase()));
            if !seen.text || seen.closed || !fits {
                return true;
            }
            match &text {
                None => found.push(json!({ "path": text_of(&seen.path) })),
                Some(text) if seen.kind == Kind::File && seen.stat.len() <= MOST_BYTES => {
                    let before = found.matches.len();
                    let goes_on = in_file(&seen.path, text, (&bounds, allowed), place, &mut found);
                    if found.matches.len() > before && found.untrusted.is_none() {
                        found.untrusted = untrusted(&seen.path, place);
                    }
                    goes_on
                }
                Some(_) => true,
            }
        })
        .map_err(|error| failed(errno(&error), &folder))?;
        let value = json!({ "matches": found.matches, "truncated": !complete || found.left_out });
        Ok(Output { value, untrusted: found.untrusted, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}

#[derive(Default)]
struct Found {
    matches: Vec<Value>,
    bytes: usize,
    left_out: bool,
    untrusted: Option<String>,
}

impl Found {
    fn push(&mut self, found: Value) -> bool {
        self.bytes += found.to_string().len();
        if self.matches.len() == MOST_MATCHES || self.bytes > MOST_ANSWER {
            self.left_out = true;
            return false;
        }
        self.matches.push(found);
        true
    }
}

fn in_file(path: &Path, wanted: &str, (bounds, allowed): (&Bounds, Reach), place: &Place, found: &mut Found) -> bool {
    // What cannot be read is no match; the search goes on.
    let whole = Handles::new(place).entry(path).and_then(|entry| entry.read_whole(MOST_BYTES));
    let Ok(Some(whole)) = whole else { return true };
    // It may have been put there since the folder was listed.
    if bounds.names_of(whole.inode, whole.names, Use::Look) > allowed {
        return true;
    }
    let Ok(text) = std::str::from_utf8(&whole.bytes) else { return true };
    let mut here = 0;
    for (number, line) in text.lines().enumerate() {
        if line.to_lowercase().contains(wanted) {
            here += 1;
            if here > MOST_IN_ONE_FILE {
                found.left_out = true;
                return true;
            }
            let (line, _) = cut(line.trim(), MOST_LINE);
            if !found.push(json!({ "path": text_of(path), "line": number + 1, "text": line })) {
                return false;
            }
        }
    }
    true
}

fn name_fits(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return name.contains(pattern);
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Row by row as in an edit distance: `fits[j]` says whether the pattern so far fits the first j characters.
    let mut fits = vec![false; name.len() + 1];
    fits[0] = true;
    for sign in pattern {
        let mut next = vec![false; name.len() + 1];
        next[0] = sign == '*' && fits[0];
        for at in 1..=name.len() {
            next[at] = match sign {
                '*' => fits[at] || next[at - 1],
                '?' => fits[at - 1],
                sign => fits[at - 1] && sign == name[at - 1],
            };
        }
        fits = next;
    }
    fits[name.len()]
}

#[cfg(test)]
mod tests {
    use super::name_fits;

    #[test]
    fn a_name_fits_by_a_part_or_by_a_pattern() {
        let fits = |pattern| name_fits(pattern, "invoice 12.pdf");
        assert_eq!(
            ["voice", "*.pdf", "invoice ??.pdf", "*.PNG", "?.pdf", "*"].map(fits),
            [true, true, true, false, false, true]
        );
    }
}
