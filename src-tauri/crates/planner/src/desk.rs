//! The desk on which a plan is made: what was looked at so far, what is still to be looked at, and what is proposed.

use super::{
    names,
    request::{Age, Filter},
    words::Words,
};
use assent_protocol::{
    Status,
    apart::{is_a_leftover_once_old, is_left_alone},
    texts::say,
    visible::visible,
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// One call, before it has an id.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Position of its request, so that calls come in the order of the user's words.
    pub part: usize,
    pub tool: &'static str,
    pub args: Value,
    pub says: String,
}

/// What came of an earlier call.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub status: Status,
    pub output: Value,
    pub reason: Option<String>,
}

/// Results by tool and arguments; none where the call has no result yet.
pub type Seen = HashMap<(String, String), Option<Outcome>>;

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub path: String,
    pub name: String,
    pub kind: String,
    pub bytes: u64,
    /// Milliseconds since 1970 (UTC).
    pub modified: i64,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Absolute.
    pub folder: String,
    pub entries: Vec<Entry>,
}

/// The desk.
pub struct Desk<'a> {
    pub words: &'static Words,
    pub home: &'a str,
    pub folders: &'a [String],
    pub now: i64,
    pub zone: &'a str,
    pub tools: Vec<&'a str>,
    pub seen: &'a Seen,
    /// Calls that the user or the rules turned down earlier in this run.
    pub refused: &'a HashSet<(String, String)>,
    /// The request that is worked on.
    pub part: usize,
    pub missing: Vec<Draft>,
    pub drafts: Vec<Draft>,
    /// What to tell the user at the end: answers, and why something was left.
    pub notes: Vec<(usize, String)>,
    claimed: HashSet<String>,
    taken: HashMap<String, HashSet<String>>,
}

impl<'a> Desk<'a> {
    #[expect(clippy::too_many_arguments, reason = "the desk is exactly these things")]
    pub fn new(
        words: &'static Words,
        home: &'a str,
        folders: &'a [String],
        now: i64,
        zone: &'a str,
        tools: Vec<&'a str>,
        seen: &'a Seen,
        refused: &'a HashSet<(String, String)>,
    ) -> Desk<'a> {
        Desk {
            words,
            home,
            folders,
            now,
            zone,
            tools,
            seen,
            refused,
            part: 0,
            missing: Vec::new(),
            drafts: Vec::new(),
            notes: Vec::new(),
            claimed: HashSet::new(),
            taken: HashMap::new(),
        }
    }

    pub fn note(&mut self, text: String) {
        let entry = (self.part, text);
        if !self.notes.contains(&entry) {
            self.notes.push(entry);
        }
    }

    /// The result of a reading call, or none while it is still to be made.
    pub fn look(&mut self, tool: &'static str, args: Value, says: String) -> Option<Outcome> {
        if !self.offers(tool) {
            let reason = Some(not_offered(tool));
            return Some(Outcome { status: Status::Failed, output: Value::Null, reason });
        }
        match self.seen.get(&(tool.to_owned(), args.to_string())) {
            Some(outcome) => outcome.clone(),
            None => {
                if !self.missing.iter().any(|draft| draft.tool == tool && draft.args == args) {
                    self.missing.push(Draft { part: self.part, tool, args, says });
                }
                None
            }
        }
    }

    /// The same, where a failure is told to the user and ends the request.
    pub fn look_or_say(&mut self, tool: &'static str, args: Value, says: String, what: &str) -> Option<Value> {
        let outcome = self.look(tool, args, says)?;
        if outcome.status == Status::Succeeded {
            return Some(outcome.output);
        }
        let reason = outcome.reason.map_or_else(|| status_words(outcome.status), |r| visible(&r));
        self.note(say("planner.could_not_look", &[("what", &visible(what)), ("reason", &reason)]));
        None
    }

    /// What `folder` holds, to `depth` levels. A failure is told to the user.
    pub fn listing(&mut self, folder: &str) -> Option<Listing> {
        let args = json!({"folder": folder, "depth": 1});
        let says = say("planner.says.list", &[("folder", &visible(folder))]);
        let output = self.look_or_say("files.list", args, says, folder)?;
        if output["truncated"] == json!(true) {
            self.note(say("planner.truncated", &[("folder", &visible(folder))]));
        }
        Some(read_listing(&output, folder, self.home))
    }

    /// Marks the names in `folder` as taken. None while it is still to be looked at; a folder that cannot be looked at
    /// counts as empty, because nothing is ever overwritten.
    pub fn learn_names(&mut self, folder: &str, depth: usize) -> Option<()> {
        let args = json!({"folder": folder, "depth": depth});
        let says = say("planner.says.names", &[("folder", &visible(folder))]);
        let outcome = self.look("files.list", args, says)?;
        if outcome.status == Status::Succeeded {
            let listing = read_listing(&outcome.output, folder, self.home);
            for entry in listing.entries {
                self.taken.entry(names::parent(&entry.path).to_owned()).or_default().insert(entry.name.to_lowercase());
            }
        }
        Some(())
    }

    /// Marks the names of a listing as taken.
    pub fn learn(&mut self, listing: &Listing) {
        for entry in &listing.entries {
            self.taken.entry(names::parent(&entry.path).to_owned()).or_default().insert(entry.name.to_lowercase());
        }
    }

    /// A free path in `folder` for `name`, which is then taken.
    pub fn free(&mut self, folder: &str, name: &str) -> String {
        names::join(folder, &names::free(name, self.taken.entry(folder.to_owned()).or_default()))
    }

    /// The same for a file whose own name does not count as taken.
    pub fn free_beside(&mut self, folder: &str, old: &str, new: &str) -> String {
        let taken = self.taken.entry(folder.to_owned()).or_default();
        if old.to_lowercase() == new.to_lowercase() {
            return new.to_owned();
        }
        names::free(new, taken)
    }

    /// Takes a file for this request; false when another request has it.
    pub fn claim(&mut self, path: &str) -> bool {
        self.claimed.insert(path.to_owned())
    }

    /// Proposes `items` in calls of at most 1,000.
    pub fn propose_batch(&mut self, tool: &'static str, field: &'static str, items: Vec<Value>, says: &str) {
        for batch in items.chunks(BATCH) {
            self.propose(tool, json!({field: batch}), says);
        }
    }

    /// Proposes one call, unless it was turned down before or its tool is off.
    pub fn propose(&mut self, tool: &'static str, args: Value, says: &str) {
        if !self.offers(tool) {
            self.note(not_offered(tool));
        } else if self.refused.contains(&(tool.to_owned(), args.to_string())) {
            let what = super::report::what(tool, &args);
            self.note(say("planner.refused_before", &[("what", &what)]));
        } else {
            self.drafts.push(Draft { part: self.part, tool, args, says: says.to_owned() });
        }
    }

    /// The user's zone; UTC where its name is unknown.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(self.zone).unwrap_or(TimeZone::UTC)
    }

    /// Whether an entry is one of the files a selection means: regular, not hidden, and nothing that is left alone unless
    /// it is what was asked for.
    pub fn fits(&self, entry: &Entry, filter: &Filter) -> bool {
        let extension = names::extension(&entry.name);
        let named = filter.extension.is_some() || filter.named.is_some();
        entry.kind == "file"
            && !entry.name.starts_with('.')
            && (named || !is_left_alone(&entry.name) || self.is_a_leftover(entry))
            && filter
                .extension
                .as_ref()
                .is_none_or(|wanted| *wanted == extension || entry.name.to_lowercase().ends_with(&format!(".{wanted}")))
            && filter.kind.is_none_or(|kind| names::kind(&entry.name, self.words) == kind)
            && filter.older.is_none_or(|age| self.before(age).is_some_and(|limit| entry.modified < limit))
            && filter.newer.is_none_or(|age| self.before(age).is_some_and(|limit| entry.modified >= limit))
            && filter.larger.is_none_or(|limit| entry.bytes > limit)
            && filter.smaller.is_none_or(|limit| entry.bytes < limit)
            && filter.named.as_ref().is_none_or(|part| entry.name.to_lowercase().contains(&part.to_lowercase()))
    }

    // What nobody has written to for a day, nobody is writing.
    fn is_a_leftover(&self, entry: &Entry) -> bool {
        is_a_leftover_once_old(&entry.name) && self.before(Age::Days(1)).is_some_and(|limit| entry.modified < limit)
    }

    /// Whether nothing of this name is known to be in `folder`.
    pub fn is_free(&self, folder: &str, name: &str) -> bool {
        self.taken.get(folder).is_none_or(|taken| !taken.contains(&name.to_lowercase()))
    }

    fn before(&self, age: Age) -> Option<i64> {
        let now = Timestamp::from_millisecond(self.now).ok()?.to_zoned(self.time_zone());
        let span = match age {
            Age::Hours(n) => 0.hours().try_hours(n),
            Age::Days(n) => 0.days().try_days(n),
            Age::Weeks(n) => 0.weeks().try_weeks(n),
            Age::Months(n) => 0.months().try_months(n),
            Age::Years(n) => 0.years().try_years(n),
        };
        now.checked_sub(span.ok()?).ok().map(|at| at.timestamp().as_millisecond())
    }

    // A request that names no tools is a test's.
    fn offers(&self, tool: &str) -> bool {
        self.tools.is_empty() || self.tools.contains(&tool)
    }
}

/// The most items in one call.
pub const BATCH: usize = 1_000;

/// How a status that is not a success reads inside a sentence.
pub fn status_words(status: Status) -> String {
    say(&format!("planner.status.{}", status.name()), &[])
}

fn read_listing(output: &Value, folder: &str, home: &str) -> Listing {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let folder = output["folder"].as_str().map_or_else(|| names::expand(folder, home), str::to_owned);
    let mut entries: Vec<Entry> = output["entries"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|e| Entry {
            path: text(&e["path"]),
            name: e["name"].as_str().map_or_else(|| names::last(&text(&e["path"])).to_owned(), str::to_owned),
            kind: text(&e["kind"]),
            bytes: e["bytes"].as_u64().unwrap_or_default(),
            modified: time(&e["modified"]),
        })
        .filter(|e| !e.path.is_empty() && !e.name.is_empty())
        .collect();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Listing { folder, entries }
}

// Milliseconds, or a time as text.
fn time(value: &Value) -> i64 {
    value
        .as_i64()
        .or_else(|| value.as_str()?.parse::<Timestamp>().ok().map(|at| at.as_millisecond()))
        .unwrap_or_default()
}

// Trading is off until the user wants it, and letters need a mailbox.
fn not_offered(tool: &str) -> String {
    let key = match tool.split_once('.') {
        Some(("trading", _)) => "planner.no_trading",
        Some(("mail", _)) => "planner.no_mail",
        _ => "planner.no_tool",
    };
    say(key, &[("tool", tool)])
}
