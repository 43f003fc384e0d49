//! Files that have the same content: finding them, and taking all but one away.

use super::{Desk, list, nothing};
use assent_protocol::{texts::say, visible::visible};
use serde_json::{Value, json};

// Groups of at least two paths with the same content; the first is the one to keep.
fn groups(folder: &str, desk: &mut Desk) -> Option<Vec<Vec<String>>> {
    let says = say("planner.says.duplicates", &[("folder", &visible(folder))]);
    let output = desk.look_or_say("files.find_duplicates", json!({"folder": folder}), says, folder)?;
    let skipped = output["skipped_count"].as_u64().unwrap_or_default();
    if output["truncated"] == json!(true) || skipped > 0 {
        desk.note(say("planner.not_all_compared", &[("folder", &visible(folder))]));
    }
    let programs: Vec<&str> =
        output["left_to_programs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(first) = programs.first() {
        let count = programs.len().to_string();
        desk.note(say("planner.left_to_programs", &[("count", &count), ("path", &visible(first))]));
    }
    let paths = |group: &Value| -> Vec<String> {
        group["paths"].as_array().into_iter().flatten().filter_map(|p| p.as_str().map(str::to_owned)).collect()
    };
    Some(output["groups"].as_array().into_iter().flatten().map(paths).filter(|group| group.len() > 1).collect())
}

pub(super) fn trash(folder: &str, desk: &mut Desk) -> Option<()> {
    let groups = groups(folder, desk)?;
    let mut later = Vec::new();
    for group in groups {
        for copy in group.into_iter().skip(1) {
            if desk.claim(&copy) {
                later.push(Value::String(copy));
            }
        }
    }
    if later.is_empty() {
        nothing("planner.nothing.duplicates", folder, desk);
    } else {
        desk.propose_batch("files.trash", "paths", later, &say("planner.says.trash_copies", &[]));
    }
    Some(())
}

pub(super) fn find(folder: &str, desk: &mut Desk) -> Option<()> {
    let groups = groups(folder, desk)?;
    let folder = visible(folder);
    if groups.is_empty() {
        desk.note(say("planner.answer.no_duplicates", &[("folder", &folder)]));
        return Some(());
    }
    let lines: Vec<String> = groups.iter().map(|group| group.join(" = ")).collect();
    let count = groups.len().to_string();
    desk.note(say("planner.answer.duplicates", &[("count", &count), ("folder", &folder), ("list", &list(&lines))]));
    Some(())
}
