//! Whether the user is there. Automations sleep after a week without them, say so, and go on when they are back; what would
//! have run meanwhile is written down and not made up for.

use crate::{
    Answered, Engine, Notice,
    automation::firing::{HOUR, passed},
    automation::trigger::{
        due::due,
        schedule::{self, Schedule},
    },
    words,
};
use assent_journal::{Cursor, NewFiring};
use assent_protocol::{AutomationState, FiringStatus, Missed, Trigger, texts};

const WEEK: i64 = 7 * 24 * HOUR;
const SEEN: &str = "user.seen";

impl Engine {
    /// The user did something: an answer, a task, a look at the digest.
    pub(crate) fn present(&self) {
        let now = self.0.host.now();
        if self.asleep(now) {
            let _ = self.pass_over(now, &texts::say("automation.reason.slept", &[]), FiringStatus::Slept);
            self.withdraw("automations");
        }
        let seen = self.seen();
        // To the hour is enough, and spares a row for every click.
        if seen.is_none_or(|seen| now - seen > HOUR || now < seen) {
            let _ = self.0.journal.set_setting(SEEN, &now.to_string(), now);
        }
    }

    /// Whether automations sleep, because the user was not there for a week.
    pub(crate) fn asleep(&self, now: i64) -> bool {
        self.seen().is_some_and(|seen| now - seen > WEEK)
    }

    pub(crate) fn tell_asleep(&self) {
        if self.0.told_asleep.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return;
        }
        let on = self.0.journal.automations().unwrap_or_default();
        if on.iter().any(|automation| automation.state == AutomationState::On) {
            self.tell(Notice {
                key: "automations".to_owned(),
                title: texts::say("automation.notice.asleep", &[]),
                body: texts::say("automation.notice.asleep.body", &[]),
                action: None,
                urgent: false,
            });
        }
    }

    /// Writes down the times that passed, of every automation that is on, and goes on from now.
    pub(crate) fn pass_over(&self, now: i64, reason: &str, status: FiringStatus) -> Answered<()> {
        self.0.told_asleep.store(false, std::sync::atomic::Ordering::SeqCst);
        self.forget_watched();
        for automation in self.0.journal.automations()? {
            if automation.state != AutomationState::On {
                continue;
            }
            let mut cursor: Cursor = self.0.journal.cursor(automation.id)?;
            cursor.looked_at = Some(now);
            let mut rows = Vec::new();
            if let (Trigger::Time { when, zone }, Some(next)) = (&automation.draft.trigger, automation.next_at) {
                let zone = self.zone_of(zone.as_deref());
                let schedule = Schedule::read(when).map_err(words::other)?;
                let found = due(&schedule, next, now, &schedule::zone(&zone), next, Missed::Skip);
                // What came due just now is passed over as well: the pause or the sleep ends after it.
                let span = match (found.missed, found.fires) {
                    (Some((first, _, count)), Some((at, _))) => Some((first, at, count + 1)),
                    (missed, fires) => missed.or(fires.map(|(at, _)| (at, at, 1))),
                };
                rows.extend(span.map(|span| {
                    let row = passed(&automation, span, status, &zone);
                    NewFiring { reason: reason.to_owned(), ..row }
                }));
                cursor.next_at = found.next;
            }
            self.0.journal.fire(automation.id, &rows, Some(&cursor), now)?;
        }
        Ok(())
    }

    fn seen(&self) -> Option<i64> {
        self.0.journal.setting(SEEN).ok().flatten().and_then(|text| text.parse().ok())
    }
}
