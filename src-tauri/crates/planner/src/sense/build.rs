//! From an intent and the user's words to a request, or none where its parts are not there.

use super::{
    places::{address, list_name, listed, message},
    span::{bits, lasting, marked, time, without},
};
use crate::{
    request::{Ask, Clock, Talk},
    when::{is_when, repeat},
    words::Words,
};
use assent_protocol::texts::say;
use assent_reader::Span;

/// The request of the kind `intent` in `said`.
pub fn built(intent: &str, said: &str, spans: &[Span], words: &Words) -> Option<Ask> {
    let said = polite(said, words);
    let low = format!(" {} ", said.to_lowercase().replace(['.', ',', '!', '?', ':'], " "));
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| low.contains(&format!(" {phrase} ")));
    // The marks of the reader count bytes of the whole sentence.
    let shift = |span: &Span| Span { label: span.label, ..span.clone() };
    let spans: Vec<Span> = spans.iter().map(shift).collect();
    let spans = spans.as_slice();
    let gone = time(&said, spans);
    let when = gone.clone().map(|at| said[at].to_owned());
    match intent {
        "calendar_set" => set(&said, gone.as_ref(), when, &low, spans),
        "alarm_set" => alarm(&said, gone, when, &low),
        "calendar_query" => Some(query(&said, when, gone.as_ref(), &low, spans)),
        "alarm_query" => Some(Ask::ListReminders),
        "calendar_remove" | "alarm_remove" => {
            let text = subject(&without(&said, gone.as_ref()), REMOVE);
            let vague = text.is_empty() || VAGUE.contains(&text.to_lowercase().as_str());
            match (vague, when) {
                // "delete the alarm": the one that is called so, if it is the only one.
                (true, None) if intent == "alarm_remove" => {
                    Some(Ask::Cancel { text: say("planner.reminder.alarm", &[]), when: None })
                }
                (true, None) => None,
                (true, when) => Some(Ask::Cancel { text: String::new(), when }),
                (false, when) => Some(Ask::Cancel { text, when }),
            }
        }
        "calendar_move" => {
            let text = subject(&without(&said, gone.as_ref()), MOVE);
            let text = text.trim_end_matches(" to").trim_end_matches(" back").trim_end_matches(" until").to_owned();
            (!text.is_empty()).then_some(Ask::Move { text, when: when? })
        }
        "datetime_query" => Some(Ask::Clock(if has(&["how many", "how long", "how far"]) {
            Clock::Until(when?)
        } else if let Some(place) = places(&said, spans).into_iter().next() {
            Clock::There(place)
        } else {
            when.filter(|when| when.to_lowercase() != "today" && !has(&["what time"])).map_or(Clock::Now, Clock::Day)
        })),
        "datetime_convert" => Some(Ask::Clock(match (places(&said, spans).as_slice(), when) {
            ([from, to], Some(when)) => Clock::Between { when, from: from.clone(), to: to.clone() },
            ([.., place], _) => Clock::There(place.clone()),
            ([], _) => return None,
        })),
        "email_query" => Some(Ask::SearchMail {
            words: marked(&said, spans, "what").or_else(|| behind(&said, &[" about "])),
            from: marked(&said, spans, "who").or_else(|| behind(&said, &[" from "])),
            unread: has(&["new", "unread", "any", "latest", "recent", "check"]),
        }),
        "email_send" => letter(&said, spans, &low),
        "list_add"
            if has(&["new list", "create a list", "make a list", "start a list", "make list", "create list"]) =>
        {
            let list = list_name(&said).or_else(|| behind(&said, &[" list for ", " list of ", " list called "]))?;
            Some(Ask::NewList { list })
        }
        "list_add" => {
            let found = listed(
                &said,
                &["add", "put", "buy", "need", "write", "include", "insert", "place", "task", "todo", "out of"],
            )?;
            let list = if has(&["buy", "out of", "we need"]) {
                found.list.or_else(|| Some("shopping".into()))
            } else {
                found.list
            };
            Some(Ask::AddTodos { items: found.items, list })
        }
        "contact_query" => {
            let who = marked(&said, spans, "who").or_else(|| owner(&said))?;
            Some(Ask::Contact { who: who.trim_end_matches("'s").to_owned() })
        }
        "file_find" => super::files::question(&said, &low, words),
        "file_tidy" => super::files::tidy(&said, &low, words),
        "list_query" => Some(Ask::ListTodos { list: list_name(&said) }),
        "list_remove" => {
            let found = listed(
                &said,
                &[
                    "remove",
                    "get rid of",
                    "delete",
                    "take",
                    "erase",
                    "off",
                    "bought",
                    "got",
                    "finished",
                    "done with",
                    "strike",
                    "cross",
                    "drop",
                    "clear",
                ],
            )?;
            let text = found.items.first()?.trim_end_matches(" off").to_owned();
            Some(Ask::CompleteTodo { text, list: found.list })
        }
        "note_add" => {
            let text = behind(
                &said,
                &[
                    "note that ",
                    "note: ",
                    "write down ",
                    "write down: ",
                    "remember that ",
                    "note of ",
                    "jot down ",
                    "a note ",
                    "note down ",
                ],
            )?;
            Some(Ask::AddNote { title: crate::grammar::title_of(&text), text })
        }
        "note_query" => Some(match behind(&said, &[" about ", " for ", " on "]) {
            Some(text) => Ask::SearchNotes { text },
            None => Ask::ListNotes,
        }),
        "help" => Some(Ask::Say(Talk::Help)),
        "undo" => Some(Ask::Say(Talk::Undo)),
        "history" => Some(Ask::Say(Talk::History)),
        "stop" => Some(Ask::Say(Talk::Stop)),
        "about" => Some(Ask::Say(Talk::About)),
        _ => None,
    }
}

const REMOVE: &[&str] = &[
    "cancel",
    "delete",
    "remove",
    "get rid of",
    "forget",
    "clear",
    "erase",
    "drop",
    "turn off",
    "switch off",
    "stop",
    "disable",
    "take",
    "don't remind me about",
    "the reminder about",
    "the reminder for",
    "the reminder to",
    "the reminder",
    "my reminder about",
    "reminder for",
    "reminder about",
    "reminder",
    "event called",
    "the event",
    "event",
    "the",
    "my",
    "all",
    "of",
    "please",
];
const MOVE: &[&str] = &[
    "move",
    "push",
    "reschedule",
    "postpone",
    "change",
    "shift",
    "delay",
    "bring",
    "snooze",
    "the reminder about",
    "the reminder",
    "reminder",
    "the",
    "my",
];
const VAGUE: &[&str] = &[
    "it",
    "that",
    "this",
    "everything",
    "event",
    "events",
    "meeting",
    "appointment",
    "calendar",
    "next event",
    "next",
    "last event",
    "schedule",
    "day",
    "alarm",
    "alarms",
    "alarm set",
    "alarms set",
    "reminder",
    "reminders",
    "meetings",
    "appointments",
    "calendar events",
    "all",
    "one",
];
const SET: &[&str] = &[
    "remind me to",
    "remind me about",
    "remind me of",
    "remind me that",
    "remind me for",
    "remind me",
    "reminder to",
    "reminder for",
    "reminder about",
    "reminder of",
    "reminder:",
    "reminder",
    "set a",
    "set an",
    "set up",
    "set",
    "create a",
    "create an",
    "create",
    "make a",
    "make an",
    "make",
    "add a",
    "add an",
    "add",
    "put",
    "schedule a",
    "schedule an",
    "schedule",
    "new",
    "don't let me forget to",
    "don't let me forget",
    "i need to be reminded about",
    "i need to be reminded to",
    "i have a",
    "i have an",
    "i have to",
    "i have",
    "i need to",
    "i need a",
    "i need",
    "notify me of",
    "notify me about",
    "notify me to",
    "notify me",
    "alert me of",
    "alert me about",
    "alert me to",
    "alert me",
    "notification for",
    "an event for",
    "an event called",
    "event for",
    "event called",
    "event:",
    "event to",
    "calendar event for",
    "to my calendar:",
    "calendar:",
    "in calendar",
    "mark",
    "please",
    "a",
    "an",
    "me",
    "for",
    "to",
    "about",
    "that",
    "of",
    "my",
];
const SET_ENDS: &[&str] = &[
    "to my calendar",
    "in my calendar",
    "on my calendar",
    "to the calendar",
    "on the calendar",
    "in the calendar",
    "to calendar",
    "in calendar",
    "on calendar",
    "into my diary",
    "in my diary",
    "in my agenda",
    "to my schedule",
    "on my schedule",
    "in my schedule",
    "please",
    "on",
    "at",
    "for",
    "to",
    "as",
    "from",
    "in",
];

// What a sentence is about, without the words that lead to it.
fn subject(text: &str, leads: &[&str]) -> String {
    trimmed(
        text,
        leads,
        &[
            "from my calendar",
            "on my calendar",
            "from calendar",
            "in my calendar",
            "from the calendar",
            "please",
            "for",
            "on",
            "is off",
            "any more",
        ],
    )
}

fn trimmed(text: &str, leads: &[&str], ends: &[&str]) -> String {
    let mut rest = text.trim().trim_matches([',', '.', '!', '?', ':', ' ']);
    loop {
        let low = rest.to_lowercase();
        let lead = leads
            .iter()
            .filter(|lead| {
                low.strip_prefix(**lead).is_some_and(|after| after.is_empty() || after.starts_with([' ', ',', ':']))
            })
            .max_by_key(|lead| lead.len());
        let end = ends
            .iter()
            .filter(|end| low.strip_suffix(**end).is_some_and(|before| before.is_empty() || before.ends_with(' ')))
            .max_by_key(|end| end.len());
        rest = match (lead, end) {
            (Some(lead), _) if rest.is_char_boundary(lead.len()) => &rest[lead.len()..],
            (_, Some(end)) if rest.is_char_boundary(rest.len() - end.len()) => &rest[..rest.len() - end.len()],
            _ => return rest.to_owned(),
        }
        .trim_matches([',', '.', '!', '?', ':', ' ']);
    }
}

fn set(
    said: &str,
    gone: Option<&std::ops::Range<usize>>,
    when: Option<String>,
    low: &str,
    spans: &[Span],
) -> Option<Ask> {
    let rest = trimmed(&without(said, gone), SET, SET_ENDS);
    let text = if rest.is_empty() { marked(said, spans, "what").unwrap_or_default() } else { rest };
    let reminds = ["remind", "reminder", "notify", "alert", "forget", "reminded", "notification"]
        .iter()
        .any(|word| low.contains(&format!(" {word} ")));
    let text = if text.is_empty() { say("planner.reminder.plain", &[]) } else { text };
    Some(match when {
        None if reminds => Ask::RemindSometime { text },
        None => Ask::EventSometime { title: text },
        Some(when) if repeat(&when).is_some() => Ask::RemindAgainAndAgain { text },
        Some(when) if reminds => Ask::Remind { text, when },
        Some(when) => Ask::AddEvent { title: text, when: when.trim_start_matches("on ").to_owned(), minutes: None },
    })
}

fn alarm(said: &str, gone: Option<std::ops::Range<usize>>, when: Option<String>, low: &str) -> Option<Ask> {
    if low.contains(" remind ") || low.contains(" reminder ") {
        return set(said, gone.as_ref(), when, low, &[]);
    }
    let text = say("planner.reminder.alarm", &[]);
    if let Some(when) = when.filter(|_| gone.is_some()) {
        if repeat(&when).is_some() {
            return Some(Ask::RemindAgainAndAgain { text });
        }
        // Nobody is woken in the evening.
        let morning = format!("{when} am");
        let wakes = low.contains(" wake ") || low.contains(" get up ");
        return Some(Ask::Remind { text, when: if wakes && is_when(&morning) { morning } else { when } });
    }
    if let Some(at) = lasting(said) {
        return Some(Ask::Remind { text, when: format!("in {}", &said[at]) });
    }
    // "set an alarm for six thirty": the hour alone.
    let all = bits(said);
    let hour = (0..all.len()).find_map(|from| {
        let spoken = format!("at {}", &said[all[from].at.start..all.last()?.at.end]);
        is_when(&spoken).then_some(spoken)
    });
    Some(hour.map_or(Ask::RemindSometime { text: text.clone() }, |when| Ask::Remind { text, when }))
}

fn query(said: &str, when: Option<String>, gone: Option<&std::ops::Range<usize>>, low: &str, spans: &[Span]) -> Ask {
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| low.contains(&format!(" {phrase} ")));
    let what = marked(said, spans, "what").filter(|text| {
        !["meeting", "meetings", "event", "events", "appointment", "appointments", "calendar", "plans", "schedule"]
            .contains(&text.to_lowercase().as_str())
    });
    if has(&[
        "when is",
        "when's",
        "when do",
        "what time is",
        "next meeting",
        "next appointment",
        "next event",
        "when will",
    ]) {
        let text = what.or_else(|| {
            let text = trimmed(
                &without(said, gone),
                &["when is", "when's", "when do i have", "what time is", "my", "the", "next"],
                &["appointment", "meeting", "event"],
            );
            Some(text).filter(|text| !text.is_empty())
        });
        return Ask::NextEvent { text };
    }
    match when {
        Some(days) => Ask::ListEvents { days: days.to_lowercase().trim_start_matches("on ").to_owned() },
        None if what.is_some() => Ask::NextEvent { text: what },
        None if has(&["reminder", "reminders"]) => Ask::ListReminders,
        None => Ask::ListEvents { days: "this week".to_owned() },
    }
}

// "Tom's" in "Tom's number".
fn owner(said: &str) -> Option<String> {
    said.split_whitespace()
        .find_map(|word| word.strip_suffix("'s"))
        .filter(|word| !["what", "who", "where"].contains(&word.to_lowercase().as_str()))
        .map(str::to_owned)
}

// The places that are marked, each by itself.
fn places(said: &str, spans: &[Span]) -> Vec<String> {
    let found = spans.iter().filter(|span| span.label == "where").filter_map(|span| said.get(span.start..span.end));
    found.map(str::to_owned).collect()
}

fn letter(said: &str, spans: &[Span], low: &str) -> Option<Ask> {
    let text = message(said);
    let drafts = low.contains(" draft ");
    match (address(said), text) {
        (Some(to), Some(text)) => {
            let (to, subject) = (vec![to], crate::grammar::title_of(&text));
            Some(if drafts { Ask::DraftLetter { to, subject, text } } else { Ask::SendLetter { to, subject, text } })
        }
        (to, text) => {
            let who = to.or_else(|| marked(said, spans, "who")).unwrap_or_default();
            Some(Ask::LetterTo { who, text: text.unwrap_or_default(), drafts })
        }
    }
}

// What stands behind the last of `words` in the sentence.
fn behind(said: &str, words: &[&str]) -> Option<String> {
    let low = said.to_lowercase();
    let at = words.iter().filter_map(|word| low.rfind(word).map(|at| at + word.len())).max()?;
    let text = said.get(at..)?.trim_matches([' ', '.', '?', '!', ':']).trim_start_matches("the ").to_owned();
    (!text.is_empty()).then_some(text)
}

// Without what is said out of politeness; as long as the sentence, so that marks in it stay where they are.
fn polite(said: &str, words: &Words) -> String {
    let mut out = said.to_owned();
    loop {
        let low = out.to_lowercase();
        let blank = low.len() - low.trim_start().len();
        let lead = words
            .polite
            .iter()
            .filter(|lead| **lead != "i need to" && **lead != "next")
            .find(|lead| low[blank..].strip_prefix(**lead).is_some_and(|after| after.starts_with([' ', ','])));
        match lead {
            Some(lead) if low.len() == out.len() => {
                let end = blank + lead.len() + 1;
                out.replace_range(..end, &" ".repeat(end));
            }
            _ => return out,
        }
    }
}
