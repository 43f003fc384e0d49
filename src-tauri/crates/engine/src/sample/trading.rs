//! Trading on paper: strategies in plain words, a rule that bounds what they may do unasked, large orders as escalations,
//! and a person who looks in on some evenings.

use super::{
    dice::Dice,
    market::Market,
    picture::{self, Point},
    stage::{Choice, FIRST, HOUR, MINUTE, Stage},
};
use crate::{Answered, words};
use assent_agent::{Hosts, Place};
use assent_domains::trading::{
    broker::{Book, Broker, Standing},
    paper::Paper,
};
use assent_protocol::{
    Action, AutomationDraft, Condition, Decider, Decision, Effect, RuleAnswer, RuleDraft, RunId, Scope, Status,
    Trigger, Turn, UndoState, texts,
};
use jiff::{
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

const ACCOUNT: &str = "Account";
const CASH: &str = "10000";
const DAY: i64 = 24 * HOUR;
/// The most that an order may come to unasked, orders a day, and orders in all.
const MOST: i64 = 200;
const A_DAY: u32 = 2;
const IN_ALL: u32 = 500;
/// And hundredths of a EUR a day.
const AMOUNT_A_DAY: i64 = 40_000;
/// Above this an order is an escalation.
const LARGE: &str = "500";

/// One strategy: a name, minutes after 18:00, on which days, and in plain words what to do.
const STRATEGIES: [(&str, i64, &str, &str); 4] = [
    (
        "ACME",
        0,
        "every weekday at 18",
        "buy 5 ACME when the price falls 4 % below its 20-day average, at most 200 a day, and sell 5 ACME when the price rises 4 % above its 20-day average",
    ),
    (
        "BOLT",
        5,
        "every weekday at 18:05",
        "buy 5 BOLT when the price falls 4 % below its 20-day average, at most 200 a day, and sell 5 BOLT when the price rises 4 % above its 20-day average",
    ),
    (
        "CORK",
        10,
        "every weekday at 18:10",
        "buy 10 CORK when the price falls 5 % below its 20-day average, at most 1000 a day",
    ),
    ("DUST", 15, "every friday at 18:15", "buy 5 DUST when the price falls 1 % below its 20-day average"),
];

pub(super) async fn run(stage: &mut Stage<'_>) -> Answered<()> {
    let market = Market::new(stage.about.seed, stage.about.days as usize);
    let account = set_up(stage, &market)?;
    // What was settled before a kill was told before it.
    let before = market.days.get((stage.about.done as usize).wrapping_sub(1)).map(|day| midnight(*day) + 23 * HOUR);
    let mut settled = match before {
        Some(before) => book(stage, &account, before)?.orders,
        None => Vec::new(),
    };
    settled.retain(|order| order.standing != Standing::Open);
    let mut settled: BTreeSet<String> = settled.into_iter().map(|order| order.new.id).collect();
    for (n, day) in market.days.iter().enumerate() {
        let step = u32::try_from(n).unwrap_or(u32::MAX) + 1;
        if step <= stage.about.done {
            continue;
        }
        play(stage, &account, *day, &mut settled).await?;
        stage.step_done(step)?;
    }
    let end = market.days.last().map_or(FIRST, |day| midnight(*day) + 23 * HOUR);
    let book = book(stage, &account, end)?;
    conclude(stage, &market, &book)
}

fn set_up(stage: &mut Stage<'_>, market: &Market) -> Answered<PathBuf> {
    let account = stage.folder.join(ACCOUNT);
    fs::create_dir_all(&account).map_err(words::other)?;
    let terms =
        json!({"broker": "paper", "currency": "EUR", "cash": CASH, "prices": "prices.csv", "escalate_above": LARGE});
    super::keep(&account.join("account.json"), &format!("{terms:#}\n"))?;
    super::keep(&account.join("prices.csv"), &market.csv)?;
    let folder = account.display().to_string();
    for (name, _, when, goal) in STRATEGIES {
        let trigger = Trigger::Time { when: when.to_owned(), zone: Some("UTC".to_owned()) };
        let mut draft = AutomationDraft::new(name, goal, trigger);
        draft.grants = vec![folder.clone()];
        stage.automation(draft)?;
    }
    let tool = stage.engine.tool("trading.order").ok_or_else(|| words::not_found("trading.order"))?;
    stage.rule(RuleDraft {
        answer: RuleAnswer::Allow,
        tool: "trading.order".to_owned(),
        definition: tool.spec().definition(),
        conditions: vec![
            Condition::Equals { path: "/account".to_owned(), value: json!(folder) },
            Condition::AtMost { path: "/total".to_owned(), bound: MOST },
        ],
        scope: Scope::Everywhere,
        until: None,
        uses_left: Some(IN_ALL),
        per_day: Some(A_DAY),
        amount_per_day: Some(AMOUNT_A_DAY),
    })?;
    if stage.about.done == 0 {
        stage.forget_heard();
        stage.say("sample.trading.begin", &[("cash", CASH)]);
        for (name, _, _, goal) in STRATEGIES {
            stage.say("sample.strategy", &[("name", name), ("goal", goal)]);
        }
        for rule in stage.engine.rules()? {
            stage.say("sample.rule", &[("id", &rule.id.to_string()), ("rule", &rule.sentence)]);
        }
        stage.say("sample.trading.large", &[("large", LARGE)]);
    }
    Ok(account)
}

async fn play(stage: &mut Stage<'_>, account: &Path, day: Date, settled: &mut BTreeSet<String>) -> Answered<()> {
    let midnight = midnight(day);
    for (_, minutes, ..) in STRATEGIES {
        stage.beat(midnight + 18 * HOUR + minutes * MINUTE).await?;
        if minutes == 0 {
            tell_settled(stage, &book(stage, account, midnight + 18 * HOUR)?, settled);
        }
    }
    let mut dice = Dice::new(stage.about.seed, &day.to_string());
    let (there, firm, regrets) = (dice.roll(3) > 0, dice.roll(4) == 0, dice.roll(12) == 0);
    if there {
        let no = "sample.trading.too_much";
        stage.answer(midnight + 20 * HOUR, |_| if firm { Choice::Reject(no) } else { Choice::Approve }).await?;
    } else if day.weekday() == Weekday::Friday {
        stage.answer(midnight + 20 * HOUR, |_| Choice::Leave).await?;
    }
    if regrets && let Some(action) = placed_today(stage, midnight)? {
        stage.undo(midnight + 21 * HOUR, &action.id.to_string())?;
    }
    Ok(())
}

// An order of this evening that no price has settled yet.
fn placed_today(stage: &Stage<'_>, midnight: i64) -> Answered<Option<Action>> {
    let alone = stage.engine.0.journal.settled_alone_since(midnight)?;
    Ok(alone.into_iter().find(|action| {
        action.tool == "trading.order" && action.status == Status::Succeeded && action.undo == UndoState::Ready
    }))
}

fn tell_settled(stage: &mut Stage<'_>, book: &Book, settled: &mut BTreeSet<String>) {
    for order in &book.orders {
        if order.standing == Standing::Open || !settled.insert(order.new.id.clone()) {
            continue;
        }
        let key = match &order.standing {
            Standing::Filled { .. } => "sample.trading.filled",
            Standing::Lapsed { .. } => "sample.trading.lapsed",
            Standing::Open | Standing::Cancelled => continue,
        };
        let price =
            if let Standing::Filled { price, .. } = &order.standing { price.to_string() } else { String::new() };
        let quantity = order.new.quantity.to_string();
        let side = texts::say(&format!("sample.trading.{}", order.new.side.name()), &[]);
        stage.say(key, &[("side", &side), ("quantity", &quantity), ("symbol", &order.new.symbol), ("price", &price)]);
    }
}

fn conclude(stage: &mut Stage<'_>, market: &Market, book: &Book) -> Answered<()> {
    let mut problems: BTreeMap<String, (String, u32)> = BTreeMap::new();
    let mut points = Vec::new();
    let (mut ordered, mut asked, mut outside) = (Vec::new(), None, 0);
    let mut by_rule: BTreeMap<i64, u32> = BTreeMap::new();
    let firings = stage.engine.0.journal.firings_since(0)?;
    for run in firings.into_iter().filter_map(|firing| firing.run) {
        for (kind, text) in problems_of(stage, run)? {
            let known = problems.entry(kind).or_default();
            *known = (text, known.1 + 1);
        }
        for action in stage.engine.0.journal.actions_of(run)? {
            if action.tool != "trading.order" || action.facts.effect == Effect::Observe {
                continue;
            }
            let by = action.decision.as_ref().map(|decision| decision.by.clone());
            if matches!(by, Some(Decider::Rule { .. } | Decider::Mode)) {
                let count = by_rule.entry(action.proposed_at.div_euclid(DAY)).or_default();
                *count += 1;
                outside += u32::from(*count > A_DAY || action.args["total"].as_i64().is_none_or(|total| total > MOST));
            }
            if matches!(by, Some(Decider::User)) && action.verdict.escalate {
                asked = Some(action.id);
            }
            ordered.push(action.id);
            points.push(point(&action));
        }
    }
    for (text, count) in problems.values() {
        stage.remarks.push(texts::say("sample.trading.problem", &[("text", text), ("count", &count.to_string())]));
    }
    let worth = picture::worth(market, book, CASH);
    let last = worth.last().copied().unwrap_or_default();
    let cents =
        |cents: i64| format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
    let held: Vec<String> =
        book.positions.iter().map(|(symbol, position)| format!("{} {symbol}", position.quantity)).collect();
    let values = [
        ("cash", book.cash.normalize().to_string()),
        ("held", if held.is_empty() { texts::say("sample.trading.nothing", &[]) } else { held.join(", ") }),
        ("worth", cents(last)),
        ("profit", cents(last - worth.first().copied().unwrap_or_default())),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    stage.remarks.push(texts::say("sample.trading.end", &values));
    stage.remarks.push(texts::say("sample.trading.outside", &[("count", &outside.to_string())]));
    let at = stage.folder.join("trading.svg");
    super::keep(&at, &picture::svg(market, &worth, &points, book))?;
    stage.remarks.push(texts::say("sample.trading.picture", &[("file", &at.display().to_string())]));
    stage.picture = Some(at.display().to_string());
    stage.next = vec!["history --tool trading.order".to_owned()];
    stage.next.extend(asked.or(ordered.first().copied()).map(|id| format!("why {id}")));
    stage.next.extend(["rules".to_owned(), "automation list".to_owned(), "verify".to_owned()]);
    Ok(())
}

fn point(action: &Action) -> Point {
    let decision = action.decision.as_ref();
    Point {
        day: action.proposed_at,
        symbol: action.args["symbol"].as_str().unwrap_or_default().to_owned(),
        buys: action.args["side"] == "buy",
        how: match decision.map(|Decision { by, .. }| by) {
            _ if action.status == Status::Undone => "undone",
            Some(Decider::Rule { .. }) => "rule",
            Some(Decider::User) if action.status == Status::Rejected => "rejected",
            Some(Decider::User) => "person",
            Some(Decider::Expiry) => "expired",
            _ => "refused",
        },
        title: action.title.clone(),
    }
}

// What was wrong with prices in a run: what kind of trouble with what, and in a sentence.
fn problems_of(stage: &Stage<'_>, run: RunId) -> Answered<Vec<(String, String)>> {
    let mut found = Vec::new();
    for turn in stage.engine.0.journal.turns(run)? {
        let Turn::Result { tool, output, .. } = turn else { continue };
        for row in output["prices"].as_array().filter(|_| tool == "trading.prices").into_iter().flatten() {
            let text = row["problem"].as_str().or_else(|| row["average_problem"].as_str());
            let symbol = row["symbol"].as_str().unwrap_or_default();
            // The age of an old price grows from day to day; it is the same trouble.
            let kind = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
            found.extend(text.map(|text| (format!("{symbol} {}", kind(text)), text.to_owned())));
        }
    }
    Ok(found)
}

fn book(stage: &Stage<'_>, account: &Path, now: i64) -> Answered<Book> {
    let config = &stage.engine.0.config;
    let place = Place {
        grants: Vec::new(),
        hosts: Hosts::default(),
        home: config.home.clone(),
        data: config.data.clone(),
        copies: config.copies(),
        others: None,
        labels: assent_agent::Labels::default(),
        denied: Vec::new(),
        asked: Vec::new(),
        notes: stage.engine.notes_folder(),
        now,
        zone: "UTC".to_owned(),
        stop: Arc::default(),
    };
    let read = Paper::open(account, &place).and_then(|broker| broker.book());
    read.map_err(|because| words::bad_input("sample.trading.ledger", &[("because", &because)]))
}

fn midnight(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).map_or(FIRST, |at| at.timestamp().as_millisecond())
}
