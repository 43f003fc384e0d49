//! Firings: what a trigger saw is triaged, held against caps and against runs under way, and accounted for once, in the
//! transaction that also makes its run. Only then does anything run.

use crate::{
    Answered, Engine, Notice,
    automation::commands::grants_of,
    automation::trigger::{
        due::due,
        schedule::Schedule,
        sift::{Happening, sift},
    },
    base::{clock, words},
};
use assent_journal::{Cursor, FiringRun, NewFiring, NewRun};
use assent_protocol::{
    Automation, AutomationDraft, AutomationId, AutomationState, FiringId, FiringStatus, Mode, Overlap, ProposedCall,
    RunId, RunStatus, Status, Triage, Trigger, Turn, texts,
    visible::visible,
    wire::{Change, ErrorCode, WireError},
};
use serde_json::{Value, json};

pub(crate) const HOUR: i64 = 3_600_000;
/// Rows an hour that only note or drop; what is more adds up in one.
const ROWS_AN_HOUR: usize = 100;
/// Firings that wait for an earlier run.
const QUEUED: u32 = 50;
/// Letters, entries and files that wait. More than these is no mailbox of a person.
const KEPT: u32 = 5_000;
/// Files of one firing.
const TOGETHER: usize = 500;
/// Runs of one automation that wait for the user; with more, it would only pile up cards.
const WAITING: u32 = 10;
/// The name under which a run is told what set it off.
pub(crate) const EVENT: &str = "automation.event";

impl Engine {
    /// Fires what came due. Part of [`Engine::tick`].
    pub(crate) fn fire_automations(&self, now: i64) {
        if self.frozen() || self.whole().is_err() || self.automations_paused().unwrap_or(true) {
            return;
        }
        // One beat at a time: the next one finds what this one leaves.
        let Ok(_one) = self.0.automation.firing.try_lock() else { return };
        // Also while they sleep: a clock that is far ahead looks like a user who is long gone.
        self.heed_clock(now);
        if self.asleep(now) {
            return self.tell_asleep();
        }
        for automation in self.0.journal.due_automations(now).unwrap_or_default() {
            match automation.draft.trigger {
                Trigger::Time { .. } => {
                    let _ = self.fire_time(&automation, now);
                }
                _ => self.poll_soon(automation, now),
            }
        }
        self.look_around(now);
        let _ = self.start_queued(now);
    }

    /// Runs an automation now, whatever its trigger says. Caps and runs under way do not count: a person asked.
    ///
    /// # Errors
    /// For a draft that the user has not switched on yet, or when everything is frozen.
    pub fn run_automation(&self, id: AutomationId) -> Answered<RunId> {
        self.present();
        self.whole()?;
        if self.frozen() {
            return Err(WireError { code: ErrorCode::Frozen, message: texts::say("engine.frozen", &[]) });
        }
        let automation = self.automation_row(id)?;
        if automation.state == AutomationState::Draft {
            let message = texts::say("automation.confirm", &[("id", &id.to_string())]);
            return Err(WireError { code: ErrorCode::NeedsConfirmation, message });
        }
        let now = self.0.host.now();
        let what = texts::say("automation.what.now", &[]);
        let happening = Happening { key: format!("now {now}"), what, at: now, count: 1, ..Happening::default() };
        let mut row = row_of(&automation, &happening, FiringStatus::Started, texts::say("automation.reason.now", &[]));
        row.run = Some(self.run_for(&automation, &happening, Triage::Propose)?);
        let made = self.0.journal.fire(id, &[row], None, now)?;
        self.begin(&made);
        made.first().map(|(_, run)| *run).ok_or_else(|| words::not_found(&id.to_string()))
    }

    /// Makes up for times that were missed, or leaves them.
    ///
    /// # Errors
    /// When there is no such firing, or it was answered before.
    pub fn answer_firing(&self, id: FiringId, run: bool) -> Answered<()> {
        self.present();
        let now = self.0.host.now();
        let (firing, happening) = self.0.journal.firing(id)?.ok_or_else(|| words::not_found(&id.to_string()))?;
        let automation = self.automation_row(firing.automation)?;
        let made = if run { Some(self.put_off(&automation, happening.as_deref(), firing.triage)?) } else { None };
        let (to, reason) = match run {
            true => (FiringStatus::Started, texts::say("automation.reason.answered", &[])),
            false => (FiringStatus::Missed, texts::say("automation.reason.left", &[])),
        };
        let settled = self
            .0
            .journal
            .settle_firing(id, FiringStatus::Asked, to, &reason, made.as_ref(), now)?
            .ok_or_else(words::already)?;
        self.begin(&settled.map(|run| (0, run)).into_iter().collect::<Vec<_>>());
        self.withdraw(&format!("automation {}", firing.automation));
        Ok(())
    }

    /// Accounts for what a trigger saw, with `rows` that are settled already, and moves the cursor: all or nothing.
    /// `together` makes one firing of what came at the same time and leads to the same.
    pub(crate) fn account(
        &self,
        automation: &Automation,
        seen: Vec<Happening>,
        mut rows: Vec<NewFiring>,
        cursor: Option<&Cursor>,
        together: bool,
    ) -> Answered<()> {
        let (now, id) = (self.0.host.now(), automation.id);
        let mut sifted = Vec::new();
        for happening in seen {
            if !self.0.journal.has_fired(id, &happening.key)? {
                let (triage, why) = sift(&automation.draft.triage, automation.draft.otherwise, &happening);
                sifted.push((triage, why, happening));
            }
        }
        if together {
            sifted = merged(sifted);
        }
        let (mut started, mut running, waiting) = self.0.journal.load_of(id, now - HOUR)?;
        let queue = self.0.journal.queued()?;
        let mut queued = queue.iter().find(|(of, ..)| *of == id).map_or(0, |(_, _, count)| *count);
        let mut noted = 0;
        let mut loud = None;
        for (triage, why, happening) in sifted {
            let mut row = row_of(automation, &happening, FiringStatus::Started, why);
            row.triage = Some(triage);
            if triage >= Triage::Escalate {
                loud = Some(row.what.clone());
            }
            match triage {
                Triage::Drop | Triage::Note => {
                    row.status = if triage == Triage::Drop { FiringStatus::Dropped } else { FiringStatus::Noted };
                    if noted == 0 {
                        noted = self.rows_within_the_hour(id, now)?;
                    }
                    noted += 1;
                    if noted > ROWS_AN_HOUR {
                        row.key = format!("{} {}", row.status.name(), now.div_euclid(HOUR));
                        row.adds_up = true;
                    }
                }
                _ => match held_back(&automation.draft, (started, running, waiting, queued), happening.arrival) {
                    None => {
                        row.run = Some(self.run_for(automation, &happening, triage)?);
                        (running, started) = (running + 1, started + 1);
                    }
                    Some(Held::Waits(reason)) => {
                        row.status = FiringStatus::Queued;
                        row.reason = reason.unwrap_or(row.reason);
                        row.happening = serde_json::to_string(&happening).ok();
                        queued += 1;
                    }
                    Some(Held::Left(status, reason)) => {
                        row.status = status;
                        row.key = format!("{} {}", status.name(), now.div_euclid(HOUR));
                        row.adds_up = true;
                        row.reason = reason;
                    }
                },
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return cursor.map_or(Ok(()), |cursor| self.0.journal.set_cursor(id, cursor).map_err(words::other));
        }
        let asks = rows.iter().any(|row| row.status == FiringStatus::Asked);
        let made = self.0.journal.fire(id, &rows, cursor, now)?;
        if let Some(what) = loud {
            self.tell_of(automation, &texts::say("automation.notice.escalated", &[]), &what);
        } else if asks {
            self.tell_of(automation, &texts::say("automation.notice.missed", &[]), "");
        }
        self.begin(&made);
        Ok(())
    }

    fn fire_time(&self, automation: &Automation, now: i64) -> Answered<()> {
        let Trigger::Time { when, zone } = &automation.draft.trigger else { return Ok(()) };
        let Some(next) = automation.next_at else { return Ok(()) };
        let schedule = Schedule::read(when).map_err(words::other)?;
        let zone = self.zone_of(zone.as_deref());
        let found = due(&schedule, next, now, &clock::zone_of(&zone), next, automation.draft.missed);
        let mut rows = Vec::new();
        let rule = (&schedule, &clock::zone_of(&zone));
        if let Some((first, last, count)) = self.unaccounted(automation.id, rule, found.missed, next)? {
            let status = if found.asks { FiringStatus::Asked } else { FiringStatus::Missed };
            let mut missed = passed(automation, (first, last, count), status, &zone);
            missed.reason = texts::say("automation.reason.missed", &[]);
            if found.asks {
                let late = self.time(last, &zone);
                missed.happening = serde_json::to_string(&late).ok();
            }
            rows.push(missed);
        }
        let fires = found.fires.map(|(at, _)| (at, at, 1));
        let fires = self.unaccounted(automation.id, rule, fires, next)?;
        let seen = fires.map(|(at, ..)| self.time(at, &zone)).into_iter().collect();
        let cursor = Cursor { next_at: found.next, ..self.0.journal.cursor(automation.id)? };
        self.account(automation, seen, rows, Some(&cursor), false)
    }

    fn time(&self, at: i64, zone: &str) -> Happening {
        Happening { key: format!("time {at}"), what: clock::absolute(at, zone), at, count: 1, ..Happening::default() }
    }

    fn start_queued(&self, now: i64) -> Answered<()> {
        for (id, firing, _) in self.0.journal.queued()? {
            let automation = self.automation_row(id)?;
            let (started, running, waiting) = self.0.journal.load_of(id, now - HOUR)?;
            let room = running == 0 && started < automation.draft.per_hour && waiting < WAITING;
            if !room || automation.state != AutomationState::On {
                continue;
            }
            let Some((firing, happening)) = self.0.journal.firing(firing)? else { continue };
            let run = self.put_off(&automation, happening.as_deref(), firing.triage)?;
            let made = self.0.journal.settle_firing(
                firing.id,
                FiringStatus::Queued,
                FiringStatus::Started,
                &firing.reason,
                Some(&run),
                now,
            )?;
            self.begin(&made.flatten().map(|run| (0, run)).into_iter().collect::<Vec<_>>());
        }
        Ok(())
    }

    fn put_off(&self, automation: &Automation, happening: Option<&str>, triage: Option<Triage>) -> Answered<FiringRun> {
        let happening: Happening = happening.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        self.run_for(automation, &happening, triage.unwrap_or(Triage::Propose))
    }

    // The automation's own grants, limits, model and mode; what escalates changes nothing unasked.
    fn run_for(&self, automation: &Automation, happening: &Happening, triage: Triage) -> Answered<FiringRun> {
        let draft = &automation.draft;
        let mode = if triage >= Triage::Escalate { draft.mode.min(Mode::Ask) } else { draft.mode };
        let model = self.model_name(draft.model.clone())?;
        let mut turns = vec![Turn::User { text: draft.goal.clone() }];
        if !happening.details.is_null() {
            let call = "event".to_owned();
            let tool = EVENT.to_owned();
            turns.push(Turn::Model {
                text: String::new(),
                calls: vec![ProposedCall {
                    call: call.clone(),
                    tool: tool.clone(),
                    args: json!({}).to_string(),
                    says: None,
                }],
            });
            turns.push(Turn::Result {
                call,
                tool,
                status: Status::Succeeded,
                output: told(happening, triage),
                reason: None,
                untrusted: happening.untrusted.clone(),
            });
        }
        let (grants, hosts) = grants_of(draft);
        let run = NewRun { goal: draft.goal.clone(), mode, model, grants, hosts };
        Ok(FiringRun { run, budget: draft.budget, turns })
    }

    fn begin(&self, made: &[(usize, RunId)]) {
        for (_, run) in made {
            self.0.host.changed(Change::Run { run: *run, status: RunStatus::Running });
            self.spawn(*run);
        }
        self.0.host.changed(Change::Automations);
    }

    fn rows_within_the_hour(&self, id: AutomationId, now: i64) -> Answered<usize> {
        let rows = self.0.journal.firings(Some(id), ROWS_AN_HOUR as u32)?;
        Ok(rows.iter().filter(|firing| firing.until_at > now - HOUR).count())
    }

    pub(crate) fn tell_of(&self, automation: &Automation, body: &str, what: &str) {
        let name = visible(&automation.draft.name);
        let title = if what.is_empty() { name } else { format!("{name}: {what}") };
        let key = format!("automation {}", automation.id);
        self.tell(Notice { key, title, body: body.to_owned(), action: None, urgent: true });
    }
}

/// What becomes of a firing that cannot run now.
enum Held {
    /// It runs later; with the reason, where that is not only that one goes before the other.
    Waits(Option<String>),
    /// It is counted and left.
    Left(FiringStatus, String),
}

// Why a firing does not run at once. What came to stay waits, whatever holds it back: it does not come again. An occasion
// that passes is left, unless the user said that it should wait for the one before it.
fn held_back(
    draft: &AutomationDraft,
    (started, running, waiting, queued): (u32, u32, u32, u32),
    arrival: bool,
) -> Option<Held> {
    let count = draft.per_hour.to_string();
    let reason = |key: &str| texts::say(key, &[("count", &count)]);
    let kept = arrival && queued < KEPT;
    // What waits is before it in the hour.
    if started + queued >= draft.per_hour {
        return Some(match kept {
            true => Held::Waits(Some(reason("automation.reason.later.capped"))),
            false => Held::Left(FiringStatus::Capped, reason("automation.reason.capped")),
        });
    }
    if waiting >= WAITING {
        return Some(match kept {
            true => Held::Waits(Some(reason("automation.reason.later.waiting"))),
            false => Held::Left(FiringStatus::Overlapped, reason("automation.reason.waiting")),
        });
    }
    if running == 0 && queued == 0 {
        return None;
    }
    Some(match draft.overlap {
        Overlap::Queue if queued < QUEUED => Held::Waits(None),
        _ if kept => Held::Waits(None),
        _ => Held::Left(FiringStatus::Overlapped, reason("automation.reason.overlapped")),
    })
}

// What the run is told of it: all of it, and whether the person was called.
fn told(happening: &Happening, triage: Triage) -> Value {
    let mut details = happening.details.clone();
    if let Value::Object(details) = &mut details {
        details.insert("escalated".to_owned(), json!(triage >= Triage::Escalate));
    }
    details
}

/// The row for what a trigger saw, before it is said what becomes of it.
pub(crate) fn row_of(
    automation: &Automation,
    happening: &Happening,
    status: FiringStatus,
    reason: String,
) -> NewFiring {
    NewFiring {
        automation: automation.id,
        key: happening.key.clone(),
        status,
        triage: None,
        count: happening.count,
        span: (happening.at, happening.at),
        what: visible(&happening.what),
        reason,
        happening: None,
        run: None,
        adds_up: false,
    }
}

/// One row for times that passed.
pub(crate) fn passed(
    automation: &Automation,
    (first, last, count): (i64, i64, u32),
    status: FiringStatus,
    zone: &str,
) -> NewFiring {
    let values = [("first", clock::absolute(first, zone)), ("last", clock::absolute(last, zone))];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let what = if count == 1 { clock::absolute(first, zone) } else { texts::say("automation.what.times", &values) };
    let happening = Happening { key: format!("passed {first} {last}"), what, count, at: first, ..Happening::default() };
    NewFiring { span: (first, last), ..row_of(automation, &happening, status, String::new()) }
}

// What came together and leads to the same is one firing: one run sees to all of it.
fn merged(sifted: Vec<(Triage, String, Happening)>) -> Vec<(Triage, String, Happening)> {
    let mut groups: Vec<(Triage, String, Vec<Happening>)> = Vec::new();
    for (triage, why, happening) in sifted {
        match groups.iter_mut().find(|(known, ..)| *known == triage) {
            Some((.., list)) => list.push(happening),
            None => groups.push((triage, why, vec![happening])),
        }
    }
    let mut merged = Vec::new();
    for (triage, why, mut list) in groups {
        while !list.is_empty() {
            let rest = list.split_off(list.len().min(TOGETHER));
            merged.push((triage, why.clone(), together(std::mem::replace(&mut list, rest))));
        }
    }
    merged
}

fn together(mut list: Vec<Happening>) -> Happening {
    if list.len() == 1 {
        return list.remove(0);
    }
    let keys: Vec<&str> = list.iter().map(|happening| happening.key.as_str()).collect();
    let names: Vec<&str> = list.iter().take(3).map(|happening| happening.what.as_str()).collect();
    let count = list.len().to_string();
    let values = [("count", count.as_str()), ("names", &names.join(", "))];
    let key = if list.len() > 3 { "automation.what.several" } else { "automation.what.few" };
    let details: Vec<Value> = list.iter().map(|happening| happening.details.clone()).collect();
    Happening {
        key: assent_protocol::canonical::digest(&keys),
        what: texts::say(key, &values),
        bytes: Some(list.iter().filter_map(|happening| happening.bytes).sum()),
        untrusted: list.iter().find_map(|happening| happening.untrusted.clone()),
        details: if details.iter().all(Value::is_null) { Value::Null } else { Value::Array(details) },
        count: list.iter().map(|happening| happening.count).sum(),
        at: list.iter().map(|happening| happening.at).max().unwrap_or_default(),
        arrival: list.iter().any(|happening| happening.arrival),
        ..Happening::default()
    }
}
