//! The reading of rules against a second one, written from DESIGN 4.5 in another way: here each condition first turns a
//! call into the list of what it names, and every question is then put to that list. Both must answer alike, whatever
//! rules and calls are made up.

use assent_policy::{CallView, matching};
use assent_protocol::{Condition, Rule, RuleAnswer, RuleDraft, RuleId, RunId, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CASES: u64 = 100_000;

/// Small numbers from a seed; nothing here hangs on how even they are.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.throw(list.len())]
    }
}

const PATHS: [&str; 6] = ["/to", "/to/*", "/n", "/items/*/at", "", "to"];
const FOLDERS: [&str; 4] = ["/home/u", "/home/u/a", "/home/u/../v", "home"];
const TEXTS: [&str; 9] = [
    "/home/u/a/b",
    "/home/u/ab",
    "/home/u",
    "https://x.test/1",
    "https://y.test",
    "anna@x.test",
    "anna@x.test, b@y.test",
    "3",
    "",
];

fn value(dice: &mut Dice) -> Value {
    match dice.throw(6) {
        0 => json!(dice.throw(9)),
        1 => json!(-1),
        2 => json!(2.5),
        _ => json!(dice.pick(&TEXTS)),
    }
}

fn call(dice: &mut Dice) -> Value {
    let mut args = serde_json::Map::new();
    if dice.throw(8) > 0 {
        let list = dice.throw(2) == 0;
        let to = if list { (0..dice.throw(4)).map(|_| value(dice)).collect() } else { value(dice) };
        args.insert("to".into(), to);
    }
    if dice.throw(3) > 0 {
        args.insert("n".into(), value(dice));
    }
    if dice.throw(3) > 0 {
        args.insert("items".into(), (0..dice.throw(3)).map(|_| json!({ "at": value(dice) })).collect());
    }
    Value::Object(args)
}

fn condition(dice: &mut Dice) -> Condition {
    let path = (*dice.pick(&PATHS)).to_owned();
    match dice.throw(6) {
        0 => Condition::Equals { path, value: value(dice) },
        1 => Condition::OneOf { path, values: (0..dice.throw(3)).map(|_| value(dice)).collect() },
        2 => Condition::UnderFolder { path, folder: (*dice.pick(&FOLDERS)).to_owned() },
        3 => Condition::Host { path, host: "x.test".into() },
        4 => Condition::Domain { path, domain: "x.test".into() },
        _ => Condition::AtMost { path, bound: i64::try_from(dice.throw(5)).unwrap_or(0) },
    }
}

fn rule(id: i64, dice: &mut Dice) -> Rule {
    let some = |dice: &mut Dice, most: usize| (dice.throw(3) == 0).then(|| dice.throw(most));
    let draft = RuleDraft {
        answer: *dice.pick(&[RuleAnswer::Allow, RuleAnswer::Ask, RuleAnswer::Deny]),
        tool: (*dice.pick(&["t", "t", "t", "u"])).to_owned(),
        definition: (*dice.pick(&["d", "d", "old"])).to_owned(),
        conditions: (0..dice.throw(3)).map(|_| condition(dice)).collect(),
        scope: dice.pick(&[Scope::Everywhere, Scope::Run { run: RunId(1) }, Scope::Run { run: RunId(2) }]).clone(),
        until: some(dice, 200).map(|until| i64::try_from(until).unwrap_or(0)),
        uses_left: some(dice, 2).map(|left| u32::try_from(left).unwrap_or(0)),
        per_day: some(dice, 3).map(|most| u32::try_from(most).unwrap_or(0)),
        amount_per_day: some(dice, 900).map(|most| i64::try_from(most).unwrap_or(0)),
    };
    Rule {
        id: RuleId(id),
        draft,
        sentence: String::new(),
        from: None,
        made_at: 0,
        last_used: None,
        used: 0,
        used_today: u32::try_from(dice.throw(3)).unwrap_or(0),
        spent_today: i64::try_from(dice.throw(500)).unwrap_or(0),
        on: dice.throw(6) > 0,
        off_because: None,
        covered_by: None,
        earned: None,
    }
}

// What a pointer names: the values there, "nothing there", or "not to be read".
enum Named {
    Values(Vec<(String, Option<Value>)>),
    Nothing,
    Broken,
}

fn named(path: &str, args: &Value) -> Named {
    if path.is_empty() {
        return Named::Values(vec![(String::new(), Some(args.clone()))]);
    }
    if !path.starts_with('/') {
        return Named::Broken;
    }
    let mut places = vec![String::new()];
    for name in path[1..].split('/') {
        if name != "*" {
            places.iter_mut().for_each(|place| *place = format!("{place}/{name}"));
            continue;
        }
        let mut below = Vec::new();
        for place in &places {
            match args.pointer(place) {
                None => return Named::Nothing,
                Some(Value::Array(list)) => below.extend((0..list.len()).map(|n| format!("{place}/{n}"))),
                Some(_) => return Named::Broken,
            }
        }
        places = below;
    }
    Named::Values(places.into_iter().map(|place| (place.clone(), args.pointer(&place).cloned())).collect())
}

// What one condition says of one value: yes, no, perhaps, or that it cannot say.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Yes,
    No,
    Perhaps,
    Cannot,
}

fn says(condition: &Condition, value: &Value, path: Option<&String>) -> Says {
    let yes = |found: bool| if found { Says::Yes } else { Says::No };
    let text = value.as_str();
    match condition {
        Condition::Equals { value: wanted, .. } => equal(std::slice::from_ref(wanted), value, path),
        Condition::OneOf { values, .. } => equal(values, value, path),
        Condition::UnderFolder { folder, .. } => match (text, path) {
            (Some(_), Some(path)) if folder.starts_with('/') && !folder.contains("/..") => {
                let (mut inner, mut outer) = (path.split('/').skip(1), folder.split('/').skip(1));
                loop {
                    match (inner.next(), outer.next()) {
                        (Some(a), Some(b)) if a == b => {}
                        (Some(_), None) => return Says::Yes,
                        (None, _) => return Says::Perhaps,
                        _ => return Says::No,
                    }
                }
            }
            _ => Says::Cannot,
        },
        // Of the made-up texts only these two are addresses of hosts; the rest begin with `/`, hold an `@`, or are bare.
        Condition::Host { .. } => match text {
            Some("https://x.test/1") => Says::Yes,
            Some("https://y.test" | "3") => Says::No,
            _ => Says::Cannot,
        },
        Condition::Domain { .. } => match text {
            Some("anna@x.test") => Says::Yes,
            _ => Says::Cannot,
        },
        Condition::AtMost { bound, .. } => match value.as_f64() {
            Some(number) if number >= 0.0 => yes(number <= *bound as f64),
            _ => Says::Cannot,
        },
    }
}

fn equal(wanted: &[Value], value: &Value, path: Option<&String>) -> Says {
    if wanted.contains(value) {
        return Says::Yes;
    }
    let by_path = path.is_some_and(|path| wanted.iter().any(|one| one.as_str() == Some(path)));
    if by_path { Says::Perhaps } else { Says::No }
}

fn whole(condition: &Condition, args: &Value, resolved: &BTreeMap<String, String>) -> Says {
    let path = serde_json::to_value(condition).ok().and_then(|c| Some(c.get("path")?.as_str()?.to_owned()));
    match named(&path.unwrap_or_default(), args) {
        Named::Broken => Says::Cannot,
        Named::Nothing => Says::Perhaps,
        Named::Values(values) => {
            let all: Vec<Says> = values
                .iter()
                .map(|(place, value)| {
                    value.as_ref().map_or(Says::Perhaps, |value| says(condition, value, resolved.get(place)))
                })
                .collect();
            let only = |of: &[Says]| all.iter().all(|one| of.contains(one));
            match all.is_empty() {
                true => Says::Perhaps,
                false if only(&[Says::Yes]) => Says::Yes,
                false if only(&[Says::No]) => Says::No,
                false if only(&[Says::Yes, Says::Cannot]) => Says::Cannot,
                false => Says::Perhaps,
            }
        }
    }
}

/// The lowest rule of each kind: allow, ask, deny, not to be read.
fn expected(rules: &[Rule], call: &CallView<'_>, now: i64) -> [Option<RuleId>; 4] {
    let mut found: [Vec<RuleId>; 4] = Default::default();
    for rule in rules {
        let draft = &rule.draft;
        let elsewhere = matches!(draft.scope, Scope::Run { run } if run != call.run);
        if !rule.on || elsewhere || draft.tool != call.tool || draft.until.unwrap_or(i64::MAX) <= now {
            continue;
        }
        let said: Vec<Says> = draft.conditions.iter().map(|one| whole(one, call.args, call.resolved)).collect();
        let spent = draft.uses_left == Some(0)
            || draft.per_day.is_some_and(|most| rule.used_today >= most)
            || draft.amount_per_day.is_some_and(|most| call.amount.is_none_or(|sum| rule.spent_today + sum > most));
        let kind = match draft.answer {
            RuleAnswer::Allow if spent || draft.definition != call.definition => continue,
            RuleAnswer::Allow if said.iter().all(|one| *one == Says::Yes) => 0,
            RuleAnswer::Allow if said.iter().all(|one| matches!(one, Says::Yes | Says::Cannot)) => 3,
            RuleAnswer::Allow => continue,
            _ if said.contains(&Says::No) => continue,
            RuleAnswer::Ask => 1,
            RuleAnswer::Deny => 2,
        };
        found[kind].push(rule.id);
    }
    found.map(|ids| ids.into_iter().min())
}

#[test]
fn pol_11_a_second_reading_of_the_same_rules_gives_the_same_answers() {
    let mut dice = Dice(11);
    let (mut answered, mut unread) = (0, 0);
    for case in 0..CASES {
        let args = call(&mut dice);
        let rules: Vec<Rule> = (1..=4).map(|id| rule(id, &mut dice)).collect();
        let mut resolved = BTreeMap::new();
        for place in ["/to", "/to/0", "/to/1", "/items/0/at", "/items/1/at"] {
            if let Some(text) = args.pointer(place).and_then(Value::as_str).filter(|text| text.starts_with('/')) {
                resolved.insert(place.to_owned(), text.to_owned());
            }
        }
        let amount = (dice.throw(4) > 0).then(|| i64::try_from(dice.throw(500)).unwrap_or(0));
        let view = CallView {
            tool: "t",
            definition: "d",
            args: &args,
            resolved: &resolved,
            run: RunId(1),
            automation: None,
            amount,
        };
        let found = matching(&rules, &view, 100);
        let told = [found.allow, found.ask, found.deny, found.unread];
        assert_eq!(told, expected(&rules, &view, 100), "case {case}: {args} {resolved:?} {rules:#?}");
        answered += usize::from(told[..3].iter().any(Option::is_some));
        unread += usize::from(told[3].is_some());
    }
    // Enough of each kind, or nothing was compared.
    assert!(answered > 30_000 && unread > 1_000, "{answered} {unread}");
}
