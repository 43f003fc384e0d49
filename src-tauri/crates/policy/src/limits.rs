//! What a run may use up before it asks (DESIGN 4.6), from committed counts only.

use assent_protocol::{Budget, LimitName, Mode, Used, texts};

const MINUTE: i64 = 60_000;

/// The budget of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Turns of the model.
    pub turns: u32,
    /// Actions of any kind.
    pub actions: u32,
    /// Changes that nobody was asked about.
    pub unasked_changes: u32,
    /// Milliseconds, without the time spent waiting for a person.
    pub wall_ms: i64,
    /// Tokens of the model; none where nothing is set.
    pub tokens: Option<u32>,
    /// Actions within an hour that leave this computer or spend.
    pub outward_an_hour: u32,
    /// New recipients within an hour.
    pub new_recipients_an_hour: u32,
}

impl Bounds {
    /// These bounds with what a person set in their place.
    #[must_use]
    pub fn with(self, set: &Budget) -> Bounds {
        Bounds {
            turns: set.turns.unwrap_or(self.turns),
            actions: set.actions.unwrap_or(self.actions),
            unasked_changes: set.unasked_changes.unwrap_or(self.unasked_changes),
            wall_ms: set.minutes.map_or(self.wall_ms, |minutes| i64::from(minutes) * MINUTE),
            tokens: set.tokens.or(self.tokens),
            outward_an_hour: set.outward_an_hour.unwrap_or(self.outward_an_hour),
            new_recipients_an_hour: set.new_recipients_an_hour.unwrap_or(self.new_recipients_an_hour),
        }
    }

    /// Each message of the user is a decision to go on, so it buys one more budget of turns and actions.
    #[must_use]
    pub fn for_messages(self, messages: u32) -> Bounds {
        let times = messages.max(1);
        Bounds { turns: self.turns.saturating_mul(times), actions: self.actions.saturating_mul(times), ..self }
    }

    fn most(&self, limit: LimitName) -> Option<u32> {
        Some(match limit {
            LimitName::Turns => self.turns,
            LimitName::Actions => self.actions,
            LimitName::UnaskedChanges => self.unasked_changes,
            LimitName::Minutes => small(self.wall_ms / MINUTE),
            LimitName::Tokens => return self.tokens,
            LimitName::OutwardAnHour => self.outward_an_hour,
            LimitName::NewRecipientsAnHour => self.new_recipients_an_hour,
        })
    }
}

/// What a run has used, from committed rows, and what this call would add.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Turns of the model, with the one that proposed this call.
    pub turns: u32,
    /// Actions before this call.
    pub actions: u32,
    /// Changes that nobody was asked about.
    pub unasked_changes: u32,
    /// Milliseconds, without the time spent waiting for a person.
    pub elapsed_ms: i64,
    /// Tokens of the model, also those that are set aside for replies that never came.
    pub tokens: u32,
    /// Outward actions of the last hour.
    pub outward: u32,
    /// New recipients of the last hour.
    pub new_recipients: u32,
    /// Actions in a row that failed.
    pub errors_in_row: u32,
    /// Actions in a row that the user rejected.
    pub rejections_in_row: u32,
    /// Digests of tool and arguments, newest last.
    pub last: Vec<String>,
    /// Calls in a row that differ from the one before in a single value and had the same result, with this one.
    pub same_but_one: usize,
    /// What this call would add.
    pub adds: Adds,
}

/// What one call would add to the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Adds {
    /// It changes something.
    pub changes: bool,
    /// It leaves this computer or spends.
    pub outward: bool,
    /// Recipients that nothing was sent to before.
    pub new_recipients: u32,
}

/// How a run stands against its bounds. The words are a sentence for the card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LimitState {
    /// Everything is left that is needed.
    #[default]
    Within,
    /// A budget is used up.
    Spent(String),
    /// Something goes round in circles.
    Breaker(String),
}

/// Why the model is not asked again until the user says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// The limit that is spent; none for a breaker.
    pub limit: Option<LimitName>,
    /// A sentence.
    pub why: String,
    /// What the limit would have to be to do as much again.
    pub raise_to: Option<u32>,
}

/// The bounds of a mode. The two modes that ask before changes have those of *semi-autonomous*.
pub fn bounds(mode: Mode) -> Bounds {
    let semi = Bounds {
        turns: 50,
        actions: 100,
        unasked_changes: 25,
        wall_ms: 30 * MINUTE,
        tokens: None,
        outward_an_hour: 20,
        new_recipients_an_hour: 5,
    };
    match mode {
        Mode::Suggest | Mode::Ask | Mode::Semi => semi,
        Mode::Auto => Bounds { turns: 200, actions: 400, unasked_changes: 200, wall_ms: 120 * MINUTE, ..semi },
    }
}

/// Same call, failures and rejections in a row that trip a breaker.
const SAME_CALL: usize = 3;
/// A sequence of so many calls, and how often it comes before it counts as going round.
const LONGEST_ROUND: usize = 6;
const ROUNDS: usize = 3;
/// Looks that differ in one value only and find the same.
const SAME_BUT_ONE: usize = 8;
const ERRORS: u32 = 5;
const REJECTIONS: u32 = 3;

/// Compares what is used with the bounds, for one call; a breaker is named before a spent budget.
pub fn state(counts: &Counts, bounds: Bounds) -> LimitState {
    if let Some(words) = breaker(counts) {
        return LimitState::Breaker(words);
    }
    let adds = counts.adds;
    let spent = |limit: LimitName| LimitState::Spent(words(limit, counts, &bounds));
    // The turn that proposed this call is itself counted, so the last turn of the budget still acts.
    if counts.turns > bounds.turns {
        return spent(LimitName::Turns);
    }
    if counts.actions >= bounds.actions {
        return spent(LimitName::Actions);
    }
    if adds.changes && counts.unasked_changes >= bounds.unasked_changes {
        return spent(LimitName::UnaskedChanges);
    }
    if counts.elapsed_ms >= bounds.wall_ms {
        return spent(LimitName::Minutes);
    }
    if adds.outward && counts.outward >= bounds.outward_an_hour {
        return spent(LimitName::OutwardAnHour);
    }
    let recipients = counts.new_recipients.saturating_add(adds.new_recipients);
    if adds.new_recipients > 0 && recipients > bounds.new_recipients_an_hour {
        return spent(LimitName::NewRecipientsAnHour);
    }
    LimitState::Within
}

/// Whether the model may be asked once more, which may cost `tokens`.
pub fn pause(counts: &Counts, bounds: Bounds, tokens: u32) -> Option<Pause> {
    if counts.errors_in_row >= ERRORS {
        let why = texts::say("policy.breaker.errors", &[("count", &counts.errors_in_row.to_string())]);
        return Some(Pause { limit: None, why, raise_to: None });
    }
    let limit = if counts.turns >= bounds.turns {
        LimitName::Turns
    } else if counts.elapsed_ms >= bounds.wall_ms {
        LimitName::Minutes
    } else if bounds.tokens.is_some_and(|most| counts.tokens.saturating_add(tokens) > most) {
        LimitName::Tokens
    } else {
        return None;
    };
    let need = used_of(limit, counts).saturating_add(if limit == LimitName::Tokens { tokens } else { 1 });
    let raise_to = bounds.most(limit).map(|most| most.saturating_mul(2).max(need));
    Some(Pause { limit: Some(limit), why: words(limit, counts, &bounds), raise_to })
}

/// What is used of each limit.
pub fn used(counts: &Counts, bounds: &Bounds) -> Vec<Used> {
    let row = |limit| Used { limit, used: used_of(limit, counts), most: bounds.most(limit) };
    LimitName::ALL.into_iter().map(row).collect()
}

/// The limits of which four fifths are used, and that are not spent yet.
pub fn nearly_spent(counts: &Counts, bounds: &Bounds) -> Vec<Used> {
    let near =
        |row: &Used| row.most.is_some_and(|most| row.used < most && u64::from(row.used) * 5 >= u64::from(most) * 4);
    used(counts, bounds).into_iter().filter(near).collect()
}

fn used_of(limit: LimitName, counts: &Counts) -> u32 {
    match limit {
        LimitName::Turns => counts.turns,
        LimitName::Actions => counts.actions,
        LimitName::UnaskedChanges => counts.unasked_changes,
        LimitName::Minutes => small(counts.elapsed_ms / MINUTE),
        LimitName::Tokens => counts.tokens,
        LimitName::OutwardAnHour => counts.outward,
        LimitName::NewRecipientsAnHour => counts.new_recipients,
    }
}

fn words(limit: LimitName, counts: &Counts, bounds: &Bounds) -> String {
    let most = bounds.most(limit).map_or_else(String::new, |most| most.to_string());
    let count = used_of(limit, counts).to_string();
    texts::say(&format!("policy.limit.{}", limit.name()), &[("count", &count), ("most", &most)])
}

fn small(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

fn breaker(counts: &Counts) -> Option<String> {
    let count = |key: &str, n: &dyn ToString| Some(texts::say(key, &[("count", &n.to_string())]));
    if counts.errors_in_row >= ERRORS {
        return count("policy.breaker.errors", &counts.errors_in_row);
    }
    if counts.rejections_in_row >= REJECTIONS {
        return count("policy.breaker.rejections", &counts.rejections_in_row);
    }
    if repeats(&counts.last, 1, SAME_CALL) {
        return count("policy.breaker.same_call", &SAME_CALL);
    }
    if counts.same_but_one >= SAME_BUT_ONE {
        return count("policy.breaker.same_but_one", &counts.same_but_one);
    }
    if repeats(&counts.last, 2, ROUNDS) {
        return Some(texts::say("policy.breaker.back_and_forth", &[]));
    }
    let round = (3..=LONGEST_ROUND).find(|period| repeats(&counts.last, *period, ROUNDS))?;
    count("policy.breaker.round", &round)
}

// Whether the newest calls are one sequence of `period` calls, `times` times over.
fn repeats(last: &[String], period: usize, times: usize) -> bool {
    let Some(start) = last.len().checked_sub(period * times) else { return false };
    let tail = &last[start..];
    tail.iter().zip(&tail[period..]).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests;
