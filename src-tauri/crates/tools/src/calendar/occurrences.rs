//! When events happen in a range of time: those that repeat are expanded, up to limits of number and time.

use super::{
    event::Event,
    time::{When, Zone},
};
use jiff::{ToSpan, Zoned, civil, tz::TimeZone};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};
use std::time::{Duration, Instant};

/// Occurrences of one event in a range.
const MOST_OF_ONE: u16 = 400;
/// All expanding of one call.
const WITHIN: Duration = Duration::from_secs(3);

/// One happening.
#[derive(Debug, Clone)]
pub struct Occurrence<'a> {
    /// Of which event.
    pub event: &'a Event,
    /// When it begins.
    pub start: When,
    /// When it ends.
    pub end: When,
    /// The beginning as a moment in the user's zone.
    pub at: Zoned,
}

/// Everything that happens from `from` until before `to`, in order, and whether that is all.
pub fn between<'a>(events: &'a [Event], from: &Zoned, to: &Zoned) -> (Vec<Occurrence<'a>>, bool) {
    let began = Instant::now();
    let own = from.time_zone();
    let mut found: Vec<Occurrence<'a>> = Vec::new();
    let mut whole = true;
    for event in events.iter().filter(|event| !event.cancelled) {
        let (starts, all) = if began.elapsed() < WITHIN { starts(event, from, to) } else { (vec![], false) };
        whole &= all;
        let others: Vec<&Event> = match event.instead {
            None => events.iter().filter(|one| one.id == event.id && one.instead.is_some()).collect(),
            Some(_) => Vec::new(),
        };
        let is = |one: &Event, start| one.instead.as_ref().is_some_and(|when| same(when, start, event));
        for start in starts.into_iter().filter(|start| !others.iter().any(|one| is(one, *start))) {
            let Some((event, start)) = (match onward(&others, start, event) {
                None => Some((event, start)),
                Some((later, start)) => start.filter(|_| !later.cancelled).map(|start| (later, start)),
            }) else {
                continue;
            };
            let end = start.checked_add(event.length()).unwrap_or(start);
            let (start, end) = (event.start.moved(start), event.end.moved(end));
            let (Some(at), Some(until)) = (start.moment(own), end.moment(own)) else { continue };
            // What has no length happens at its moment.
            if at < *to && (until > *from || (until == at && at >= *from)) {
                found.push(Occurrence { event, start, end, at });
            }
        }
    }
    found.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.event.title.cmp(&b.event.title)));
    (found, whole)
}

// The event that an earlier one became from some time on, and when this occurrence of it begins now.
fn onward<'a>(
    others: &[&'a Event],
    start: civil::DateTime,
    event: &Event,
) -> Option<(&'a Event, Option<civil::DateTime>)> {
    let from = |one: &Event| one.instead.as_ref().map(|when| wall(when, event));
    let later = others.iter().filter(|one| one.onward && from(one).is_some_and(|from| from <= start));
    let later = *later.max_by_key(|one| from(one))?;
    let shift = later.start.civil().since(from(later)?).ok()?;
    Some((later, start.checked_add(shift).ok()))
}

/// What `when` is on the wall of `event`.
pub fn wall(when: &When, event: &Event) -> civil::DateTime {
    match (when, &event.start) {
        (When::At(at, Zone::Known(zone)), When::At(_, Zone::Known(of))) if zone != of => {
            at.to_zoned(zone.clone()).map_or(*at, |at| at.with_time_zone(of.clone()).datetime())
        }
        // A day alone means what begins on it.
        (When::Day(day), When::At(start, _)) => day.to_datetime(start.time()),
        _ => when.civil(),
    }
}

// Whether `when` names the occurrence of `event` at that hour on its wall.
fn same(when: &When, start: civil::DateTime, event: &Event) -> bool {
    match (when, &event.start) {
        (When::Day(day), _) => *day == start.date(),
        (When::At(at, _), When::Day(_)) => at.date() == start.date(),
        (When::At(at, Zone::Known(zone)), When::At(_, Zone::Known(of))) => {
            let moment = |at: civil::DateTime, zone: &TimeZone| at.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
            moment(*at, zone) == moment(start, of)
        }
        _ => when.civil() == start,
    }
}

// Hours on the event's own wall. The rule is expanded as if they were all in UTC: a rule speaks of the wall, and what a
// change of the clocks does to an hour is settled when it becomes a moment.
fn starts(event: &Event, from: &Zoned, to: &Zoned) -> (Vec<civil::DateTime>, bool) {
    let first = event.start.civil();
    let rule = event.rule.as_deref().filter(|_| event.instead.is_none());
    let (mut all, mut whole) = (vec![first], true);
    if let Some(rule) = rule {
        match expanded(event, rule, from, to) {
            Some((starts, complete)) => (all, whole) = (starts, complete),
            // A rule that cannot be read, or repeats every second: its first time is sure.
            None => whole = false,
        }
    }
    all.extend(event.with.iter().map(|when| wall(when, event)));
    all.retain(|start| !event.without.iter().any(|when| same(when, *start, event)));
    all.sort();
    all.dedup();
    (all, whole)
}

fn expanded(event: &Event, rule: &str, from: &Zoned, to: &Zoned) -> Option<(Vec<civil::DateTime>, bool)> {
    let rule = rule.to_ascii_uppercase();
    if rule.contains("FREQ=SECONDLY") || rule.contains("FREQ=MINUTELY") || rule.len() > 1_000 {
        return None;
    }
    // Empty parts, and what only says that the calendar is the usual one, are left out.
    let said = |part: &&str| !part.is_empty() && *part != "RSCALE=GREGORIAN" && !part.starts_with("X-");
    let rule: String = rule.split_whitespace().collect();
    let parts: Option<Vec<String>> = rule.split(';').filter(said).map(|part| on_the_wall(part, event)).collect();
    let rule: RRule<Unvalidated> = parts?.join(";").parse().ok()?;
    let start = utc(event.start.civil())?;
    let rule = rule.validate(start).ok()?;
    // Zones differ by at most a day and a bit.
    let before = from.datetime().checked_sub(event.length()).ok()?.checked_sub(2.days()).ok()?;
    let after = to.datetime().checked_add(2.days()).ok()?;
    let set = RRuleSet::new(start).rrule(rule).after(utc(before)?).before(utc(after)?);
    let found = set.all(MOST_OF_ONE);
    let civil = |at: &chrono::DateTime<Tz>| {
        let text = at.format("%Y%m%dT%H%M%S").to_string();
        civil::DateTime::strptime("%Y%m%dT%H%M%S", text).ok()
    };
    let mut starts: Vec<civil::DateTime> = found.dates.iter().filter_map(civil).collect();
    // The start counts also where the rule leaves it out.
    starts.push(event.start.civil());
    Some((starts, !found.limited))
}

// `UNTIL` is a moment; here it has to be an hour on the wall.
fn on_the_wall(part: &str, event: &Event) -> Option<String> {
    let Some(until) = part.strip_prefix("UNTIL=") else { return Some(part.to_owned()) };
    let until = match When::read(until, Zone::Floating)? {
        When::Day(day) => day.at(23, 59, 59, 0),
        When::At(at, zone) => match (&zone, &event.start) {
            (Zone::Known(utc), When::At(_, Zone::Known(of))) => {
                at.to_zoned(utc.clone()).ok()?.with_time_zone(of.clone()).datetime()
            }
            _ => at,
        },
    };
    Some(format!("UNTIL={}Z", until.strftime("%Y%m%dT%H%M%S")))
}

fn utc(at: civil::DateTime) -> Option<chrono::DateTime<Tz>> {
    let seconds = at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    Some(chrono::DateTime::from_timestamp(seconds, 0)?.with_timezone(&Tz::UTC))
}
