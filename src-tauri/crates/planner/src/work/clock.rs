//! Questions about time: what time it is here and elsewhere, which day that is, how long until then.

use crate::{
    desk::Desk,
    request::Clock,
    when::{day_only, shown, when},
};
use assent_protocol::{texts::say, visible::visible};
use jiff::{Timestamp, Unit, civil, tz};

/// Answers at once; nothing is looked at.
pub fn answer(question: &Clock, desk: &mut Desk) -> Option<()> {
    let now = Timestamp::from_millisecond(desk.now).ok()?.to_zoned(desk.time_zone());
    let day = |text: &str, desk: &Desk| -> Option<civil::Date> {
        day_only(text, desk.now, desk.zone).or_else(|| when(text, desk.now, desk.zone).ok().map(|at| at.date()))
    };
    let sentence = match question {
        Clock::Now => say("planner.clock.now", &[("time", &shown(&now))]),
        Clock::Day(text) => match day(text, desk) {
            Some(day) => {
                let date = day.strftime("%A %-d %B %Y").to_string();
                say("planner.clock.day", &[("text", &visible(text)), ("date", &date)])
            }
            None => say("planner.when.unclear", &[("text", &visible(text))]),
        },
        Clock::Until(text) => match day(text, desk) {
            Some(day) => {
                let days = now.date().until((Unit::Day, day)).ok()?.get_days().to_string();
                let date = day.strftime("%A %-d %B %Y").to_string();
                say("planner.clock.until", &[("text", &visible(text)), ("days", &days), ("date", &date)])
            }
            None => say("planner.when.unclear", &[("text", &visible(text))]),
        },
        Clock::Between { when: spoken, from, to } => match (zone_of(from), zone_of(to)) {
            (Some(here), Some(there)) => {
                let zone = here.iana_name().unwrap_or("UTC").to_owned();
                match when(spoken, desk.now, &zone) {
                    Ok(at) => {
                        let (first, second) = (shown(&at), shown(&at.with_time_zone(there)));
                        let values =
                            [("from", visible(from)), ("to", visible(to)), ("first", first), ("second", second)];
                        say("planner.clock.between", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
                    }
                    Err(why) => why,
                }
            }
            (None, _) => say("planner.clock.unknown", &[("place", &visible(from))]),
            (_, None) => say("planner.clock.unknown", &[("place", &visible(to))]),
        },
        Clock::There(place) => match zone_of(place) {
            Some(zone) => {
                let time = shown(&now.with_time_zone(zone));
                say("planner.clock.there", &[("place", &visible(place)), ("time", &time)])
            }
            None => say("planner.clock.unknown", &[("place", &visible(place))]),
        },
    };
    desk.note(sentence);
    Some(())
}

// Places that no zone is named after.
const ALSO: &[(&str, &str)] = &[
    ("india", "Asia/Kolkata"),
    ("delhi", "Asia/Kolkata"),
    ("mumbai", "Asia/Kolkata"),
    ("california", "America/Los_Angeles"),
    ("san francisco", "America/Los_Angeles"),
    ("seattle", "America/Los_Angeles"),
    ("washington", "America/New_York"),
    ("boston", "America/New_York"),
    ("miami", "America/New_York"),
    ("texas", "America/Chicago"),
    ("beijing", "Asia/Shanghai"),
    ("china", "Asia/Shanghai"),
    ("england", "Europe/London"),
    ("uk", "Europe/London"),
    ("germany", "Europe/Berlin"),
    ("munich", "Europe/Berlin"),
    ("france", "Europe/Paris"),
    ("italy", "Europe/Rome"),
    ("spain", "Europe/Madrid"),
    ("poland", "Europe/Warsaw"),
    ("japan", "Asia/Tokyo"),
    ("alabama", "America/Chicago"),
    ("florida", "America/New_York"),
    ("east coast", "America/New_York"),
    ("west coast", "America/Los_Angeles"),
    ("est", "America/New_York"),
    ("eastern", "America/New_York"),
    ("cst", "America/Chicago"),
    ("central", "America/Chicago"),
    ("mst", "America/Denver"),
    ("pst", "America/Los_Angeles"),
    ("pacific", "America/Los_Angeles"),
    ("cet", "Europe/Berlin"),
    ("gmt", "UTC"),
    ("utc", "UTC"),
];

fn zone_of(place: &str) -> Option<tz::TimeZone> {
    let wanted = place.to_lowercase().replace(" time", "");
    let wanted = wanted.trim();
    if let Some((_, zone)) = ALSO.iter().find(|(name, _)| *name == wanted) {
        return tz::TimeZone::get(zone).ok();
    }
    let name = tz::db().available().map(|name| name.as_str().to_owned()).find(|name| {
        let last = name.rsplit('/').next().unwrap_or_default();
        last.replace('_', " ").to_lowercase() == wanted
    })?;
    tz::TimeZone::get(&name).ok()
}
