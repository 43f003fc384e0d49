//! What came of a sample, counted from its journal and from nothing else.

use crate::{Answered, Engine};
use assent_protocol::{
    Action, Decider, Digest, DigestLine, Effect, FiringStatus, RunId, SampleCounts, Status, Triage, UnaskedLine, texts,
};
use std::collections::BTreeSet;

/// Lines of one list of the digest that are shown.
const SHOWN: usize = 6;

impl Engine {
    /// The counts, and the digest in a few lines.
    pub(super) fn reckoned(&self) -> Answered<(SampleCounts, Vec<String>)> {
        let digest = self.digest_since(0)?;
        let firings = self.0.journal.firings_since(0)?;
        let mut counts = SampleCounts::default();
        let mut escalated: BTreeSet<Option<RunId>> = BTreeSet::new();
        let mut escalate = |counts: &mut SampleCounts, run: Option<RunId>| {
            counts.escalated += u32::from(run.is_none() || escalated.insert(run));
        };
        for firing in &firings {
            if firing.triage == Some(Triage::Escalate) {
                escalate(&mut counts, firing.run);
            }
            let changed = match firing.run {
                Some(run) => self.count_run(run, &mut counts, &mut escalate)?,
                None => false,
            };
            let seen = !matches!(firing.status, FiringStatus::Failed | FiringStatus::Missed | FiringStatus::Slept);
            if !changed && seen && firing.triage != Some(Triage::Escalate) {
                counts.noted += firing.count;
            }
        }
        Ok((counts, shown(&digest)))
    }

    // Whether the run proposed or asked anything.
    fn count_run(
        &self,
        run: RunId,
        counts: &mut SampleCounts,
        escalate: &mut impl FnMut(&mut SampleCounts, Option<RunId>),
    ) -> Answered<bool> {
        let mut changed = false;
        for action in self.0.journal.actions_of(run)? {
            if action.facts.effect == Effect::Observe {
                continue;
            }
            changed = true;
            count(&action, counts);
            if action.verdict.escalate {
                escalate(counts, Some(run));
            }
        }
        let questions = self.0.journal.questions_of(run)?.len();
        counts.asked += u32::try_from(questions).unwrap_or(u32::MAX);
        Ok(changed || questions > 0)
    }
}

fn count(action: &Action, counts: &mut SampleCounts) {
    counts.proposed += 1;
    match action.decision.as_ref().map(|decision| &decision.by) {
        Some(Decider::Rule { .. }) => counts.ran_by_rule += u32::from(action.status != Status::Denied),
        Some(Decider::Mode) => counts.ran_by_mode += u32::from(action.status != Status::Suggested),
        Some(Decider::User) if action.status == Status::Rejected => counts.rejected += 1,
        Some(Decider::User) => counts.approved += 1,
        Some(Decider::Expiry) => counts.expired += 1,
        _ => {}
    }
    counts.undone += u32::from(action.status == Status::Undone);
}

fn shown(digest: &Digest) -> Vec<String> {
    let mut lines = vec![digest.words.clone()];
    let lists = [
        ("sample.digest.waiting", &digest.waiting),
        ("sample.digest.expired", &digest.expired),
        ("sample.digest.failed", &digest.failed),
        ("sample.digest.skipped", &digest.skipped),
        ("sample.digest.noted", &digest.noted),
    ];
    for (key, list) in lists {
        lines.extend(some_of(key, list));
    }
    let mut reasons: Vec<&str> = digest.unasked.iter().map(|line| line.because.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for because in reasons {
        let of: Vec<&UnaskedLine> = digest.unasked.iter().filter(|line| line.because == because).collect();
        let titles: Vec<&str> = of.iter().take(3).map(|line| line.title.as_str()).collect();
        let count = of.len().to_string();
        let key = if of.len() > 3 { "sample.digest.unasked_more" } else { "sample.digest.unasked" };
        let values = [("count", count.as_str()), ("because", because), ("titles", &titles.join("; "))];
        lines.push(texts::say(key, &values));
    }
    lines
}

fn some_of(key: &str, list: &[DigestLine]) -> Vec<String> {
    let mut lines: Vec<String> = list.iter().take(SHOWN).map(|line| texts::say(key, &[("text", &line.text)])).collect();
    if list.len() > SHOWN {
        let more = (list.len() - SHOWN).to_string();
        lines.push(texts::say(key, &[("text", &texts::say("sample.digest.more", &[("count", &more)]))]));
    }
    lines
}
