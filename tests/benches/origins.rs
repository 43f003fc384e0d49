//! What it costs to know where values came from: reading content in, and the facts and verdict of a call against it.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has no number")]

use assent_policy::{CallView, Limits, decide, matching, pinned};
use assent_protocol::{Condition, Mode, Reversal, Rule, RuleAnswer, RuleDraft, RuleId, RunId, Scope};
use assent_provenance::reading::{Hints, ToolReading, read_tool};
use assent_provenance::{Author, Call, Content, Known, Ways, facts};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use std::{collections::BTreeMap, hint::black_box};

const WAYS: Ways = Ways { change: Reversal::Undoable, delete: Reversal::None, outward: Reversal::Recallable };

/// Letters as a mailbox gives them back: records with addresses, numbers and prose, no two alike.
fn letters(bytes: usize) -> Value {
    let mut all = Vec::new();
    let mut size = 0;
    for n in 0.. {
        let body = format!("Dear {n}, meeting {} at 10:{:02} in room {}. See https://site{n}.test/a?id={n} and pay {}.{:02} to PL{:026}. ", n * 7, n % 60, n % 90, n, n % 100, n * 31).repeat(4);
        let letter = json!({"id": n.to_string(), "sender": format!("person{n}@mail{}.test", n % 997), "subject": format!("Matter {n} of {}", n * 13), "body": body});
        size += letter.to_string().len();
        all.push(letter);
        if size >= bytes {
            return Value::Array(all);
        }
    }
    unreachable!()
}

fn known(bytes: usize) -> Known {
    let mut known = Known::default();
    known.typed("Write to anna@home.test about 'Matter 12 of 156', 40 copies, before 2024-06-01");
    // As a run reads them: a page of the mailbox at a time.
    for part in letters(bytes).as_array().unwrap().chunks(60) {
        known.read(&Content {
            source: "your mailbox",
            author: Author::Others,
            value: &Value::Array(part.to_vec()),
            records: true,
        });
    }
    known
}

fn rules() -> Vec<Rule> {
    let rule = |n: i64| Rule {
        id: RuleId(n),
        draft: RuleDraft {
            answer: RuleAnswer::Allow,
            tool: "send_message".into(),
            definition: "d".into(),
            conditions: vec![Condition::Equals { path: "/to".into(), value: format!("person{n}@home.test").into() }],
            scope: Scope::Everywhere,
            until: Some(i64::MAX),
            uses_left: Some(5),
            per_day: None,
            amount_per_day: None,
        },
        sentence: String::new(),
        from: None,
        made_at: 0,
        last_used: None,
        used: 0,
        used_today: 0,
        spent_today: 0,
        on: true,
        off_because: None,
        covered_by: None,
        earned: None,
    };
    (0..200).map(rule).collect()
}

fn judged(tool: &ToolReading, schema: &Value, args: &Value, known: &Known, rules: &[Rule]) -> assent_protocol::Verdict {
    let nothing = BTreeMap::new();
    let view = CallView {
        tool: "send_message",
        definition: "d",
        args,
        resolved: &nothing,
        run: RunId(1),
        automation: None,
        amount: None,
    };
    let pins = pinned(rules, &view, 0);
    let found = facts(&Call { tool, schema, args, ways: WAYS, pinned: &pins }, known);
    decide(&found, &matching(rules, &view, 0), Mode::Auto, &Limits::default())
}

fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("reading content in");
    group.sample_size(10);
    for kilobytes in [625usize, 1250, 2500, 5000] {
        let content = letters(kilobytes * 1000);
        group.throughput(Throughput::Bytes(kilobytes as u64 * 1000));
        group.bench_with_input(BenchmarkId::from_parameter(format!("{kilobytes} KB")), &content, |b, content| {
            let typed = || {
                let mut known = Known::default();
                known.typed("Write to anna@home.test about 'Matter 12 of 156'");
                known
            };
            b.iter_batched(
                typed,
                |mut known| {
                    known.read(&Content {
                        source: "your mailbox",
                        author: Author::Others,
                        value: content,
                        records: true,
                    });
                    known
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn judging(c: &mut Criterion) {
    let schema = json!({"properties": {"to": {}, "subject": {"type": "string"}, "body": {"type": "string"}, "items": {"type": "array"}}});
    let tool = read_tool("send_message", "Sends a message.", &schema, Hints::default());
    let (rules, known) = (rules(), known(5_000_000));
    let line = |n: usize| {
        format!(
            "As https://site{n}.test/a?id={n} says, person{n}@mail{n}.test paid 1,{n:03}.50 on 2024-05-03. Nothing more to add here for now. "
        )
    };
    let large = json!({"to": "anna@home.test", "subject": "Matters", "body": (100..520).map(line).collect::<String>()});
    let listed = json!({"to": "anna@home.test", "body": "hello", "items": (0..2000).map(|n| format!("person{n}@mail{}.test", n % 997)).collect::<Vec<_>>()});
    let plain = json!({"to": "anna@home.test", "subject": "Lunch", "body": "See you at noon."});
    let mut group = c.benchmark_group("facts and verdict after 5 MB, 200 rules");
    for (name, args) in [
        ("plain call", &plain),
        ("50 KB of prose with 1,700 addresses and numbers", &large),
        ("50 KB of 2,000 addresses", &listed),
    ] {
        group.bench_function(name, |b| b.iter(|| black_box(judged(&tool, &schema, black_box(args), &known, &rules))));
    }
    group.finish();
}

// What a judge keeps for itself would show here: ten thousand calls, and the memory that is resident before and after.
fn keeping(_: &mut Criterion) {
    let schema = json!({"properties": {"to": {}, "body": {"type": "string"}}});
    let tool = read_tool("send_message", "Sends a message.", &schema, Hints::default());
    let (rules, known) = (rules(), known(625_000));
    let judge = |from: usize, to: usize| {
        for n in from..to {
            let args = json!({"to": format!("person{n}@home.test"), "body": format!("See https://site{n}.test/{n}.")});
            black_box(judged(&tool, &schema, &args, &known, &rules));
        }
    };
    judge(0, 1_000);
    let before = resident();
    judge(1_000, 11_000);
    let after = resident();
    eprintln!("memory over 10,000 calls: {before} KB resident before, {after} KB after");
    assert!(after <= before + 1_024, "{before} KB grew to {after} KB");
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

criterion_group!(origins, reading, judging, keeping);
criterion_main!(origins);
