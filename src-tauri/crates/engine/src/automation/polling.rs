//! What is looked at every so many minutes: a page or a feed, a number, a command's exit. Each look is on a thread of its
//! own; what it saw is kept with the firing that it leads to, so that nothing is seen twice.

use crate::{
    Answered, Engine,
    automation::firing::row_of,
    automation::trigger::{
        crossing::{cross, number_after},
        letter,
        sift::{Happening, decimal},
    },
    base::clock,
    base::words,
};
use assent_agent::Hosts;
use assent_journal::{Cursor, NewFiring};
use assent_protocol::{Automation, AutomationId, Exit, FiringStatus, NumberOf, Trigger, texts, visible::visible};
use assent_tools::{
    mail::mailbox::{At, Mailbox as _, Trouble},
    watch::look,
    web::{
        address,
        page::{self, Look, Page},
        reader::{Reader, Version},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    path::Path,
    sync::{PoisonError, atomic::AtomicBool},
};

const MINUTE: i64 = 60_000;
/// Entries of a feed that are remembered.
const REMEMBERED: usize = 2_000;
/// The folder of letters where none is named.
const INBOX: &str = "INBOX";
/// Letters of a page or an entry that a run is given.
const GIVEN: usize = 4_000;

/// What was there at the last look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Seen {
    looked: bool,
    etag: Option<String>,
    modified: Option<String>,
    hash: String,
    entries: Vec<String>,
    beyond: Option<bool>,
    /// The newest letter, as the mailbox calls its place.
    letter: Option<String>,
    /// Entries of a feed that stood too far down in it to be looked at.
    #[serde(skip)]
    left: u32,
}

impl Engine {
    /// Looks in the background, unless an earlier look is still under way.
    pub(crate) fn poll_soon(&self, automation: Automation, now: i64) {
        let Some(minutes) = minutes(&automation.draft.trigger) else { return };
        let under_way = || self.0.automation.polling.lock().unwrap_or_else(PoisonError::into_inner);
        if !under_way().insert(automation.id) {
            return;
        }
        let kept = self.0.journal.cursor(automation.id).unwrap_or_default();
        let next_at = Some(now + i64::from(minutes) * MINUTE);
        if self.0.journal.set_cursor(automation.id, &Cursor { next_at, ..kept }).is_err() {
            under_way().remove(&automation.id);
            return;
        }
        let engine = self.clone();
        tokio::task::spawn_blocking(move || {
            let id = automation.id;
            let _ = engine.poll(&automation);
            engine.0.automation.polling.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        });
    }

    /// Whether a look at what this automation watches is under way.
    pub fn looking(&self, id: AutomationId) -> bool {
        self.0.automation.polling.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    fn poll(&self, automation: &Automation) -> Answered<()> {
        let id = automation.id;
        let cursor = self.0.journal.cursor(id)?;
        let before: Seen = cursor.seen.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let mut seen = before.clone();
        let (found, left) = match self.look_once(automation, &mut seen) {
            Ok(found) => {
                let left = self.left_of(automation, &mut seen);
                (found, left)
            }
            Err(why) => return self.in_trouble(automation, why),
        };
        self.out_of_trouble(id);
        seen.looked = true;
        if seen == before && found.is_empty() {
            return Ok(());
        }
        let text = serde_json::to_string(&seen).map_err(words::other)?;
        let now = self.0.journal.cursor(id)?;
        self.account(automation, found, left, Some(&Cursor { seen: Some(text), ..now }), false)
    }

    fn look_once(&self, automation: &Automation, seen: &mut Seen) -> Result<Vec<Happening>, String> {
        let now = self.0.host.now();
        let stop = AtomicBool::new(false);
        match &automation.draft.trigger {
            Trigger::Time { .. } | Trigger::Folder { .. } => Ok(Vec::new()),
            Trigger::Page { url, .. } => {
                let version = Version { etag: seen.etag.clone(), modified: seen.modified.clone() };
                match page::look(&Reader::default(), url, &hosts(url), &version, &stop)? {
                    Look::Same => Ok(Vec::new()),
                    Look::Elsewhere(to) => Err(texts::say("automation.page.elsewhere", &[("to", &visible(&to))])),
                    Look::Page(page) => changed(*page, seen, now),
                }
            }
            Trigger::Mailbox { account, folder, .. } => self.letters(account, folder, seen, now),
            Trigger::Number { of, after, side, line, back, .. } => {
                let value = self.number(of, after, &stop)?;
                let (beyond, fires) = cross(*side, *line, *back, seen.beyond, value);
                seen.beyond = Some(beyond);
                let what =
                    texts::say("automation.what.number", &[("number", &decimal(value)), ("line", &decimal(*line))]);
                let key = format!("crossed {now}");
                let details = json!({"number": decimal(value), "line": decimal(*line)});
                let happening = Happening {
                    key,
                    what,
                    hundredths: Some(value),
                    details,
                    at: now,
                    count: 1,
                    ..Happening::default()
                };
                Ok(fires.then_some(happening).into_iter().collect())
            }
            Trigger::Command { line, folder, exit, .. } => {
                let (status, output) = look::command(line, Path::new(folder), self.own_folders(), &stop)?;
                let wanted = match exit {
                    Exit::Fails => status != 0,
                    Exit::Succeeds => status == 0,
                };
                let fires = wanted && seen.beyond != Some(true);
                seen.beyond = Some(wanted);
                let what =
                    texts::say("automation.what.exit", &[("line", &visible(line)), ("status", &status.to_string())]);
                let text: String = output.chars().take(GIVEN).collect();
                let happening = Happening {
                    key: format!("exit {now}"),
                    what,
                    details: json!({"status": status, "output": text}),
                    text,
                    untrusted: Some(texts::say("automation.untrusted.command", &[])),
                    at: now,
                    count: 1,
                    ..Happening::default()
                };
                Ok(fires.then_some(happening).into_iter().collect())
            }
        }
    }

    // Letters that were there before are not news.
    fn letters(&self, account: &str, folder: &str, seen: &mut Seen, now: i64) -> Result<Vec<Happening>, String> {
        let row = self.account_row(account).ok().filter(|row| row.on);
        let mailbox = row.as_ref().and_then(|row| self.mail_servers(row));
        let Some((mailbox, _)) = mailbox else {
            return Err(texts::say("automation.mailbox.off", &[("account", &visible(account))]));
        };
        let folder = if folder.is_empty() { INBOX } else { folder };
        let behind = seen.letter.as_deref().and_then(At::parse);
        let (last, new) = mailbox.arrived(folder, behind.as_ref()).map_err(|trouble| trouble.to_string())?;
        seen.letter = Some(last.to_string());
        let mut found = Vec::new();
        for at in new {
            match mailbox.read(&at) {
                Ok(raw) => {
                    let mut arrived = letter::happening(&at.to_string(), &raw.bytes, raw.size, now);
                    // Where the run finds it again, and answers it.
                    arrived.details["account"] = json!(account);
                    found.push(arrived);
                }
                // It was moved away in the meantime: whoever did that has seen it.
                Err(Trouble::Refused(_)) => {}
                Err(trouble) => return Err(trouble.to_string()),
            }
        }
        Ok(found)
    }

    // One row for entries of a feed that came faster than it is looked at.
    fn left_of(&self, automation: &Automation, seen: &mut Seen) -> Vec<NewFiring> {
        let count = std::mem::take(&mut seen.left);
        if count == 0 {
            return Vec::new();
        }
        let at = self.0.host.now();
        let what = texts::say("automation.what.left", &[("count", &count.to_string())]);
        let happening = Happening { key: format!("left {at}"), what, count, at, ..Happening::default() };
        let reason = texts::say("automation.reason.left_over", &[("count", &REMEMBERED.to_string())]);
        vec![row_of(automation, &happening, FiringStatus::Capped, reason)]
    }

    fn own_folders(&self) -> (&Path, &Path) {
        (&self.0.config.home, &self.0.config.data)
    }

    fn number(&self, of: &NumberOf, after: &str, stop: &AtomicBool) -> Result<i64, String> {
        let text = match of {
            NumberOf::FreeSpace { folder } => return look::free_space(Path::new(folder)),
            NumberOf::File { path } => look::file(Path::new(path))?,
            NumberOf::Page { url } => {
                match page::look(&Reader::default(), url, &hosts(url), &Version::default(), stop)? {
                    Look::Page(page) => page.text,
                    Look::Elsewhere(to) => {
                        return Err(texts::say("automation.page.elsewhere", &[("to", &visible(&to))]));
                    }
                    Look::Same => return Err(texts::say("automation.number.none", &[("after", &visible(after))])),
                }
            }
            NumberOf::Command { line, folder } => look::command(line, Path::new(folder), self.own_folders(), stop)?.1,
        };
        number_after(&text, after).ok_or_else(|| texts::say("automation.number.none", &[("after", &visible(after))]))
    }
}

/// How often it is looked at; none for what tells by itself.
pub(crate) fn minutes(trigger: &Trigger) -> Option<u32> {
    match trigger {
        Trigger::Time { .. } | Trigger::Folder { .. } => None,
        Trigger::Page { minutes, .. }
        | Trigger::Mailbox { minutes, .. }
        | Trigger::Number { minutes, .. }
        | Trigger::Command { minutes, .. } => Some(*minutes),
    }
}

// The user typed the address, and so granted it.
fn hosts(url: &str) -> Hosts {
    Hosts { typed: address::named_in(url), granted: address::origin(url).into_iter().collect() }
}

// The first look only learns what is there.
fn changed(page: Page, seen: &mut Seen, now: i64) -> Result<Vec<Happening>, String> {
    // What a feed turned into is not news of the feed.
    if page.feed.is_none() && !seen.entries.is_empty() {
        return Err(texts::say("automation.page.no_feed", &[("page", &page.source())]));
    }
    (seen.etag, seen.modified) = (page.version.etag.clone(), page.version.modified.clone());
    let first = !seen.looked;
    let source = page.source();
    let Some(feed) = page.feed else {
        let same = seen.hash == page.hash;
        seen.hash.clone_from(&page.hash);
        if first || same {
            return Ok(Vec::new());
        }
        let text: String = page.text.chars().take(GIVEN).collect();
        let title = page.title.unwrap_or_default();
        return Ok(vec![Happening {
            key: format!("page {} {now}", page.hash),
            what: texts::say("automation.what.page", &[("page", &source)]),
            details: json!({"page": page.address.url.as_str(), "title": title, "text": text}),
            name: title,
            text,
            untrusted: Some(source),
            at: now,
            count: 1,
            ..Happening::default()
        }]);
    };
    let known: std::collections::HashSet<String> = seen.entries.drain(..).collect();
    let mut fresh = Vec::new();
    // Where an entry is known, what stands below it is older.
    let is_known = |entry: &assent_tools::web::feed::Entry| known.contains(&entry.id) || known.contains(&entry.says);
    if !first && !feed.entries.iter().any(is_known) {
        seen.left = u32::try_from(feed.more).unwrap_or(u32::MAX);
    }
    for entry in feed.entries.into_iter().take(REMEMBERED) {
        seen.entries.extend([entry.id.clone(), entry.says.clone()]);
        if !first && !is_known(&entry) {
            let details = json!({"title": entry.title, "link": entry.link, "text": entry.summary});
            fresh.push(Happening {
                key: format!("entry {}", entry.id),
                what: visible(&entry.title),
                name: entry.title,
                text: entry.summary,
                untrusted: Some(source.clone()),
                details,
                at: now,
                count: 1,
                arrival: true,
                ..Happening::default()
            });
        }
    }
    // Entries that left the feed for a while are not new when they are back.
    let room = (2 * REMEMBERED).saturating_sub(seen.entries.len());
    let there: std::collections::HashSet<&String> = seen.entries.iter().collect();
    let gone: Vec<String> = known.into_iter().filter(|id| !there.contains(id)).take(room).collect();
    seen.entries.extend(gone);
    Ok(fresh)
}

/// A number of minutes in words.
pub(crate) fn every(minutes: u32) -> String {
    texts::say(
        "automation.every",
        &[("span", &crate::base::words::span(i64::from(minutes) * MINUTE)), ("count", &minutes.to_string())],
    )
}

/// When it is looked at next, for a person.
pub(crate) fn next_look(at: i64, zone: &str) -> String {
    texts::say("automation.standing.looks", &[("at", &clock::absolute(at, zone))])
}
