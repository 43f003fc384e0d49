//! The limits of a run: what it used, from committed rows; a warning at four fifths; a pause where it is spent, which
//! only the user ends, by raising the limit or saying to go on.

use crate::{Answered, Engine, words};
use assent_agent::progress::same_but_one;
use assent_domains::clerk;
use assent_journal::call_digest;
use assent_policy::{self as policy, Adds, Bounds, Counts, LimitState, Limits, Pause};
use assent_protocol::{
    Budget, Destination, Effect, Facts, LimitName, Paused, Run, RunId, RunStatus, Turn, Used, texts, wire::Change,
};
use serde_json::Value;

/// Tokens set aside for a reply besides those of what is asked.
const REPLY_TOKENS: usize = 1000;
/// Bytes of a token, taken low, so that too much is set aside rather than too little.
const BYTES_OF_A_TOKEN: usize = 3;

/// A run against its bounds.
pub(crate) struct Stand {
    pub(crate) counts: Counts,
    pub(crate) bounds: Bounds,
    rejected: Vec<String>,
}

impl Engine {
    /// Sets limits of a run; those that `set` does not name stay. A run that stands still at one of them goes on when it
    /// is driven again. What the run had reserved, used and been warned of stays.
    ///
    /// # Errors
    /// For a limit of nothing, or when there is no such run.
    pub fn set_limits(&self, run: RunId, set: &Budget) -> Answered<()> {
        usable(set)?;
        let row = self.run_row(run)?;
        let kept = self.0.journal.budget(run)?;
        self.0.journal.set_budget(run, &set.or(kept), self.0.host.now())?;
        if row.status == RunStatus::Waiting && self.paused(&row)?.is_none() && row.note.is_some() {
            self.wake(run)?;
        }
        // Helpers that stood still at this limit go on as well.
        for helper in self.below(run)? {
            let row = self.run_row(helper)?;
            if row.status == RunStatus::Waiting && row.note.is_some() && self.paused(&row)?.is_none() {
                self.wake(helper)?;
            }
        }
        self.0.host.changed(Change::Run { run, status: row.status });
        Ok(())
    }

    /// What each run that stands still at a limit waits for.
    pub(crate) fn all_paused(&self) -> Answered<Vec<Paused>> {
        let mut list = Vec::new();
        for run in self.0.journal.unfinished_runs()? {
            list.extend(self.paused(&run)?);
        }
        Ok(list)
    }

    /// Why a run stands still, when that is at a limit. A run that waits for an answer has no note.
    pub(crate) fn paused(&self, run: &Run) -> Answered<Option<Paused>> {
        if run.status != RunStatus::Waiting || run.note.is_none() {
            return Ok(None);
        }
        let turns = self.0.journal.turns(run.id)?;
        let stand = self.stand(run, &turns)?;
        let found = self.pause(run, &stand, self.next_reply(run, &stand.bounds, &turns))?;
        Ok(found.map(|(at, pause)| Paused {
            run: at,
            goal: run.goal.clone(),
            why: pause.why,
            limit: pause.limit,
            raise_to: pause.raise_to,
        }))
    }

    // Why the model of a run is not asked again, and which run's limit that is: its own, or one above it that is spent.
    fn pause(&self, run: &Run, stand: &Stand, tokens: u32) -> Answered<Option<(RunId, Pause)>> {
        if let Some(pause) = policy::pause(&stand.counts, stand.bounds, tokens) {
            return Ok(Some((run.id, pause)));
        }
        for above in self.above(run)? {
            let turns = self.0.journal.turns(above.id)?;
            let stand = self.stand(&above, &turns)?;
            let tokens = if stand.bounds.tokens.is_some() { tokens } else { 0 };
            if let Some(pause) =
                policy::pause(&stand.counts, stand.bounds, tokens).filter(|pause| pause.limit.is_some())
            {
                return Ok(Some((above.id, pause)));
            }
        }
        Ok(None)
    }

    /// What the run used, and of how much.
    pub(crate) fn used(&self, run: &Run) -> Answered<Vec<Used>> {
        let turns = self.0.journal.turns(run.id)?;
        let stand = self.stand(run, &turns)?;
        Ok(policy::used(&stand.counts, &stand.bounds))
    }

    /// The warnings of a run, a sentence each.
    pub(crate) fn warnings(&self, run: RunId) -> Answered<Vec<String>> {
        Ok(self.0.journal.warnings(run)?.iter().map(sentence).collect())
    }

    /// How a run stands against its bounds, from committed rows.
    pub(crate) fn stand(&self, run: &Run, turns: &[Turn]) -> Answered<Stand> {
        let journal = &self.0.journal;
        let mut tally = journal.tally(run.id)?;
        let mut usage = journal.usage(run.id, self.0.host.now())?;
        // One budget: what its helpers use, a run uses. Their time runs beside its own.
        for helper in self.below(run.id)? {
            let (more, used) = (journal.tally(helper)?, journal.usage(helper, self.0.host.now())?);
            tally.turns = tally.turns.saturating_add(more.turns);
            tally.actions = tally.actions.saturating_add(more.actions);
            tally.unasked_changes = tally.unasked_changes.saturating_add(more.unasked_changes);
            usage.tokens = usage.tokens.saturating_add(used.tokens);
            usage.outward = usage.outward.saturating_add(used.outward);
            usage.new_recipients = usage.new_recipients.saturating_add(used.new_recipients);
        }
        let budget = journal.budget(run.id)?.or(self.settings()?.limits);
        let messages = turns.iter().filter(|turn| matches!(turn, Turn::User { .. })).count();
        let bounds = policy::bounds(run.mode).with(&budget);
        Ok(Stand {
            bounds: bounds.for_messages(u32::try_from(messages).unwrap_or(1)),
            counts: Counts {
                turns: tally.turns,
                actions: tally.actions,
                unasked_changes: tally.unasked_changes,
                elapsed_ms: usage.worked_ms,
                tokens: usage.tokens,
                outward: usage.outward,
                new_recipients: usage.new_recipients,
                errors_in_row: tally.errors_in_row,
                rejections_in_row: tally.rejections_in_row,
                last: tally.last_digests,
                same_but_one: 0,
                adds: Adds::default(),
            },
            rejected: tally.rejected_digests,
        })
    }

    /// What the limits say to one call with these facts.
    pub(crate) fn limits(
        &self,
        run: &Run,
        turns: &[Turn],
        tool: &str,
        args: &Value,
        facts: &Facts,
    ) -> Answered<Limits> {
        let Stand { mut counts, bounds, rejected } = self.stand(run, turns)?;
        self.warn(run, &counts, &bounds);
        let same = call_digest(tool, args);
        counts.last.push(same.clone());
        counts.adds = adds(facts);
        if !counts.adds.changes {
            counts.same_but_one = same_but_one(turns, tool, args);
        }
        let state = match policy::state(&counts, bounds) {
            LimitState::Within => self.state_above(run, facts, false)?,
            spent => spent,
        };
        Ok(Limits { state, rejected_before: rejected.contains(&same) || self.rejected_beside(run, &same)? })
    }

    /// What the limits say at the start of an action that was settled unasked, which is counted already.
    pub(crate) fn limits_at_start(&self, run: &Run, turns: &[Turn], facts: &Facts) -> Answered<Limits> {
        let Stand { mut counts, bounds, .. } = self.stand(run, turns)?;
        uncount(&mut counts, facts);
        let state = match policy::state(&counts, bounds) {
            LimitState::Within => self.state_above(run, facts, true)?,
            spent => spent,
        };
        Ok(Limits { state, rejected_before: false })
    }

    // What a helper does is done on the budget of every run above it. Their breakers are their own affair.
    fn state_above(&self, run: &Run, facts: &Facts, counted: bool) -> Answered<LimitState> {
        for above in self.above(run)? {
            let turns = self.0.journal.turns(above.id)?;
            let Stand { mut counts, bounds, .. } = self.stand(&above, &turns)?;
            counts.adds = adds(facts);
            if counted {
                uncount(&mut counts, facts);
            }
            if let spent @ LimitState::Spent(_) = policy::state(&counts, bounds) {
                return Ok(spent);
            }
        }
        Ok(LimitState::Within)
    }

    // A denial sticks for the whole task, whoever of its agents asks again.
    fn rejected_beside(&self, run: &Run, same: &String) -> Answered<bool> {
        let top = self.above(run)?.last().map_or(run.id, |top| top.id);
        for other in self.below(top)?.into_iter().chain([top]).filter(|other| *other != run.id) {
            if self.0.journal.tally(other)?.rejected_digests.contains(same) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the model may be asked once more: the sentence that says why not, else the tokens that were set aside for
    /// its reply.
    pub(crate) fn may_think(&self, run: &Run, turns: &[Turn]) -> Answered<Result<Option<Aside>, String>> {
        let stand = self.stand(run, turns)?;
        self.warn(run, &stand.counts, &stand.bounds);
        let tokens = self.next_reply(run, &stand.bounds, turns);
        if let Some((run, pause)) = self.pause(run, &stand, tokens)? {
            let key = if pause.limit.is_some() { "engine.limit.paused" } else { "engine.limit.breaker" };
            let limit = pause.limit.map_or("", LimitName::name);
            let to = pause.raise_to.map_or_else(String::new, |to| to.to_string());
            let run = run.to_string();
            return Ok(Err(texts::say(key, &[("why", &pause.why), ("run", &run), ("limit", limit), ("to", &to)])));
        }
        if tokens == 0 {
            return Ok(Ok(None));
        }
        let row = self.0.journal.reserve_tokens(run.id, tokens, self.0.host.now())?;
        Ok(Ok(Some(Aside { row, tokens })))
    }

    /// The user said to go on: a breaker that tripped begins to count anew.
    pub(crate) fn pardon(&self, run: RunId) -> Answered<()> {
        let tally = self.0.journal.tally(run)?;
        if tally.errors_in_row == 0 && tally.rejections_in_row == 0 {
            return Ok(());
        }
        self.0.journal.pardon(run, self.0.host.now()).map_err(words::other)
    }

    // What the next reply may cost, counted high; nothing where nobody set a limit, or where no model is asked.
    fn next_reply(&self, run: &Run, bounds: &Bounds, turns: &[Turn]) -> u32 {
        if bounds.tokens.is_none() || ["planner", clerk::NAME].contains(&run.model.as_str()) {
            return 0;
        }
        let specs = self.0.tools.values().map(|tool| tool.spec());
        let tools: usize = specs.map(|spec| spec.description.len() + spec.schema.to_string().len()).sum();
        let said: usize = turns.iter().map(|turn| serde_json::to_string(turn).map_or(0, |text| text.len())).sum();
        u32::try_from((tools + said) / BYTES_OF_A_TOKEN + REPLY_TOKENS).unwrap_or(u32::MAX)
    }

    // A warning that cannot be kept holds nothing up: the limit itself is looked at anew each time.
    fn warn(&self, run: &Run, counts: &Counts, bounds: &Bounds) {
        for near in policy::nearly_spent(counts, bounds) {
            if self.0.journal.warn(run.id, &near, self.0.host.now()).unwrap_or(false) {
                self.0.host.changed(Change::Run { run: run.id, status: RunStatus::Running });
            }
        }
    }
}

/// Tokens that were set aside for a reply.
pub(crate) struct Aside {
    pub(crate) row: i64,
    tokens: u32,
}

/// What a reply cost: what the provider says, and never less than what was set aside for it.
pub(crate) fn charge(reported: Option<(u64, u64)>, aside: Option<&Aside>) -> Option<u32> {
    let reported = reported.map(|(read, written)| u32::try_from(read.saturating_add(written)).unwrap_or(u32::MAX));
    reported.max(aside.map(|aside| aside.tokens))
}

/// Refuses a limit of nothing: a task that may not even begin.
pub(crate) fn usable(set: &Budget) -> Answered<()> {
    let nothing = [LimitName::Turns, LimitName::Minutes, LimitName::Tokens];
    match nothing.into_iter().find(|limit| set.get(*limit) == Some(0)) {
        Some(limit) => Err(words::bad_input("engine.limit.nothing", &[("limit", limit.name())])),
        None => Ok(()),
    }
}

// What is settled is counted already, and must not be counted against itself.
fn uncount(counts: &mut Counts, facts: &Facts) {
    counts.adds = adds(facts);
    counts.actions = counts.actions.saturating_sub(1);
    counts.unasked_changes = counts.unasked_changes.saturating_sub(u32::from(counts.adds.changes));
    counts.outward = counts.outward.saturating_sub(u32::from(counts.adds.outward));
    counts.new_recipients = counts.new_recipients.saturating_sub(counts.adds.new_recipients);
}

fn adds(facts: &Facts) -> Adds {
    let changes = facts.effect != Effect::Observe;
    let outward =
        matches!(facts.effect, Effect::Send | Effect::Spend) || (changes && facts.destination != Destination::Here);
    let new = outward && matches!(facts.destination, Destination::NewParty | Destination::Unknown);
    Adds { changes, outward, new_recipients: if new { facts.size.recipients.max(1) } else { 0 } }
}

fn sentence(near: &Used) -> String {
    let (used, most) = (near.used.to_string(), near.most.unwrap_or_default().to_string());
    let limit = texts::say(&format!("core.limit.{}", near.limit.name()), &[]);
    texts::say("engine.limit.warning", &[("limit", &limit), ("used", &used), ("most", &most)])
}
