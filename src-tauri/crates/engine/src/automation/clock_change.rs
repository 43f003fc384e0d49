//! A clock that is put back: times come again that were accounted for, or were passed over because they seemed long gone.
//! Each is accounted for once all the same.

use crate::{
    Answered, Engine,
    automation::firing::HOUR,
    automation::polling::minutes,
    automation::trigger::{
        due::{COUNTED, due},
        schedule::{self, Schedule},
    },
    words,
};
use assent_journal::Cursor;
use assent_protocol::{Automation, AutomationId, Missed, Trigger, texts};
use jiff::tz::TimeZone;
use std::sync::atomic::Ordering;

/// Less than this is a clock that is being set right.
const TREMBLES: i64 = HOUR / 12;

/// First, last, how many.
type Span = (i64, i64, u32);

impl Engine {
    /// A clock that was put back would leave an automation silent until the time it had reached before.
    pub(crate) fn heed_clock(&self, now: i64) {
        let before = self.0.clock_seen.swap(now, Ordering::SeqCst);
        if before != 0 && now + TREMBLES > before {
            return;
        }
        for automation in self.0.journal.automations().unwrap_or_default() {
            let Some(next) = automation.next_at.filter(|next| *next > now) else { continue };
            let next = match minutes(&automation.draft.trigger) {
                Some(minutes) => (next > now + i64::from(minutes) * HOUR / 60).then_some(now),
                None => self.first_again(&automation, now, next),
            };
            if let Some(next) = next {
                let kept = self.0.journal.cursor(automation.id).unwrap_or_default();
                let _ = self.0.journal.set_cursor(automation.id, &Cursor { next_at: Some(next), ..kept });
            }
        }
        let _ = self.give_back(now);
    }

    /// Of the times of a span, those that are in no firing yet.
    pub(crate) fn unaccounted(
        &self,
        id: AutomationId,
        (schedule, zone): (&Schedule, &TimeZone),
        span: Option<Span>,
        from: i64,
    ) -> Answered<Option<Span>> {
        let Some((first, last, _)) = span else { return Ok(None) };
        if !self.0.journal.is_accounted(id, first, last)? {
            return Ok(span);
        }
        let (mut left, mut at) = (None, Some(first));
        for _ in 0..COUNTED {
            let Some(time) = at.filter(|at| *at <= last) else { break };
            if !self.0.journal.is_accounted(id, time, time)? {
                let (begin, _, count) = left.unwrap_or((time, time, 0));
                left = Some((begin, time, count + 1));
            }
            at = schedule.next_after(time, zone, from);
        }
        Ok(left)
    }

    // The first time after now that is in no firing, where it comes before the one that is waited for.
    fn first_again(&self, automation: &Automation, now: i64, next: i64) -> Option<i64> {
        let Trigger::Time { when, zone } = &automation.draft.trigger else { return None };
        let schedule = Schedule::read(when).ok()?;
        let zone = schedule::zone(&self.zone_of(zone.as_deref()));
        schedule.next_after(now, &zone, next).filter(|at| *at < next)
    }

    // Rows of times that passed over what is to come again: that part of them is taken out.
    fn give_back(&self, now: i64) -> Answered<()> {
        for firing in self.0.journal.passed_beyond(now)? {
            let automation = self.automation_row(firing.automation)?;
            let Trigger::Time { when, zone } = &automation.draft.trigger else { continue };
            let schedule = Schedule::read(when).map_err(words::other)?;
            let zone = schedule::zone(&self.zone_of(zone.as_deref()));
            let found = due(&schedule, firing.due_at, now, &zone, firing.due_at, Missed::Skip);
            let (until, count) = match (found.missed, found.fires) {
                (Some((.., count)), Some((at, _))) => (at, count + 1),
                (Some((_, last, count)), None) => (last, count),
                (None, Some((at, _))) => (at, 1),
                (None, None) => (firing.due_at, 0),
            };
            let reason = texts::say("automation.reason.put_back", &[]);
            self.0.journal.give_back(firing.id, count, until, &reason, self.0.host.now())?;
        }
        Ok(())
    }
}
