//! The advisor (DESIGN 4.8): which mode fits a task. It is advice: nothing here decides an action.
//!
//! Each step of the plan is looked up in one table; the task gets the most careful answer among its steps.
//!
//! *Cost of a mistake*: **none**: reads here · **low**: changes up to 25 things on this computer · **medium**: changes more,
//! or deletes, or changes the user's account elsewhere, or reads elsewhere · **high**: sends, pays, runs programs, or acts
//! where the code cannot see or the task was not let.
//! *Familiar*: the tool ran at least 8 times for this user, and of the last 20 none was undone, rejected or failed.
//! *Often*: at least 5 of those in the last 30 days.
//!
//! | cost | reversible | new | familiar | familiar and often |
//! |---|---|---|---|---|
//! | none | any | autonomous | autonomous | autonomous |
//! | low | undoable | semi-autonomous | semi-autonomous | autonomous |
//! | low | recallable, no | ask | ask | semi-autonomous |
//! | medium | undoable | ask | semi-autonomous | semi-autonomous |
//! | medium | recallable, no | ask | ask | ask |
//! | high | undoable, recallable | ask | ask | ask |
//! | high | no | suggest | ask | ask |
//!
//! Then what the user wants shifts it, one step for each: little risk, a complex task and close watching towards *suggest*;
//! much risk, a simple task and little watching towards *autonomous*. All together it shifts by at most two steps towards
//! care and one towards freedom, and where a mistake costs much never beyond *ask*.

use crate::{LimitState, Limits, Matched, bounds, decide, floor::most_items, sentence};
use assent_protocol::{
    Advice, Answer, Destination, Effect, Facts, Level, Mode, Provenance, Reach, Reversal, Size, texts,
};

/// What a mistake would cost, from mild to severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// Nothing changes.
    None,
    /// A few things here.
    Low,
    /// Many things, things taken away, or an account elsewhere.
    Medium,
    /// What leaves, pays, runs, or cannot be seen through.
    High,
}

/// How often something ran, from the history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Experience {
    /// Times it ran.
    pub ran: u32,
    /// Of the last 20, how many were undone, rejected or failed.
    pub regretted: u32,
    /// Times in the last 30 days.
    pub this_month: u32,
}

impl Experience {
    /// Known well enough.
    pub fn familiar(&self) -> bool {
        self.ran >= 8 && self.regretted == 0
    }

    /// And done often.
    pub fn often(&self) -> bool {
        self.familiar() && self.this_month >= 5
    }
}

/// One step that the task would take.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The tool, where it is known.
    pub tool: Option<String>,
    /// What it would be like.
    pub facts: Facts,
    /// What is known of it.
    pub experience: Experience,
    /// It makes one batch of many things, and nobody knows yet how many.
    pub batch: bool,
}

/// What the user can set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wishes {
    /// How much risk is acceptable.
    pub risk: Level,
    /// How complex the task is.
    pub complexity: Level,
    /// How closely the user wants to watch.
    pub oversight: Level,
}

/// What a mistake in a step would cost.
pub fn cost(facts: &Facts) -> Cost {
    let outside = facts.reach != Reach::Inside;
    match facts.effect {
        _ if !facts.inspectable => Cost::High,
        Effect::Send | Effect::Spend | Effect::Execute | Effect::Configure => Cost::High,
        Effect::Observe if outside || facts.destination != Destination::Here => Cost::Medium,
        Effect::Observe => Cost::None,
        _ if outside || facts.destination > Destination::KnownParty => Cost::High,
        _ if facts.destination == Destination::KnownParty || facts.size.items > most_items(Mode::Semi) => Cost::Medium,
        Effect::Delete => Cost::Medium,
        Effect::Create | Effect::Modify => Cost::Low,
    }
}

/// The table.
pub fn fits(cost: Cost, reversal: Reversal, experience: &Experience) -> Mode {
    let pick = |new, familiar, often| match (experience.familiar(), experience.often()) {
        (_, true) => often,
        (true, false) => familiar,
        (false, false) => new,
    };
    match (cost, reversal) {
        (Cost::None, _) => Mode::Auto,
        (Cost::Low, Reversal::Undoable) => pick(Mode::Semi, Mode::Semi, Mode::Auto),
        (Cost::Low, _) => pick(Mode::Ask, Mode::Ask, Mode::Semi),
        (Cost::Medium, Reversal::Undoable) => pick(Mode::Ask, Mode::Semi, Mode::Semi),
        (Cost::Medium, _) => Mode::Ask,
        (Cost::High, Reversal::Undoable | Reversal::Recallable) => Mode::Ask,
        (Cost::High, Reversal::None) => pick(Mode::Suggest, Mode::Ask, Mode::Ask),
    }
}

/// The mode for a whole task, and the place of the step in `steps` that settled it.
pub fn mode(steps: &[Step], wishes: &Wishes) -> (Mode, Option<usize>) {
    let each = steps.iter().map(|step| {
        let cost = cost(&step.facts);
        (fits(cost, step.facts.reversal, &step.experience), std::cmp::Reverse(cost))
    });
    // Of several with one answer the one is named where a mistake costs most.
    let settled = each.enumerate().min_by_key(|(at, weight)| (*weight, *at));
    // Nothing is known of it: the mode that is always safe to begin with.
    let (at, base) = settled.map_or((None, Mode::Ask), |(at, (mode, _))| (Some(at), mode));
    let step = |level: Level| match level {
        Level::Low => -1i32,
        Level::Medium => 0,
        Level::High => 1,
    };
    let shift = (step(wishes.risk) - step(wishes.complexity) - step(wishes.oversight)).clamp(-2, 1);
    let place = Mode::ALL.iter().position(|one| *one == base).unwrap_or_default();
    let last = i32::try_from(Mode::ALL.len()).unwrap_or(i32::MAX) - 1;
    let shifted = (i32::try_from(place).unwrap_or_default() + shift).clamp(0, last);
    let mode = Mode::ALL[usize::try_from(shifted).unwrap_or_default()];
    let dear = steps.iter().any(|step| cost(&step.facts) == Cost::High);
    (if dear { mode.min(Mode::Ask) } else { mode }, at)
}

/// What would ask in `mode`, a few words each, by deciding each step as it is expected.
pub fn asks(steps: &[Step], mode: Mode) -> Vec<String> {
    let answer = |facts: &Facts| {
        let limits = Limits { state: LimitState::Within, rejected_before: false };
        decide(facts, &Matched::default(), mode, &limits).answer
    };
    let mut out: Vec<String> = Vec::new();
    for step in steps {
        let name = name(step);
        let most = most_items(mode);
        let many = Facts { size: Size { items: most + 1, ..step.facts.size.clone() }, ..step.facts.clone() };
        let line = match answer(&step.facts) {
            Answer::Suggest => texts::say("policy.advice.ask.suggests", &[("what", &name)]),
            Answer::Ask | Answer::Deny => texts::say("policy.advice.ask.always", &[("what", &name)]),
            Answer::Allow if step.batch && answer(&many) != Answer::Allow => {
                texts::say("policy.advice.ask.many", &[("what", &name), ("count", &most.to_string())])
            }
            Answer::Allow => continue,
        };
        if !out.contains(&line) {
            out.push(line);
        }
    }
    out
}

/// The whole advice.
pub fn advise(steps: &[Step], wishes: &Wishes) -> Advice {
    let (mode, at) = mode(steps, wishes);
    let settled = at.map(|at| &steps[at]);
    let because = settled.map_or_else(|| texts::say("policy.advice.because.unknown", &[]), because);
    let mut why = vec![capital(&because)];
    let mut seen: Vec<String> = settled.map(name).into_iter().collect();
    for step in steps {
        let name = name(step);
        if !seen.contains(&name) {
            why.push(capital(&self::because(step)));
            seen.push(name);
        }
    }
    for (level, low, high) in [
        (wishes.risk, "policy.advice.risk.low", "policy.advice.risk.high"),
        (wishes.complexity, "policy.advice.complexity.low", "policy.advice.complexity.high"),
        (wishes.oversight, "policy.advice.oversight.low", "policy.advice.oversight.high"),
    ] {
        match level {
            Level::Low => why.push(texts::say(low, &[])),
            Level::High => why.push(texts::say(high, &[])),
            Level::Medium => {}
        }
    }
    let bounds = bounds(mode);
    let budget = texts::say(
        "policy.advice.budget",
        &[
            ("actions", &bounds.actions.to_string()),
            ("changes", &bounds.unasked_changes.to_string()),
            ("minutes", &(bounds.wall_ms / 60_000).to_string()),
        ],
    );
    let sentence = texts::say("policy.advice.sentence", &[("mode", &mode.words()), ("because", &because)]);
    Advice { mode, sentence, why, asks: asks(steps, mode), budget }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn because(step: &Step) -> String {
    let what = name(step);
    let facts = &step.facts;
    let key = match (cost(facts), facts.reversal) {
        (Cost::None, _) => "policy.advice.because.reads",
        (_, Reversal::Undoable) if step.experience.often() => "policy.advice.because.often",
        (_, Reversal::Undoable) if step.experience.familiar() => "policy.advice.because.familiar",
        (Cost::Low, Reversal::Undoable) => "policy.advice.because.undoable",
        (Cost::Medium, Reversal::Undoable) => "policy.advice.because.new",
        (Cost::High, Reversal::Undoable) => "policy.advice.because.far",
        (_, Reversal::Recallable) => "policy.advice.because.recallable",
        (Cost::Medium, Reversal::None) if facts.effect == Effect::Observe => "policy.advice.because.far",
        (_, Reversal::None) => "policy.advice.because.for_good",
    };
    texts::say(key, &[("what", &what), ("count", &step.experience.ran.to_string())])
}

fn name(step: &Step) -> String {
    match &step.tool {
        Some(tool) => sentence::tool(tool),
        None => texts::say(
            match step.facts.effect {
                Effect::Observe => "policy.advice.what.observe",
                Effect::Create => "policy.advice.what.create",
                Effect::Modify => "policy.advice.what.modify",
                Effect::Delete => "policy.advice.what.delete",
                Effect::Execute => "policy.advice.what.execute",
                Effect::Send => "policy.advice.what.send",
                Effect::Spend => "policy.advice.what.spend",
                Effect::Configure => "policy.advice.what.configure",
            },
            &[],
        ),
    }
}

/// Words of a goal that say what it would do; the first form of each is enough, endings are let go.
const VERBS: &[(Effect, &[&str])] = &[
    (Effect::Spend, &["pay", "buy", "order", "purchase", "transfer", "invest", "donate", "subscribe", "trade"]),
    (
        Effect::Send,
        &["send", "mail", "email", "reply", "forward", "post", "publish", "tweet", "message", "invite", "share"],
    ),
    (Effect::Execute, &["run", "execute", "install", "compile", "deploy", "script"]),
    (Effect::Delete, &["delete", "remove", "trash", "erase", "clear", "purge", "discard", "deduplicate"]),
    (
        Effect::Modify,
        &[
            "move", "rename", "tidy", "sort", "organise", "organize", "edit", "change", "archive", "update", "replace",
            "fix", "complete", "clean", "mark",
        ],
    ),
    (Effect::Create, &["add", "create", "make", "write", "note", "remind", "copy", "save", "draft", "schedule"]),
    (
        Effect::Observe,
        &[
            "find",
            "search",
            "list",
            "show",
            "read",
            "summarise",
            "summarize",
            "look",
            "check",
            "count",
            "compare",
            "what",
            "which",
            "how",
        ],
    ),
];

/// The steps that a goal's own words name, for a model whose plan nobody knows yet; severest first.
pub fn read_goal(goal: &str) -> Vec<Step> {
    let lower = goal.to_lowercase();
    let spoken: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let says = |verb: &str| {
        let stem = verb.strip_suffix('e').unwrap_or(verb);
        let forms = ["", "e", "s", "es", "ed", "ing"].map(|end| format!("{stem}{end}"));
        spoken.iter().any(|word| *word == verb || forms.iter().any(|form| form == word))
    };
    VERBS
        .iter()
        .filter(|(_, verbs)| verbs.iter().any(|verb| says(verb)))
        .map(|(effect, _)| Step {
            tool: None,
            facts: expected(*effect),
            experience: Experience::default(),
            batch: false,
        })
        .collect()
}

/// What a step with this effect is usually like: changes are made here by tools that can undo them, and what goes out
/// is held or cannot be taken back.
pub fn expected(effect: Effect) -> Facts {
    let (destination, reversal) = match effect {
        Effect::Observe | Effect::Create | Effect::Modify | Effect::Delete => (Destination::Here, Reversal::Undoable),
        Effect::Send => (Destination::NewParty, Reversal::Recallable),
        Effect::Execute | Effect::Spend | Effect::Configure => (Destination::Unknown, Reversal::None),
    };
    Facts {
        effect,
        destination,
        reversal,
        targets: Provenance::User,
        payload: Provenance::Model,
        reach: Reach::Inside,
        inspectable: true,
        influenced: false,
        size: Size { items: u32::from(effect != Effect::Observe), ..Size::default() },
        origins: vec![],
    }
}

#[cfg(test)]
mod tests;
