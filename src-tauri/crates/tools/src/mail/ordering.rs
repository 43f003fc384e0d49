//! mail.move and mail.flag: putting letters into another folder, and marking them. Both are taken back letter by letter,
//! if the letter is still as it was left.

use super::{
    desk::{Desk, MailAccount, failed, outcome, sha, target},
    folder_name::shown,
    letter,
    mailbox::{At, Flag, Raw, Trouble},
};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, ItemOutcome, Pair, Preview, Status, visible::visible};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// Move letters into another folder of the same mailbox, for instance to archive them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MoveInput {
    /// The account; only needed where there are several.
    #[serde(default)]
    account: Option<String>,
    /// The letters' ids, as mail.search gives them.
    letters: Vec<String>,
    /// The folder to move them to.
    folder: String,
}

/// Mark letters as read or flagged, or take that mark away.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FlagInput {
    /// The account; only needed where there are several.
    #[serde(default)]
    account: Option<String>,
    /// The letters' ids, as mail.search gives them.
    letters: Vec<String>,
    /// Which mark.
    mark: Mark,
    /// true to set it, false to take it away.
    on: bool,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mark {
    Read,
    Flagged,
}

/// The tool mail.move.
pub struct Move(pub Desk);

/// The tool mail.flag.
pub struct MarkLetters(pub Desk);

#[derive(Serialize, Deserialize)]
struct Moved {
    account: String,
    from: At,
    folder: String,
    hash: String,
    id: Option<String>,
    now: Option<At>,
}

#[derive(Serialize, Deserialize)]
struct Marked {
    account: String,
    at: At,
    mark: Mark,
    was: bool,
}

impl Tool for Move {
    fn spec(&self) -> ToolSpec {
        spec::<MoveInput>("mail.move")
    }

    fn describe(&self, args: &Value, _: &Place) -> Result<ToolFacts, ToolError> {
        let input: MoveInput = parse(args)?;
        let account = self.0.account(input.account.as_deref())?;
        let letters = account.letters(&input.letters)?;
        let folders = account.mailbox.folders().map_err(failed)?;
        // As the server writes it will do as well.
        if !folders.contains(&input.folder) && !folders.contains(&shown(&input.folder)) {
            return Err(ToolError::BadInput(say("mail.trouble.no_folder", &[("folder", &visible(&input.folder))])));
        }
        let values =
            [("count", letters.len().to_string()), ("folder", visible(&input.folder)), ("account", account.words())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(described(account, say("mail.move.title", &values), &letters, |at, _| {
            (visible(&at.folder), visible(&input.folder))
        }))
    }

    fn prepare(&self, args: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: MoveInput = parse(args)?;
        let account = self.0.account(input.account.as_deref())?;
        let letters = account.letters(&input.letters)?.into_iter().enumerate();
        Ok(letters
            .map(|(item, (from, raw, hash))| inverse(item, moved(account, from, &raw, hash, &input.folder, None)))
            .collect())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: MoveInput = parse(args)?;
        let account = self.0.account(input.account.as_deref())?;
        let mut output = Output::default();
        for (item, id) in input.letters.iter().enumerate() {
            if place.stop.load(Ordering::SeqCst) {
                output.items.push(cancelled(item));
                continue;
            }
            let read = account.letters(std::slice::from_ref(id)).map(|mut list| list.remove(0));
            let done = read.map_err(|error| Trouble::Refused(error.to_string())).and_then(|(from, raw, hash)| {
                let now = account.mailbox.move_to(&from, &input.folder)?;
                output.inverses.push(inverse(item, moved(account, from, &raw, hash, &input.folder, Some(now))));
                Ok(())
            });
            output.items.push(outcome(item, done));
        }
        Ok(output)
    }

    fn undo(&self, inverse: &Inverse, _: &Place) -> Undone {
        let Ok(moved) = serde_json::from_value::<Moved>(inverse.data.clone()) else { return unreadable() };
        let account = match self.0.account(Some(&moved.account)) {
            Ok(account) => account,
            Err(error) => return Undone::Conflict(error.to_string()),
        };
        let is_it = |at: &At| account.mailbox.read(at).is_ok_and(|raw| sha(&raw.bytes) == moved.hash);
        let found = match (&moved.now, &moved.id) {
            (Some(now), _) => Some(now.clone()),
            (None, Some(id)) => account.mailbox.find(&moved.folder, id).ok().flatten(),
            (None, None) => None,
        };
        match found.filter(is_it) {
            Some(now) => match account.mailbox.move_to(&now, &moved.from.folder) {
                Ok(_) => Undone::Restored,
                Err(trouble) => Undone::Conflict(trouble.to_string()),
            },
            None if is_it(&moved.from) => Undone::NotNeeded,
            None => Undone::Conflict(say("mail.undo.gone", &[("folder", &visible(&moved.folder))])),
        }
    }
}

impl Tool for MarkLetters {
    fn spec(&self) -> ToolSpec {
        spec::<FlagInput>("mail.flag")
    }

    fn describe(&self, args: &Value, _: &Place) -> Result<ToolFacts, ToolError> {
        let input: FlagInput = parse(args)?;
        let account = self.0.account(input.account.as_deref())?;
        let letters = account.letters(&input.letters)?;
        let name = |on: bool| say(&format!("mail.mark.{}.{}", input.mark.name(), if on { "on" } else { "off" }), &[]);
        let values = [("count", letters.len().to_string()), ("mark", name(input.on)), ("account", account.words())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(described(account, say("mail.flag.title", &values), &letters, |_, raw| {
            (name(input.mark.of(raw)), name(input.on))
        }))
    }

    fn prepare(&self, args: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: FlagInput = parse(args)?;
        let account = self.0.account(input.account.as_deref())?;
        let before = account.letters(&input.letters)?.into_iter().enumerate();
        let differs = before.filter(|(_, (_, raw, _))| input.mark.of(raw) != input.on);
        let data = |at| Marked { account: account.name.clone(), at, mark: input.mark, was: !input.on };
        Ok(differs.map(|(item, (at, ..))| inverse(item, data(at))).collect())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: FlagInput = parse(args)?;
        let account = self.0.account(input.account.as_deref())?;
        let mut output = Output::default();
        for (item, id) in input.letters.iter().enumerate() {
            if place.stop.load(Ordering::SeqCst) {
                output.items.push(cancelled(item));
                continue;
            }
            let at =
                At::parse(id).ok_or_else(|| Trouble::Refused(say("mail.trouble.gone", &[("letter", &visible(id))])));
            output.items.push(outcome(item, at.and_then(|at| account.mailbox.mark(&at, input.mark.flag(), input.on))));
        }
        Ok(output)
    }

    fn undo(&self, inverse: &Inverse, _: &Place) -> Undone {
        let Ok(marked) = serde_json::from_value::<Marked>(inverse.data.clone()) else { return unreadable() };
        let done = self.0.account(Some(&marked.account)).map_err(|error| error.to_string()).and_then(|account| {
            let now = account.mailbox.read(&marked.at).map_err(|trouble| trouble.to_string())?;
            if marked.mark.of(&now) == marked.was {
                return Ok(Undone::NotNeeded);
            }
            let done = account.mailbox.mark(&marked.at, marked.mark.flag(), marked.was);
            done.map(|()| Undone::Restored).map_err(|trouble| trouble.to_string())
        });
        done.unwrap_or_else(Undone::Conflict)
    }
}

impl Mark {
    fn name(self) -> &'static str {
        match self {
            Mark::Read => "read",
            Mark::Flagged => "flagged",
        }
    }

    fn flag(self) -> Flag {
        match self {
            Mark::Read => Flag::Seen,
            Mark::Flagged => Flag::Flagged,
        }
    }

    fn of(self, raw: &Raw) -> bool {
        match self {
            Mark::Read => raw.seen,
            Mark::Flagged => raw.flagged,
        }
    }
}

fn described(
    account: &MailAccount,
    title: String,
    letters: &[(At, Raw, String)],
    change: impl Fn(&At, &Raw) -> (String, String),
) -> ToolFacts {
    let mut facts = account.facts(title, Effect::Modify, Vec::new());
    let mut rows = Vec::new();
    for (item, (at, raw, hash)) in letters.iter().enumerate() {
        let (before, after) = change(at, raw);
        let (shown, _) = letter::letter(&raw.bytes, raw.size);
        let about = [shown["from"][0]["address"].as_str(), shown["subject"].as_str()];
        let about = about.into_iter().flatten().map(visible).collect::<Vec<_>>().join(" · ");
        rows.push(Pair { item: u32::try_from(item).unwrap_or(u32::MAX), before, after, note: Some(about) });
        facts.targets.push(target(format!("/letters/{item}"), &at.to_string(), hash.clone()));
    }
    facts.items = u32::try_from(letters.len()).unwrap_or(u32::MAX);
    facts.preview = Preview::Pairs { rows };
    facts
}

fn moved(account: &MailAccount, from: At, raw: &Raw, hash: String, folder: &str, now: Option<At>) -> Moved {
    let id = letter::message_id(&raw.bytes);
    Moved { account: account.name.clone(), from, folder: folder.to_owned(), hash, id, now }
}

fn inverse(item: usize, data: impl Serialize) -> Inverse {
    Inverse { item: u32::try_from(item).unwrap_or(u32::MAX), data: json!(data) }
}

fn cancelled(item: usize) -> ItemOutcome {
    ItemOutcome { item: u32::try_from(item).unwrap_or(u32::MAX), status: Status::Cancelled, note: None }
}

fn unreadable() -> Undone {
    Undone::Conflict(say("mail.undo.unreadable", &[]))
}
