//! The built-in planner: a model that needs no network and no key, and does the same thing for the same words.
//!
//! It is a function of the conversation alone, which it reads anew each time; so it goes on after any kill. It first
//! makes the reading calls that a request needs, then proposes every change of the request in one reply, then says
//! what came of each. It never says done for what waits, was rejected or is not known.
//!
//! # Grammar
//! A goal is one or more requests, joined by "and", "then", ",", ";", "." or a new line where what follows is a request
//! itself. Text in quotes is literal; after `note:`, `to-do:` and `remind me …:` everything is. FOLDER is a path that
//! begins with `~/` or `/` (in quotes, or without: it then goes on to the next word such as "by", "to", "in", "and"),
//! "my Downloads" (Documents, Desktop, Pictures, Music, Videos), or "there" and "it" for the folder spoken of last. A
//! FOLDER that is left out is that one too, or the only folder granted. FILES is "all .tmp files", "PDFs", "photos",
//! "files older than 90 days", "files larger than 100 MB", "files named report", "everything", with "in FOLDER"; it
//! means regular files in the folder itself, not in folders below, and never hidden ones.
//!
//! - `tidy FOLDER by type | date | size` (sort, organise, clean up): folders, links and hidden files stay, and nothing is
//!   overwritten: a name that is taken becomes `name (2).ext`
//! - `trash the duplicates in FOLDER`, `find duplicates in FOLDER`, `deduplicate FOLDER`
//! - `trash FILE`, `trash FILES` (delete, remove: always to the trash)
//! - `archive FILES [to FOLDER]` (without it, to the folder `Archive` in the same place)
//! - `move FILE to FOLDER`, `copy FILE to FOLDER`, `move FILES to FOLDER`, `rename FILE to NAME`
//! - `rename all .jpeg to .jpg in FOLDER`, `rename photos in FOLDER to trip-001`, `replace spaces with underscores in names
//!   in FOLDER`, `lower-case names in FOLDER`
//! - `make folder FOLDER`, `make a folder NAME in FOLDER`
//! - `search FOLDER for TEXT`, `find files containing TEXT in FOLDER`, `find files named TEXT in FOLDER`, `show FILES`,
//!   `show files in FOLDER`, `read FILE`
//! - `read ADDRESS`, `what does ADDRESS say`, `save ADDRESS to FILE`, `read ADDRESS and note it`, `save ADDRESS as a note
//!   [called TITLE]`: ADDRESS begins with `https://` or `http://`
//! - `add to calendar: TEXT WHEN [for LENGTH]`, `add TEXT to my calendar WHEN`, `what is on my calendar [DAY]` (also `this
//!   week`, `next week`), `cancel TEXT on my calendar`. A day without a time is the whole day.
//! - `buy 10 ACME under 20 [in FOLDER]`, `sell 5 ACME above 25`, `buy 5 ACME when the price falls 3 % below its 20-day
//!   average, at most 500 a day`, `show positions`: FOLDER is that of a trading account
//! - `note: TEXT`, `add a note TITLE: TEXT`, `list notes`, `search notes for TEXT`
//! - `add to-do TEXT`, `todo: TEXT`, `add TEXT to my to-dos`, `complete to-do TEXT`, `tick off TEXT`, `list to-dos`
//! - `remind me WHEN to TEXT`, `remind me to TEXT WHEN` ([`crate::when`] says which times are understood), `cancel reminder
//!   TEXT`, `move reminder TEXT to WHEN`, `list reminders`
//! - `search my mail for TEXT`, `find letters from NAME`, `what is new in my mail`; `send ADDRESS the message TEXT`, `write a
//!   letter to ADDRESS about SUBJECT: TEXT`, `draft a mail to ADDRESS: TEXT`. An address is only ever the user's own word
//! - `every weekday at 9, REQUEST`, `REQUEST every 2 hours`, `when a file appears in FOLDER, REQUEST`: an automation is
//!   proposed, which is off until it is switched on. All of REQUEST must be understood
//!
//! The words are in one table, `words.rs`.

mod again;
mod cursor;
mod desk;
mod expect;
mod folders;
mod grammar;
mod names;
mod nearest;
mod parse;
mod report;
mod request;
mod resolve;
mod sense;
mod story;
mod text;
mod understanding;
pub mod when;
mod words;
mod work;

pub use expect::{Expected, expect};
pub use folders::folders_named;
pub use understanding::{Piece, Understanding, understanding};
pub use when::when;

use assent_agent::{Model, ModelError, Reply, Replying, Request};
use assent_protocol::{ProposedCall, texts::say};
use desk::{Desk, Draft};
use resolve::Context;
use story::Story;

/// The built-in planner.
#[derive(Debug, Clone, Copy, Default)]
pub struct Planner;

impl Model for Planner {
    fn name(&self) -> String {
        "planner".to_owned()
    }

    fn reply<'a>(&'a self, request: &'a Request, heard: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a> {
        Box::pin(async move {
            let (reply, understood) = planned(request)?;
            if !understood {
                return Err(ModelError::NotUnderstood(reply.text));
            }
            if !reply.text.is_empty() {
                heard(&reply.text);
            }
            Ok(reply)
        })
    }
}

// The reply, and whether anything of what is asked was understood.
fn planned(request: &Request) -> Result<(Reply, bool), ModelError> {
    let story = Story::read(&request.turns);
    let Some(first) = story.open.first() else {
        return Err(ModelError::Unavailable(say("planner.no_goal", &[])));
    };
    let mut context = Context::new(request, &words::ENGLISH);
    for text in &story.before {
        context.follow(text);
    }
    let refused = story.refused_before(first.at);
    let tools = request.tools.iter().map(|tool| tool.name.as_str()).collect();
    let (words, zone) = (&words::ENGLISH, request.zone.as_str());
    let mut desk = Desk::new(words, &request.home, &request.folders, request.now, zone, tools, &story.seen, &refused);
    let mut misunderstood = Vec::new();
    let mut asks = Vec::new();
    let mut is_planned = Vec::new();
    for message in &story.open {
        let (found, lost) = context.asks(&message.text);
        for ask in found {
            is_planned.push(message.planned);
            asks.push(ask);
        }
        misunderstood.extend(lost);
    }
    // What goes to the trash is taken first, so that no other request moves it as well.
    for trashing in [true, false] {
        for (part, ask) in asks.iter().enumerate() {
            desk.part = part;
            match ask {
                Ok(ask) if work::trashes(ask) == trashing => {
                    let before = desk.notes.len();
                    work::work(ask, &mut desk);
                    // A time that was to come when it was proposed may be past by now.
                    if is_planned[part]
                        && matches!(ask, request::Ask::Remind { .. } | request::Ask::ChangeReminder { .. })
                        && story.has_reminder()
                    {
                        desk.notes.truncate(before);
                    }
                }
                Err(sentence) if !trashing => desk.note(sentence.clone()),
                _ => {}
            }
        }
    }
    let unclear: Vec<String> = misunderstood.iter().map(|lost| nearest::lost(lost, words)).collect();
    let fresh = story.is_fresh();
    // What was read from words that no rule knows is said first, so that a wrong reading is seen before it acts.
    let mut read: Vec<String> = Vec::new();
    if fresh {
        let plain = |ask: &&request::Ask| !matches!(ask, request::Ask::Choose { .. } | request::Ask::Say(_));
        read.extend(context.sensed.iter().filter(plain).map(|ask| work::would(ask, &desk)));
        read = read.into_iter().map(|what| say("planner.read_as", &[("what", &what)])).collect();
    }

    if !desk.missing.is_empty() {
        let text = if fresh { read.into_iter().chain(unclear).collect::<Vec<_>>().join("\n") } else { String::new() };
        return Ok((Reply { text, calls: numbered(desk.missing, story.calls), ..Reply::default() }, true));
    }
    desk.drafts.retain(|draft| !is_planned[draft.part]);
    let mut notes: Vec<(usize, String)> = std::mem::take(&mut desk.notes);
    notes.sort_by_key(|(part, _)| *part);
    let mut notes: Vec<String> = notes.into_iter().map(|(_, text)| text).collect();
    if !desk.drafts.is_empty() {
        let drafts = joined(std::mem::take(&mut desk.drafts));
        let whats: Vec<String> = drafts.iter().map(|draft| report::what(draft.tool, &draft.args)).collect();
        let mut lines = read;
        lines.push(say("planner.proposing", &[("what", &whats.join("; "))]));
        if fresh {
            lines.extend(unclear);
        }
        return Ok((Reply { text: lines.join("\n"), calls: numbered(drafts, story.calls), ..Reply::default() }, true));
    }
    let mut lines = story.outcomes();
    lines.append(&mut notes);
    lines.extend(unclear);
    lines.dedup();
    let understood = asks.iter().any(Result::is_ok);
    if lines.is_empty() && !understood {
        lines.push(nearest::not_understood(story.open.last().map_or("", |message| &message.text), words));
    }
    Ok((Reply { text: lines.join("\n"), ..Reply::default() }, understood))
}

// In the order of the user's words. Neighbours that name one file each and use one tool are one call, so one card.
fn joined(mut drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.sort_by_key(|draft| draft.part);
    let mut out: Vec<Draft> = Vec::new();
    for draft in drafts {
        let field = if draft.tool == "files.trash" { "paths" } else { "items" };
        let one = |d: &Draft| d.args[field].as_array().is_some_and(|items| items.len() == 1);
        match out.last_mut() {
            Some(last)
                if last.tool == draft.tool
                    && last.says == draft.says
                    && one(&draft)
                    && last.args[field].as_array().is_some_and(|items| items.len() < desk::BATCH) =>
            {
                if let (Some(to), Some(more)) = (last.args[field].as_array_mut(), draft.args[field].as_array()) {
                    to.extend(more.iter().cloned());
                }
            }
            _ => out.push(draft),
        }
    }
    out
}

// `c1`, `c2` and so on, counted over the whole run.
fn numbered(mut drafts: Vec<Draft>, calls_so_far: usize) -> Vec<ProposedCall> {
    drafts.sort_by_key(|draft| draft.part);
    drafts
        .into_iter()
        .enumerate()
        .map(|(n, draft)| ProposedCall {
            call: format!("c{}", calls_so_far + n + 1),
            tool: draft.tool.to_owned(),
            args: draft.args.to_string(),
            says: Some(draft.says),
        })
        .collect()
}

/// The words of a goal.
pub(crate) fn goal_tokens(goal: &str) -> Vec<text::Token> {
    text::tokens(goal)
}

#[cfg(test)]
mod tests;
