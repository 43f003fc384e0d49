//! Customer support: letters that come in one by one. Each is triaged, filed, answered from the user's notes as a draft, and
//! refunded under a ceiling; anger, legal words and whatever a letter asks for on its own authority go to the person.

use super::{
    letters::{LETTERS, NOTES, ORDERS},
    stage::{Choice, FIRST, HOUR, MINUTE, Stage},
};
use crate::{Answered, automation::trigger::letter, words};
use assent_domains::letters::{ANGER, Kind, LEGAL};
use assent_protocol::{
    Action, AutomationDraft, Condition, Overlap, RuleAnswer, RuleDraft, Scope, Status, Test, Triage, TriageRule,
    Trigger, UndoState, texts,
};
use serde_json::json;
use std::{fs, path::Path};

/// The most that is refunded unasked, in cents; how often a day, and in all.
const CEILING: i64 = 5_000;
const A_DAY: u32 = 5;
const IN_ALL: u32 = 50;
const AMOUNT_A_DAY: i64 = 20_000;
const DAY: i64 = 24 * HOUR;
/// Letters that are read, where a person names a folder of their own.
const MOST: usize = 1_000;

pub(super) async fn run(stage: &mut Stage<'_>, own: Option<&str>) -> Answered<()> {
    let letters = match own {
        Some(folder) => letters_in(Path::new(folder))?,
        None => LETTERS.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect(),
    };
    set_up(stage)?;
    for (n, (name, bytes)) in letters.iter().enumerate() {
        let at = FIRST + 9 * HOUR + i64::try_from(n).unwrap_or_default() * 7 * MINUTE;
        arrive(stage, name, bytes, at).await?;
        if n % 20 == 19 {
            stage.answer(at + MINUTE, person).await?;
        }
    }
    let end = FIRST + 9 * HOUR + i64::try_from(letters.len()).unwrap_or_default() * 7 * MINUTE;
    stage.answer(end, person).await?;
    let alone = stage.engine.0.journal.settled_alone_since(0)?;
    let filed = alone.iter().find(|action| {
        action.tool == "files.move" && action.status == Status::Succeeded && action.undo == UndoState::Ready
    });
    if let Some(action) = filed {
        stage.say("sample.support.undo", &[]);
        stage.undo(end + MINUTE, &action.id.to_string())?;
    }
    let left = fs::read_dir(stage.folder.join("Inbox")).map_or(0, Iterator::count).to_string();
    let drafts = fs::read_dir(stage.folder.join("Drafts")).map_or(0, Iterator::count).to_string();
    stage.remarks.push(texts::say("sample.support.end", &[("left", &left), ("drafts", &drafts)]));
    stage.next = vec!["history --tool orders.refund".to_owned()];
    stage
        .next
        .extend(alone.iter().find(|action| action.tool == "orders.refund").map(|action| format!("why {}", action.id)));
    stage.next.extend(["history --search escalated", "automation list", "rules", "verify"].map(str::to_owned));
    Ok(())
}

// The person pays what is moderate and was asked.
fn person(action: &Action) -> Choice {
    let cents = action.facts.size.amount.as_ref().map_or(0, |(cents, _)| *cents);
    if cents > 20_000 { Choice::Reject("sample.support.too_much") } else { Choice::Approve }
}

fn set_up(stage: &mut Stage<'_>) -> Answered<()> {
    let kinds = [
        Kind::Refund,
        Kind::Return,
        Kind::Delivery,
        Kind::Invoice,
        Kind::Help,
        Kind::Praise,
        Kind::Newsletter,
        Kind::Automatic,
        Kind::Other,
    ];
    for name in kinds.map(Kind::folder).into_iter().chain(["Inbox", "Drafts", "Notes"]) {
        fs::create_dir_all(stage.folder.join(name)).map_err(words::other)?;
    }
    for (name, text) in NOTES {
        super::keep(&stage.folder.join("Notes").join(name), text)?;
    }
    super::keep(&stage.folder.join("orders.csv"), ORDERS)?;
    let folder = stage.folder.display().to_string();
    let says = |list: &[&str]| TriageRule {
        triage: Triage::Escalate,
        when: vec![Test::Says { words: list.iter().map(|word| (*word).to_owned()).collect() }],
    };
    let trigger = Trigger::Folder { folder: stage.folder.join("Inbox").display().to_string(), below: false };
    let mut draft = AutomationDraft::new("Letters", texts::say("sample.support.goal", &[]), trigger);
    draft.grants = vec![folder.clone()];
    draft.triage = vec![says(LEGAL), says(ANGER)];
    draft.overlap = Overlap::Queue;
    draft.per_hour = 1_000;
    stage.automation(draft)?;
    let tool = stage.engine.tool("orders.refund").ok_or_else(|| words::not_found("orders.refund"))?;
    stage.rule(RuleDraft {
        answer: RuleAnswer::Allow,
        tool: "orders.refund".to_owned(),
        definition: tool.spec().definition(),
        conditions: vec![
            Condition::Equals { path: "/orders".to_owned(), value: json!(format!("{folder}/orders.csv")) },
            Condition::AtMost { path: "/cents".to_owned(), bound: CEILING },
        ],
        scope: Scope::Everywhere,
        until: Some(FIRST + 30 * DAY),
        uses_left: Some(IN_ALL),
        per_day: Some(A_DAY),
        amount_per_day: Some(AMOUNT_A_DAY),
    })?;
    stage.forget_heard();
    stage.say("sample.support.begin", &[]);
    for rule in stage.engine.rules()? {
        stage.say("sample.rule", &[("id", &rule.id.to_string()), ("rule", &rule.sentence)]);
    }
    stage.say("sample.support.urgent", &[]);
    Ok(())
}

// A letter comes in: it is kept as it is, and what a mailbox would tell of it is told.
async fn arrive(stage: &mut Stage<'_>, name: &str, bytes: &[u8], at: i64) -> Answered<()> {
    let path = stage.folder.join("Inbox").join(name);
    fs::write(&path, bytes).map_err(words::other)?;
    let mut happening = letter::happening(&path.display().to_string(), bytes, bytes.len() as u64, at);
    happening.key = format!("letter {name}");
    stage.happen(at, happening).await
}

fn letters_in(folder: &Path) -> Answered<Vec<(String, Vec<u8>)>> {
    let failed = |error: std::io::Error| {
        let values = [("folder", folder.display().to_string()), ("error", error.to_string())];
        words::bad_input("sample.failed", &[("folder", &values[0].1), ("error", &values[1].1)])
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("eml")) && found.len() < MOST {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push((name, fs::read(&path).map_err(failed)?));
        }
    }
    found.sort();
    Ok(found)
}
