//! calendar.list: what happens in a range of days.

use super::{
    account::{self, Calendars},
    event::Event,
    located, occurrences, opened,
    time::{own, told},
};
use crate::{
    input::{parse, spec},
    origin::untrusted,
    protected::Use,
    words::{cut, say, shown_path},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, Preview, Provenance, visible::visible};
use jiff::{ToSpan, Zoned, civil};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Events that are given at once.
const MOST: usize = 100;

/// List what is on the calendar: events from the day `from` to the day `to`, both included, with their ids.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The first day, as 2026-11-27.
    from: String,
    /// The last day; without it the same day.
    to: Option<String>,
    /// An .ics file, if the days of no account are meant.
    #[schemars(extend("format" = "path"))]
    calendar: Option<String>,
    /// The account; only needed where there are several.
    account: Option<String>,
}

/// The tool, with the accounts that it can look into.
pub struct List(pub Calendars);

fn days(input: &Input, place: &Place) -> Result<(Zoned, Zoned), ToolError> {
    let day = |text: &str| {
        let wrong = || ToolError::BadInput(say("calendar.day", &[("text", &visible(text))]));
        text.trim().parse::<civil::Date>().map_err(|_| wrong())
    };
    let first = day(&input.from)?;
    let last = input.to.as_deref().map_or(Ok(first), day)?;
    let wrong = || ToolError::BadInput(say("calendar.range", &[]));
    let after = last.checked_add(1.day()).map_err(|_| wrong())?;
    if last < first || first.checked_add(2.years()).is_ok_and(|most| last > most) {
        return Err(wrong());
    }
    let moment = |day: civil::Date| day.to_zoned(own(place)).map_err(|_| wrong());
    Ok((moment(first)?, moment(after)?))
}

fn titled(key: &str, values: &[(&str, String)]) -> String {
    say(key, &values.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
}

// Events, how many cannot be read, whether all of them are there, and who else can write there.
fn in_file(input: &Input, place: &Place) -> Result<(Vec<Event>, usize, bool, Option<String>), ToolError> {
    let (at, _) = located(input.calendar.as_deref(), place, Use::Look)?;
    let (_, text) = opened(&at, place)?;
    let calendar = super::read(&text, &at)?;
    let events: Vec<Event> = calendar.events.iter().filter_map(Event::read).collect();
    let unread = calendar.broken + calendar.events.len() - events.len();
    Ok((events, unread, !calendar.cut, untrusted(&at.path, place)))
}

impl Tool for List {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("calendar.list")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        days(&input, place)?;
        let last = input.to.as_deref().unwrap_or(&input.from);
        let mut values = vec![("from", visible(&input.from)), ("to", visible(last))];
        if let Some(server) = self.0.meant(input.account.as_deref(), input.calendar.as_deref())? {
            values.push(("calendar", account::words(server)));
            return Ok(account::looking(server, titled("calendar.list.title.account", &values)));
        }
        let (at, field) = located(input.calendar.as_deref(), place, Use::Look)?;
        Ok(ToolFacts {
            title: titled("calendar.list.title", &values),
            targets: vec![at.target(field, "")],
            preview: Preview::Fields { rows: vec![(say("tools.words.path", &[]), shown_path(&at.path))] },
            provenance: Some(if untrusted(&at.path, place).is_some() {
                Provenance::Untrusted
            } else {
                Provenance::OwnData
            }),
            ..crate::batch::blank(Effect::Observe)
        })
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let (from, to) = days(&input, place)?;
        let server = self.0.meant(input.account.as_deref(), input.calendar.as_deref())?;
        let (events, unread, uncut, source) = match server {
            Some(server) => {
                let (events, unread) = account::held(server, &from, &to)?;
                (events, unread, true, Some(account::words(server)))
            }
            None => in_file(&input, place)?,
        };
        let (found, whole) = occurrences::between(&events, &from, &to);
        let own = own(place);
        let short = |text: &str| visible(cut(text, 300).0);
        let mut invited = false;
        let rows: Vec<Value> = found
            .iter()
            .take(MOST)
            .map(|one| {
                let event = one.event;
                // Whoever invites writes the words of the event.
                invited |= !event.people.is_empty();
                let mut row = json!({
                    "id": event.id, "title": short(&event.title),
                    "start": told(&one.start, &own), "end": told(&one.end, &own),
                });
                if let Some(place) = &event.place {
                    row["where"] = json!(short(place));
                }
                if !event.people.is_empty() {
                    row["people"] = json!(event.people.iter().take(20).map(|one| short(one)).collect::<Vec<_>>());
                }
                if event.rule.is_some() {
                    row["repeats"] = json!(true);
                }
                if let Some(doubt) = one.start.doubt() {
                    row["note"] = json!(doubt);
                }
                row
            })
            .collect();
        let truncated = !whole || !uncut || found.len() > MOST;
        let source = source.or_else(|| invited.then(|| say("calendar.source", &[])));
        let value = json!({"events": rows, "truncated": truncated, "unreadable": unread});
        Ok(Output { value, untrusted: source, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}
