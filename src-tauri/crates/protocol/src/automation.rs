//! Work while the user is away: automations, what sets them off, and every firing with what came of it.

use crate::{AutomationId, Budget, FiringId, Mode, Rule, RunId, RunStatus};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What sets an automation off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// A time that comes again.
    Time {
        /// Plain words ("every weekday at 9") or five cron fields.
        when: String,
        /// IANA name of the zone; none for the user's own, wherever that is at the time.
        #[serde(default)]
        zone: Option<String>,
    },
    /// A file that appears or changes in a folder.
    Folder {
        /// Absolute folder.
        folder: String,
        /// Folders in it as well.
        #[serde(default)]
        below: bool,
    },
    /// A letter that arrives in a mailbox.
    Mailbox {
        /// The account, by its name.
        account: String,
        /// The folder of letters; empty for the inbox.
        #[serde(default)]
        folder: String,
        /// Minutes between two looks.
        minutes: u32,
    },
    /// A page whose text changes, or a feed with a new entry.
    Page {
        /// Its address.
        url: String,
        /// Minutes between two looks.
        minutes: u32,
    },
    /// A number that crosses a line.
    Number {
        /// Where it stands.
        of: NumberOf,
        /// The number after this text; empty for the first one.
        #[serde(default)]
        after: String,
        /// On which side it is beyond the line.
        side: Side,
        /// The line, in hundredths.
        #[ts(type = "number")]
        line: i64,
        /// By how much it must come back before it can cross again, in hundredths.
        #[serde(default)]
        #[ts(type = "number")]
        back: i64,
        /// Minutes between two looks.
        minutes: u32,
    },
    /// A command that begins to fail or to succeed. It runs in the sandbox and changes nothing.
    Command {
        /// The command line.
        line: String,
        /// The folder that it reads.
        folder: String,
        /// What sets it off.
        exit: Exit,
        /// Minutes between two runs of it.
        minutes: u32,
    },
}

/// Where a number stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum NumberOf {
    /// Free space on the disk of a folder, in GB.
    FreeSpace {
        /// Absolute folder.
        folder: String,
    },
    /// In a file.
    File {
        /// Absolute path.
        path: String,
    },
    /// On a page.
    Page {
        /// Its address.
        url: String,
    },
    /// In the output of a command, which runs in the sandbox and changes nothing.
    Command {
        /// The command line.
        line: String,
        /// The folder that it reads.
        folder: String,
    },
}

/// A side of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// With a status that is not 0.
    Fails,
    /// With status 0.
    Succeeds,
}

/// What a firing leads to, from calm to loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Triage {
    /// Nothing; it is counted.
    Drop,
    /// A line in the digest.
    Note,
    /// The task runs, in the automation's mode.
    Propose,
    /// The user is told at once, and the task runs with nothing changed unasked.
    Escalate,
}

/// A condition on what happened. Each is plain, so that the same event is always judged the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "test", rename_all = "snake_case", deny_unknown_fields)]
pub enum Test {
    /// Any of these words or phrases is in its name or its text, as whole words, in any case.
    Says {
        /// The words.
        words: Vec<String>,
    },
    /// It comes from one of these: an address, or a domain with everything below it.
    From {
        /// Addresses and domains.
        senders: Vec<String>,
    },
    /// Its name ends with one of these, in any case.
    Ends {
        /// Endings, as `.pdf`.
        endings: Vec<String>,
    },
    /// It has at least so many bytes.
    AtLeast {
        /// Bytes.
        #[ts(type = "number")]
        bytes: u64,
    },
    /// Its number, in hundredths, is above this.
    Above {
        /// Hundredths.
        #[ts(type = "number")]
        hundredths: i64,
    },
    /// Its number, in hundredths, is below this.
    Below {
        /// Hundredths.
        #[ts(type = "number")]
        hundredths: i64,
    },
}

/// What events like this lead to. Of several rules that fit, the loudest counts, whatever their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TriageRule {
    /// What it leads to.
    pub triage: Triage,
    /// All must hold.
    pub when: Vec<Test>,
}

/// What happens with times that passed while nothing could run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// One firing makes up for all of them.
    #[default]
    Once,
    /// They are written down and left.
    Skip,
    /// The user is asked whether to make up for them.
    Ask,
}

/// What happens with a firing while a run of the automation is still under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It is written down and left.
    #[default]
    Skip,
    /// It starts after that run.
    Queue,
}

/// What an automation says, before it has an id: this is what the user approves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AutomationDraft {
    /// A short name.
    pub name: String,
    /// The task in the user's own words.
    pub goal: String,
    /// What sets it off.
    pub trigger: Trigger,
    /// How far it may go.
    #[serde(default = "semi")]
    pub mode: Mode,
    /// Folders that it may touch, and hosts that it may read, as `https://example.org`.
    #[serde(default)]
    pub grants: Vec<String>,
    /// The model that drives it; none for the setting.
    #[serde(default)]
    pub model: Option<String>,
    /// Limits of each of its runs.
    #[serde(default)]
    pub budget: Budget,
    /// What events lead to.
    #[serde(default)]
    pub triage: Vec<TriageRule>,
    /// What events lead to that no rule fits.
    #[serde(default = "propose")]
    pub otherwise: Triage,
    /// Times that were missed.
    #[serde(default)]
    pub missed: Missed,
    /// Firings while it runs.
    #[serde(default)]
    pub overlap: Overlap,
    /// Runs an hour; what is more is counted and left.
    #[serde(default = "twelve")]
    pub per_hour: u32,
    /// Seconds that a folder must be still before it counts as one event.
    #[serde(default = "two")]
    pub still_for: u32,
}

impl AutomationDraft {
    /// One with the usual choices: semi-autonomous, one firing for times that were missed, no overlap, 12 runs an hour.
    pub fn new(name: impl Into<String>, goal: impl Into<String>, trigger: Trigger) -> AutomationDraft {
        AutomationDraft {
            name: name.into(),
            goal: goal.into(),
            trigger,
            mode: semi(),
            grants: Vec::new(),
            model: None,
            budget: Budget::default(),
            triage: Vec::new(),
            otherwise: propose(),
            missed: Missed::default(),
            overlap: Overlap::default(),
            per_hour: twelve(),
            still_for: two(),
        }
    }
}

fn semi() -> Mode {
    Mode::Semi
}

fn propose() -> Triage {
    Triage::Propose
}

fn twelve() -> u32 {
    12
}

fn two() -> u32 {
    2
}

/// Whether an automation fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AutomationState {
    /// An agent proposed it; only the user can switch it on, deliberately.
    Draft,
    /// Switched off or paused by the user.
    Off,
    /// It fires.
    On,
}

impl AutomationState {
    /// The snake_case name.
    pub fn name(self) -> &'static str {
        match self {
            AutomationState::Draft => "draft",
            AutomationState::Off => "off",
            AutomationState::On => "on",
        }
    }

    /// The inverse of [`AutomationState::name`].
    pub fn parse(name: &str) -> Option<AutomationState> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

/// An automation as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Automation {
    /// Its id.
    pub id: AutomationId,
    /// What it says.
    pub draft: AutomationDraft,
    /// Whether it fires.
    pub state: AutomationState,
    /// The run whose agent proposed it; none where a person made it.
    pub proposed_by: Option<RunId>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub made_at: i64,
    /// The next time, in milliseconds since 1970 (UTC); none for what does not go by the clock.
    #[ts(type = "number | null")]
    pub next_at: Option<i64>,
}

/// What became of a firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FiringStatus {
    /// Waits for an earlier run of the automation to end.
    Queued,
    /// Has its run.
    Started,
    /// Triage left it.
    Dropped,
    /// Triage put it into the digest.
    Noted,
    /// Its time passed while nothing could run.
    Missed,
    /// The same, and the user is asked.
    Asked,
    /// A run of the automation was still under way.
    Overlapped,
    /// There were more than may run in an hour.
    Capped,
    /// The automation slept, because the user had not been there for a week.
    Slept,
    /// What was to be watched could not be.
    Failed,
}

impl FiringStatus {
    /// The snake_case name.
    pub fn name(self) -> &'static str {
        match self {
            FiringStatus::Queued => "queued",
            FiringStatus::Started => "started",
            FiringStatus::Dropped => "dropped",
            FiringStatus::Noted => "noted",
            FiringStatus::Missed => "missed",
            FiringStatus::Asked => "asked",
            FiringStatus::Overlapped => "overlapped",
            FiringStatus::Capped => "capped",
            FiringStatus::Slept => "slept",
            FiringStatus::Failed => "failed",
        }
    }

    /// The inverse of [`FiringStatus::name`].
    pub fn parse(name: &str) -> Option<FiringStatus> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

/// One firing, or several that came to the same, accounted for once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Firing {
    /// Its id.
    pub id: FiringId,
    /// Whose it is.
    pub automation: AutomationId,
    /// What became of it.
    pub status: FiringStatus,
    /// What triage said, where it was asked.
    pub triage: Option<Triage>,
    /// How many firings this row stands for.
    pub count: u32,
    /// When it was due or seen, in milliseconds since 1970 (UTC); the first, where it stands for several.
    #[ts(type = "number")]
    pub due_at: i64,
    /// The last of several.
    #[ts(type = "number")]
    pub until_at: i64,
    /// What happened, hidden characters made visible.
    pub what: String,
    /// Why it came to this, in a sentence.
    pub reason: String,
    /// Its run.
    pub run: Option<RunId>,
    /// How that run stands.
    pub run_status: Option<RunStatus>,
    /// Cards of that run that wait for the user.
    pub waiting: u32,
}

/// An automation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AutomationRow {
    /// The automation.
    pub automation: Automation,
    /// "Every weekday at 9, list to-dos. Semi-autonomous, in 1 folder."
    pub sentence: String,
    /// "on, next Mon 2026-11-23 09:00 CET", "a draft; switching it on is yours", "waiting for you (2)".
    pub standing: String,
    /// Cards of its runs that wait for the user.
    pub waiting: u32,
    /// Why it cannot be watched at the moment: a folder that is gone.
    pub trouble: Option<String>,
}

/// All automations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Automations {
    /// The user paused all of them.
    pub paused: bool,
    /// They sleep, because the user was not there for a week.
    pub asleep: bool,
    /// Each of them: drafts first, then oldest first.
    pub list: Vec<AutomationRow>,
}

/// One automation with what it may do and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AutomationView {
    /// The automation.
    pub row: AutomationRow,
    /// "Allowed without asking": the rules that hold only here, also those that are off.
    pub rules: Vec<Rule>,
    /// The last firings, newest first.
    pub firings: Vec<Firing>,
}
