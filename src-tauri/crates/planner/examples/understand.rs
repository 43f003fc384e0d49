//! Measures what the planner understands: `cargo xtask understand --data DIR`.
//!
//! DIR holds `*.jsonl` with `say`, `intent` and `slots` (all but `train.jsonl` are measured) and `times*.json` with `say`,
//! `at` and `grain`. The own set lies beside this crate and is measured as well.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use assent_planner::{Piece, Understanding, understanding, when};
use serde_json::Value;
use std::{collections::BTreeMap, error::Error, fs, path::Path};

const NOW: &str = "2026-11-24T08:00:00Z";
const ZONE: &str = "Europe/Warsaw";
const OWN: &str = include_str!("../cases/requests.tsv");

struct Row {
    say: String,
    intent: String,
    slots: Vec<(String, String)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [flag, folder, rest @ ..] = arguments.as_slice() else { return Err("Usage: --data DIR [--wrong]".into()) };
    if flag != "--data" {
        return Err("Usage: --data DIR [--wrong]".into());
    }
    let shows = rest.iter().any(|flag| flag == "--wrong");
    let mut files: Vec<_> = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("times") && name.ends_with(".json") {
            times(file, shows)?;
        } else if name.ends_with(".jsonl") && name != "train.jsonl" {
            let rows: Vec<Row> = fs::read_to_string(file)?.lines().filter_map(row).collect();
            requests(name, &rows, shows);
        }
    }
    let own: Vec<Row> = OWN.lines().filter_map(own).collect();
    requests("own set", &own, shows);
    Ok(())
}

fn row(line: &str) -> Option<Row> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let slots = value["slots"].as_array().into_iter().flatten().map(|slot| (text(&slot[0]), text(&slot[1]))).collect();
    Some(Row { say: text(&value["say"]), intent: text(&value["intent"]), slots })
}

// `intent TAB sentence [TAB slot=words]…`
fn own(line: &str) -> Option<Row> {
    let mut fields = line.split('\t');
    let (intent, say) = (fields.next()?.to_owned(), fields.next()?.to_owned());
    let slots =
        fields.filter_map(|field| field.split_once('=')).map(|(name, text)| (name.into(), text.into())).collect();
    Some(Row { say, intent, slots })
}

#[derive(Default)]
struct Count {
    reach: usize,
    acted: usize,
    asked: usize,
    wrong: usize,
    asked_wrong: usize,
    refused: usize,
    parts: usize,
    with_parts: usize,
    outside: usize,
    honest: usize,
    unclear: usize,
    outside_asked: usize,
    outside_acted: usize,
}

fn requests(name: &str, rows: &[Row], shows: bool) {
    let now = NOW.parse::<jiff::Timestamp>().map(|now| now.as_millisecond()).unwrap_or_default();
    let mut count = Count::default();
    let mut confusions: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut missed: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let found = understanding(&row.say, now, ZONE);
        let outside = row.intent.starts_with("oos_") || row.intent.starts_with("chit_");
        let told = match &found {
            Understanding::Acts(pieces) => {
                let fits = !outside && pieces.iter().any(|piece| same(&row.intent, piece.intent));
                if outside {
                    count.outside_acted += 1;
                } else if fits {
                    count.acted += 1;
                } else {
                    count.wrong += 1;
                }
                if !fits {
                    let as_what = pieces.first().map(|piece| piece.intent).unwrap_or_default();
                    *confusions.entry((row.intent.clone(), as_what.into())).or_default() += 1;
                } else if !row.slots.is_empty() {
                    count.with_parts += 1;
                    let right = pieces.iter().any(|piece| parts(piece, &row.slots));
                    count.parts += usize::from(right);
                    if !right && shows {
                        println!("  parts      {} | {:?} | {pieces:?}", row.say, row.slots);
                    }
                }
                if fits { None } else { Some("acted") }
            }
            Understanding::Asks(pieces) => {
                if outside {
                    count.outside_asked += 1;
                } else if pieces.iter().any(|piece| same(&row.intent, piece.intent)) {
                    count.asked += 1;
                } else {
                    count.asked_wrong += 1;
                }
                Some("asked")
            }
            Understanding::Outside => {
                if outside {
                    count.honest += 1;
                } else {
                    count.refused += 1;
                    *missed.entry(row.intent.clone()).or_default() += 1;
                }
                (!outside).then_some("refused")
            }
            Understanding::Unclear => {
                if outside {
                    count.unclear += 1;
                } else {
                    count.refused += 1;
                    *missed.entry(row.intent.clone()).or_default() += 1;
                }
                (!outside).then_some("refused")
            }
        };
        if outside {
            count.outside += 1;
        } else {
            count.reach += 1;
        }
        if shows && let Some(told) = told {
            println!("  {told:10} {} | {} | {found:?}", row.intent, row.say);
        }
    }
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let line = |text: &str, part: usize, whole: usize| {
        println!("  {text:42} {part:5} of {whole:5}  {:5.1} %", share(part, whole))
    };
    println!("{name}: {} requests", rows.len());
    line("right at once", count.acted, count.reach);
    line("right at once or after one question", count.acted + count.asked, count.reach);
    line("wrong and acted on", count.wrong, count.reach);
    line("asked, the right one not among them", count.asked_wrong, count.reach);
    line("refused though in reach", count.refused, count.reach);
    line("parts that the action needs right", count.parts, count.with_parts);
    line("outside: said so", count.honest, count.outside);
    line("outside: not understood, and said so", count.unclear, count.outside);
    line("outside: asked", count.outside_asked, count.outside);
    line("outside: acted on", count.outside_acted, count.outside);
    println!("  taken for another: {confusions:?}");
    println!("  refused: {missed:?}");
    times_in(rows, now);
}

// Intents that one action serves.
fn same(gold: &str, found: &str) -> bool {
    let one = |name: &str| match name {
        "alarm_set" | "calendar_set" => "set".to_owned(),
        "alarm_query" | "calendar_query" => "query".to_owned(),
        "alarm_remove" | "calendar_remove" => "remove".to_owned(),
        "datetime_convert" | "datetime_query" => "datetime".to_owned(),
        other => other.to_owned(),
    };
    one(gold) == one(found)
}

const EMPTY: &[&str] = &[
    "a", "an", "the", "my", "at", "on", "in", "for", "by", "to", "of", "this", "with", "list", "event", "please",
    "from", "me", "our", "s", "and",
];

// Names of every event, which say nothing about which.
const GENERAL: &[&str] = &[
    "event",
    "events",
    "meeting",
    "meetings",
    "appointment",
    "appointments",
    "alarm",
    "alarms",
    "reminder",
    "reminders",
];

fn bag(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace(['\'', ',', '.', '?', '!', ':', '"'], " ");
    let mut words: Vec<String> =
        lower.split_whitespace().filter(|word| !EMPTY.contains(word)).map(str::to_owned).collect();
    words.sort();
    words
}

// Whether the parts of `gold` that an action needs stand in the fields where they belong.
fn parts(piece: &Piece, gold: &[(String, String)]) -> bool {
    let within = |gold: &str, found: &str| {
        let found = bag(found);
        bag(gold).iter().all(|word| found.contains(word))
    };
    // A question about the calendar lists all of a day, and one about the clock needs no "today".
    let sets = !["calendar_query", "alarm_query", "datetime_query", "email_query"].contains(&piece.intent);
    let no_time = ["datetime_query", "list_query", "list_remove", "alarm_query"].contains(&piece.intent);
    gold.iter().all(|(kind, text)| match kind.as_str() {
        "date" | "time" | "timeofday" | "when" => {
            no_time || within(text, &piece.when) || (kind != "date" && !sets && !piece.when.is_empty())
        }
        "event_name" => !sets || within(text, &piece.what) || GENERAL.contains(&text.as_str()),
        "what" => within(text, &piece.what),
        "person" | "relation" | "email_address" => within(text, &format!("{} {}", piece.who, piece.what)),
        "list_name" | "list" => within(text, &piece.list),
        _ => true,
    })
}

// Of the phrases of time that the set holds for requests in reach: how many come to one moment.
fn times_in(rows: &[Row], now: i64) {
    let (mut all, mut read) = (0, 0);
    let mut left = Vec::new();
    for row in rows.iter().filter(|row| ["calendar_set", "alarm_set", "calendar_move"].contains(&row.intent.as_str())) {
        let spoken: Vec<&str> = row
            .slots
            .iter()
            .filter(|(kind, _)| ["date", "time", "timeofday"].contains(&kind.as_str()))
            .map(|(_, text)| text.as_str())
            .collect();
        if spoken.is_empty() {
            continue;
        }
        all += 1;
        let phrase = spoken.join(" ");
        // A day without an hour is a whole day on the calendar, and one that repeats is read by another reader.
        let whole = when(&format!("{phrase} at 23:59"), now, ZONE);
        match when(&phrase, now, ZONE).or(whole) {
            Ok(_) => read += 1,
            Err(_) if assent_planner::when::repeat(&phrase).is_some() => read += 1,
            Err(_) => left.push(phrase),
        }
    }
    println!("  times of requests that set something: {read} of {all}; not: {left:?}");
}

fn times(file: &Path, shows: bool) -> Result<(), Box<dyn Error>> {
    let rows: Vec<Value> = serde_json::from_str(&fs::read_to_string(file)?)?;
    let now: jiff::Timestamp = "2013-02-12T04:30:00-02:00".parse()?;
    // Two hours west of Greenwich, without summer time.
    let zone = "Etc/GMT+2";
    for (name, frame) in
        [("alone", "{}"), ("at the end", "remind me to call mum {}"), ("in front", "remind me {} to call mum")]
    {
        let (mut right, mut asked, mut wrong) = (0, 0, Vec::new());
        for row in &rows {
            let (say, gold) = (row["say"].as_str().unwrap_or_default(), row["at"].as_str().unwrap_or_default());
            let digits = match row["grain"].as_str() {
                Some("Day") => 10,
                Some("Hour") => 13,
                _ => 16,
            };
            let spoken = match understanding(&frame.replace("{}", say), now.as_millisecond(), zone) {
                _ if frame == "{}" => Some(say.to_owned()),
                Understanding::Acts(pieces) => {
                    pieces.first().map(|piece| piece.when.clone()).filter(|when| !when.is_empty())
                }
                _ => None,
            };
            let at = spoken.and_then(|spoken| when(&spoken, now.as_millisecond(), zone).ok());
            match at.map(|at| at.datetime().to_string()) {
                Some(at) if at[..digits] == gold[..digits] => right += 1,
                Some(at) => wrong.push(format!("{say}: {at}, not {gold}")),
                None => {
                    asked += 1;
                    if shows {
                        println!("  asked: {say} = {gold}");
                    }
                }
            }
        }
        let name = format!("{}, {name}", file.file_name().and_then(|name| name.to_str()).unwrap_or_default());
        println!("{name}: right {right}, asked {asked}, wrong {} of {}", wrong.len(), rows.len());
        wrong.iter().filter(|_| shows).for_each(|line| println!("  wrong: {line}"));
    }
    Ok(())
}
