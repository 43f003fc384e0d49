//! The one place that reads the wall clock and the time zone, for hosts to pass on.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970 (UTC).
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// From now until just after the next whole second begins.
pub fn to_next_second() -> Duration {
    Duration::from_millis(1001 - now().rem_euclid(1000).unsigned_abs())
}

/// IANA name of the system's time zone, `UTC` where it cannot be told.
pub fn zone() -> String {
    jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}

/// Start of the local day that holds `now`, in milliseconds since 1970 (UTC).
pub fn midnight(now: i64, zone: &str) -> i64 {
    jiff::Timestamp::from_millisecond(now)
        .ok()
        .and_then(|at| at.in_tz(zone).ok())
        .and_then(|at| at.start_of_day().ok())
        .map_or(now, |at| at.timestamp().as_millisecond())
}

/// A time for a person: date, hour and zone.
pub fn absolute(at: i64, zone: &str) -> String {
    jiff::Timestamp::from_millisecond(at)
        .ok()
        .and_then(|at| at.in_tz(zone).ok())
        .map(|at| at.strftime("%a %Y-%m-%d %H:%M %Z").to_string())
        .unwrap_or_default()
}

/// The zone of that name; UTC where there is none.
pub(crate) fn zone_of(name: &str) -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get(name).unwrap_or(jiff::tz::TimeZone::UTC)
}
