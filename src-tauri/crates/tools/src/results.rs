//! results.read: pages through a result that was too long for the model's context. Such results are kept in the data
//! folder with the name of where they came from, so that the label survives.

use crate::{
    input::{parse, spec},
    words::{cut, say},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, Preview, Provenance, Reversal, canonical::digest};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The tool's name.
pub const NAME: &str = "results.read";
/// Bytes of one page.
const PAGE: usize = 24 * 1024;
/// Results that are kept; the oldest go first.
const MOST_KEPT: usize = 100;

/// Read more of a result that was too long to be given at once. Gives the text from byte `from` on, at most 24 KB, and
/// `next`, where the following page begins, or null at the end.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The result's id, from `more.result`.
    result: String,
    /// Where to begin, in bytes.
    #[serde(default)]
    from: usize,
}

/// The tool.
pub struct Read;

/// Keeps `text` and gives its id. `source` says in words who wrote it.
///
/// # Errors
/// When it cannot be written.
pub fn keep(data: &Path, source: &str, text: &str) -> io::Result<String> {
    let folder = folder(data);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    forget_oldest(&folder)?;
    let id = digest(&[source, text])[..16].to_owned();
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(folder.join(&id))?;
    // The first line is the source, as JSON, so that nothing in it can end the line.
    writeln!(file, "{}", Value::String(source.to_owned()))?;
    file.write_all(text.as_bytes())?;
    Ok(id)
}

fn folder(data: &Path) -> PathBuf {
    data.join("results")
}

fn forget_oldest(folder: &Path) -> io::Result<()> {
    let mut kept: Vec<_> = fs::read_dir(folder)?
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    kept.sort();
    let many = kept.len().saturating_sub(MOST_KEPT - 1);
    kept.into_iter().take(many).try_for_each(|(_, path)| fs::remove_file(path))
}

fn read(id: &str, data: &Path) -> Result<(String, String), ToolError> {
    let unknown = || ToolError::BadInput(say("tools.results.unknown", &[]));
    if id.len() != 16 || !id.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(unknown());
    }
    let whole = fs::read_to_string(folder(data).join(id)).map_err(|_| unknown())?;
    let (source, text) = whole.split_once('\n').ok_or_else(unknown)?;
    Ok((serde_json::from_str(source).map_err(|_| unknown())?, text.to_owned()))
}

impl Tool for Read {
    fn spec(&self) -> ToolSpec {
        spec::<Input>(NAME)
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let (source, _) = read(&input.result, &place.data)?;
        Ok(ToolFacts {
            title: say("tools.results.title", &[("source", &assent_protocol::visible::visible(&source))]),
            effect: Effect::Observe,
            reversal: Reversal::Undoable,
            inspectable: true,
            targets: Vec::new(),
            items: 0,
            bytes: 0,
            preview: Preview::Fields { rows: Vec::new() },
            provenance: Some(Provenance::Untrusted),
            account: None,
        })
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let (source, text) = read(&input.result, &place.data)?;
        let mut from = input.from.min(text.len());
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let (page, more) = cut(&text[from..], PAGE);
        let next = more.then_some(from + page.len());
        let value = json!({"text": page, "from": from, "next": next, "bytes": text.len()});
        Ok(Output { value, untrusted: Some(source), ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_long_result_is_read_page_by_page_and_keeps_the_name_of_its_source() {
        let data = tempfile::tempdir().unwrap();
        let place = Place {
            grants: Vec::new(),
            home: data.path().into(),
            data: data.path().into(),
            copies: data.path().join("copies"),
            others: None,
            labels: assent_agent::Labels::default(),
            denied: Vec::new(),
            asked: Vec::new(),
            notes: data.path().join("notes"),
            hosts: assent_agent::Hosts::default(),
            now: 1_790_000_000_000,
            zone: "Europe/Warsaw".to_owned(),
            stop: Arc::default(),
        };
        let text = "zażółć ".repeat(10_000);
        let id = keep(data.path(), "the server \"x\"\n", &text).unwrap();
        let (mut all, mut from) = (String::new(), Some(0));
        while let Some(at) = from {
            let args = json!({"result": id, "from": at});
            let facts = Read.describe(&args, &place).unwrap();
            let output = Read.run(&args, &facts, &place).unwrap();
            assert_eq!(output.untrusted.as_deref(), Some("the server \"x\"\n"));
            assert!(output.value.to_string().len() < 32 * 1024);
            all.push_str(output.value["text"].as_str().unwrap());
            from = output.value["next"].as_u64().map(|next| next as usize);
        }
        assert_eq!(all, text);
        for id in ["../assent.db", "", "0123456789abcdeg", "ffffffffffffffff"] {
            assert!(Read.describe(&json!({"result": id}), &place).is_err(), "{id}");
        }
    }

    #[test]
    fn only_the_newest_results_are_kept() {
        let data = tempfile::tempdir().unwrap();
        for n in 0..MOST_KEPT + 5 {
            keep(data.path(), "a", &n.to_string()).unwrap();
        }
        assert_eq!(fs::read_dir(folder(data.path())).unwrap().count(), MOST_KEPT);
    }
}
