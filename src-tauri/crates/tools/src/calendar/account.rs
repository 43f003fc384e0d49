//! The calendar in an account: the same plans as for a file, put on the server only if the event is the version that was
//! looked at. An event with guests is the server's to tell them of, so that changing it sends.

use super::{
    dav::{Changed, Server},
    event::Event,
    ics::Calendar,
    multistatus::Found,
    plan::{self, Plan},
    time::{own, shown},
    zones,
};
use crate::{
    mail::desk::{failed, outcome, target},
    mail::mailbox::Trouble,
    words::say,
};
use assent_agent::{Inverse, Output, Place, ToolError, ToolFacts, Undone};
use assent_protocol::{Effect, Preview, Provenance, Reversal, visible::visible};
use jiff::{ToSpan, Zoned};
use serde_json::{Value, json};
use std::sync::Arc;

/// The calendars that the user added and switched on; none where there is no account.
#[derive(Clone, Default)]
pub struct Calendars {
    /// Those that work.
    pub servers: Arc<Vec<Server>>,
    /// Those that the user added and that do not work: the name, and why. A file is no stand-in for them.
    pub failed: Arc<Vec<(String, String)>>,
}

impl Calendars {
    /// The account that a call means: the one it names, else the only one. None for a call about a file: one that names
    /// it, or any where there is no account.
    ///
    /// # Errors
    /// `BadInput` with the names there are.
    pub fn meant(&self, account: Option<&str>, file: Option<&str>) -> Result<Option<&Server>, ToolError> {
        let names = || self.servers.iter().map(|server| server.name.as_str()).collect::<Vec<_>>().join(", ");
        let wanted = |(name, _): &&(String, String)| file.is_none() && account.is_none_or(|account| account == name);
        let lacking = account.is_some() || self.servers.is_empty();
        if let Some((name, why)) = self.failed.iter().find(wanted).filter(|_| lacking) {
            let values = [("name", visible(name)), ("why", visible(why))];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            return Err(ToolError::Failed(say("calendar.dav.failed", &values)));
        }
        let bad =
            |key: &str, name: &str| ToolError::BadInput(say(key, &[("name", &visible(name)), ("names", &names())]));
        match (account, file, self.servers.as_slice()) {
            (Some(name), Some(_), _) => Err(bad("calendar.dav.either", name)),
            (Some(name), None, []) => Err(bad("calendar.dav.no_accounts", name)),
            (Some(name), None, all) => match all.iter().find(|server| server.name == name) {
                Some(server) => Ok(Some(server)),
                None => Err(bad("mail.account.unknown", name)),
            },
            (None, Some(_), _) | (None, None, []) => Ok(None),
            (None, None, [only]) => Ok(Some(only)),
            (None, None, _) => Err(bad("mail.account.which", "")),
        }
    }
}

/// What a call does to an event on a server.
pub struct Change {
    /// The event as it is there now; none for a new one.
    before: Option<Found>,
    plan: Plan,
}

/// Looks at the event `id`, or at nothing for a new one, and plans.
pub fn planned(
    server: &Server,
    id: Option<&str>,
    plan: impl FnOnce(&Calendar<'_>) -> Result<Plan, ToolError>,
) -> Result<Change, ToolError> {
    let unknown = |id: &str| ToolError::BadInput(say("calendar.no_event", &[("id", &visible(id))]));
    let before = match id {
        None => None,
        Some(id) => Some(server.event(id).map_err(failed)?.ok_or_else(|| unknown(id))?),
    };
    let text = before.as_ref().map(|found| found.text.as_str()).unwrap_or_default();
    let unreadable = || ToolError::Failed(say("calendar.unreadable", &[("path", &server.name)]));
    let mut plan = plan(&Calendar::read(text).ok_or_else(unreadable)?)?;
    if plan.effect != Effect::Delete {
        plan.text = zones::described(&plan.text);
    }
    Ok(Change { before, plan })
}

/// The facts of a change.
pub fn describe(server: &Server, change: &Change, place: &Place) -> Result<ToolFacts, ToolError> {
    let Change { before, plan } = change;
    let own = own(place);
    let guests = !plan.event.people.is_empty();
    let mut others = Vec::new();
    if let (Some(from), Some(to)) = (plan.event.start.moment(&own), plan.event.end.moment(&own))
        && plan.effect != Effect::Delete
    {
        others = held(server, &from, &to.checked_add(1.minute()).unwrap_or(to))?.0;
    }
    let values = [
        ("title", visible(&plan.event.title)),
        ("when", shown(&plan.event.start, &plan.event.end, &own)),
        ("calendar", words(server)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut rows = plan::rows(plan, &others, "calendar.dav.guests_told", place);
    rows.push((say("calendar.row.calendar", &[]), visible(&server.url)));
    let mut targets = vec![target("/account".to_owned(), &server.name, String::new())];
    if let Some(found) = before {
        targets.push(target("/id".to_owned(), &plan.event.id, found.version()));
    }
    let effect = match (guests, before) {
        // The server writes to the guests, and nothing takes that back.
        (true, _) => Effect::Send,
        (false, None) => Effect::Create,
        (false, Some(_)) => plan.effect,
    };
    Ok(ToolFacts {
        title: say(plan.title, &values),
        effect,
        reversal: if guests { Reversal::None } else { Reversal::Undoable },
        inspectable: true,
        targets,
        items: 1,
        bytes: plan.text.len() as u64,
        preview: Preview::Fields { rows },
        provenance: None,
        account: Some(words(server)),
    })
}

/// The inverse of a change, before it is made; none for one that sends.
///
/// # Errors
/// When the server does not say where a new event belongs.
pub fn prepare(server: &Server, change: &Change, facts: &ToolFacts) -> Result<Vec<Inverse>, ToolError> {
    if facts.reversal != Reversal::Undoable {
        return Ok(Vec::new());
    }
    Ok(vec![inverse(server, change, None).map_err(failed)?])
}

/// Makes the change, if the event still is the version that was looked at.
pub fn run(server: &Server, change: &Change, facts: &ToolFacts) -> Result<Output, ToolError> {
    let looked_at = facts.targets.iter().find(|target| target.field == "/id").map(|target| target.state.as_str());
    let Change { before, plan } = change;
    let done = match before {
        None => address(server, change).and_then(|href| server.put_new(&href, &plan.text)),
        Some(found) if looked_at.is_some_and(|version| !found.is(version)) => Ok(Changed::Conflict),
        Some(found) if plan.effect == Effect::Delete => server.delete(found),
        Some(found) => server.put_over(found, &plan.text),
    };
    let value = json!({"id": plan.event.id, "account": server.name});
    match done {
        Ok(Changed::Done(etag)) => {
            let gone = plan.effect == Effect::Delete;
            // Some servers keep an event in their own words and so do not say its version.
            let after = if gone { Some(String::new()) } else { etag.or_else(|| version(server, change)) };
            let undoable = facts.reversal == Reversal::Undoable;
            let inverses = if undoable { inverse(server, change, after).into_iter().collect() } else { Vec::new() };
            Ok(Output { value, items: vec![outcome(0, Ok(()))], inverses, ..Output::default() })
        }
        Ok(Changed::Conflict) => Err(ToolError::Failed(conflict(server, before.is_none()))),
        Err(Trouble::Refused(why)) => Err(ToolError::Failed(why)),
        Err(lost) => Ok(Output { value, items: vec![outcome(0, Err(lost))], ..Output::default() }),
    }
}

/// Whether this inverse is one of an account.
pub fn is_ours(inverse: &Inverse) -> bool {
    inverse.data["href"].is_string()
}

/// Takes a change back, if the event still is as it was left.
pub fn undo(calendars: &Calendars, inverse: &Inverse) -> Undone {
    let data = &inverse.data;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (name, href) = (text(&data["account"]), text(&data["href"]));
    let Some(server) = calendars.servers.iter().find(|server| server.name == name) else {
        return Undone::Conflict(say("calendar.dav.gone", &[("calendar", &visible(&name))]));
    };
    let now = match server.get(&href) {
        Ok(now) => now,
        Err(trouble) => return Undone::Conflict(trouble.to_string()),
    };
    let before = data["before"]["text"].as_str().map(|kept| (text(&data["before"]["etag"]), kept));
    let untouched = match (&now, &before) {
        (None, None) => true,
        (Some(now), Some((version, kept))) => now.is(version) || now.holds(kept),
        _ => false,
    };
    if untouched {
        return Undone::NotNeeded;
    }
    let after = data["after"].as_str();
    let as_left = match &now {
        Some(now) => after.is_some_and(|version| !version.is_empty() && now.is(version)),
        None => after == Some(""),
    };
    if !as_left {
        return Undone::Conflict(conflict(server, false));
    }
    let done = match (&now, before) {
        (Some(now), Some((_, kept))) => server.put_over(now, kept),
        (None, Some((_, kept))) => server.put_new(&href, kept),
        (Some(now), None) => server.delete(now),
        (None, None) => return Undone::NotNeeded,
    };
    match done {
        Ok(Changed::Done(_)) => Undone::Restored,
        Ok(Changed::Conflict) => Undone::Conflict(conflict(server, false)),
        Err(trouble) => Undone::Conflict(trouble.to_string()),
    }
}

/// What an account's calendar holds in a range, and how many of its events cannot be read.
pub fn held(server: &Server, from: &Zoned, to: &Zoned) -> Result<(Vec<Event>, usize), ToolError> {
    let (mut events, mut unread) = (Vec::new(), 0);
    for found in server.between(from, to).map_err(failed)? {
        let Some(calendar) = Calendar::read(&found.text) else {
            unread += 1;
            continue;
        };
        let read = calendar.events.iter().filter_map(Event::read);
        let before = events.len();
        events.extend(read);
        unread += calendar.broken + calendar.events.len() - (events.len() - before);
    }
    Ok((events, unread))
}

/// The facts of a look at an account.
pub fn looking(server: &Server, title: String) -> ToolFacts {
    ToolFacts {
        title,
        targets: vec![target("/account".to_owned(), &server.name, String::new())],
        preview: Preview::Fields { rows: vec![(say("calendar.row.calendar", &[]), visible(&server.url))] },
        // Whoever invites the user or shares the calendar writes in it.
        provenance: Some(Provenance::Untrusted),
        account: Some(words(server)),
        ..crate::batch::blank(Effect::Observe)
    }
}

/// The account in words, as it stands on cards and as the source of what is read in it.
pub fn words(server: &Server) -> String {
    say("calendar.dav.words", &[("name", &server.name)])
}

fn conflict(server: &Server, new: bool) -> String {
    say(if new { "calendar.dav.there" } else { "calendar.dav.conflict" }, &[("calendar", &server.name)])
}

fn address(server: &Server, change: &Change) -> Result<String, Trouble> {
    change.before.as_ref().map_or_else(|| server.href(&change.plan.event.id), |found| Ok(found.href.clone()))
}

// `after`: the version that the change left; empty where nothing is left.
fn inverse(server: &Server, change: &Change, after: Option<String>) -> Result<Inverse, Trouble> {
    let before = change.before.as_ref().map(|found| json!({"etag": found.version(), "text": found.text}));
    let href = address(server, change)?;
    Ok(Inverse { item: 0, data: json!({"account": server.name, "href": href, "before": before, "after": after}) })
}

fn version(server: &Server, change: &Change) -> Option<String> {
    server.get(&address(server, change).ok()?).ok().flatten().map(|found| found.version())
}
