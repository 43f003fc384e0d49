//! One case through parse, facts and decision. What the cases assume is in `README.md` beside them: the core's reading
//! of a tool counts as confirmed, the account is the user's, what is made or changed can be undone, what goes out is held.

use super::cases::{Case, Step, ToolText};
use assent_policy::{CallView, Limits, decide, matching, pinned};
use assent_protocol::{
    Answer, Condition, Effect, Facts, Mode, Reversal, Rule, RuleAnswer, RuleDraft, RuleId, RunId, Scope, Verdict,
    canonical,
};
use assent_provenance::reading::{Hints, ToolReading, read_tool};
use assent_provenance::{Author, Call, Content, Known, Ways, facts};
use std::collections::BTreeMap;

/// How calls of these cases are taken back.
const WAYS: Ways = Ways { change: Reversal::Undoable, delete: Reversal::None, outward: Reversal::Recallable };

/// What came of one call.
pub struct Judged {
    /// The facts; none for a call that could not be read.
    pub facts: Option<Facts>,
    /// The answer in each mode, as in [`Mode::ALL`], and last that of *autonomous* with a rule for each typed payee.
    pub verdicts: Vec<Verdict>,
}

impl Judged {
    /// The answer in the column.
    pub fn answer(&self, column: usize) -> Answer {
        self.verdicts[column].answer
    }
}

/// The names of the columns.
pub const COLUMNS: [&str; 5] = ["suggest", "ask", "semi", "auto", "auto+payees"];

/// What the core reads of a tool.
pub fn reading(tool: &ToolText) -> ToolReading {
    let hint = |name: &str| tool.hints[name].as_bool();
    let hints = Hints { changes: hint("readOnlyHint") == Some(false), destroys: hint("destructiveHint") == Some(true) };
    read_tool(&tool.name, &tool.description, &tool.schema, hints)
}

/// Judges the calls of a case in order, each after the outputs before it.
pub fn judge(case: &Case) -> Vec<Judged> {
    let mut known = Known::default();
    known.typed(&case.task);
    for step in &case.before {
        took_in(&mut known, step);
    }
    let rules = payee_rules(case, &known);
    let judge = |step: &Step| {
        let judged = match &step.shell {
            Some(line) => shell(line),
            None => one(step, &known, &rules),
        };
        took_in(&mut known, step);
        judged
    };
    case.calls.iter().map(judge).collect()
}

fn took_in(known: &mut Known, step: &Step) {
    if let Some(output) = &step.output {
        let tool = reading(&step.tool);
        known.read(&Content { source: &step.tool.name, author: Author::Others, value: output, records: !tool.text });
    }
}

fn one(step: &Step, known: &Known, rules: &[Rule]) -> Judged {
    let tool = reading(&step.tool);
    let args = match canonical::parse(&step.args) {
        Ok(args) => args,
        Err(error) => {
            let verdict = assent_policy::malformed(&error.to_string());
            return Judged { facts: None, verdicts: vec![verdict; COLUMNS.len()] };
        }
    };
    let nothing = BTreeMap::new();
    let view = CallView {
        tool: &step.tool.name,
        definition: "",
        args: &args,
        resolved: &nothing,
        run: RunId(1),
        automation: None,
        amount: None,
    };
    let found = |pins: &[String]| {
        facts(&Call { tool: &tool, schema: &step.tool.schema, args: &args, ways: WAYS, pinned: pins }, known)
    };
    let plain = found(&[]);
    let mut verdicts: Vec<Verdict> =
        Mode::ALL.iter().map(|mode| decide(&plain, &Default::default(), *mode, &Limits::default())).collect();
    let with_rules = found(&pinned(rules, &view, 0));
    verdicts.push(decide(&with_rules, &matching(rules, &view, 0), Mode::Auto, &Limits::default()));
    Judged { facts: Some(plain), verdicts }
}

fn shell(line: &str) -> Judged {
    let reads = reads_only(line);
    let facts = Facts {
        effect: if reads { Effect::Observe } else { Effect::Execute },
        destination: assent_protocol::Destination::Here,
        reversal: Reversal::None,
        targets: assent_protocol::Provenance::Model,
        payload: assent_protocol::Provenance::Model,
        reach: assent_protocol::Reach::Inside,
        inspectable: reads,
        influenced: false,
        size: Default::default(),
        origins: Vec::new(),
    };
    let mut verdicts: Vec<Verdict> =
        Mode::ALL.iter().map(|mode| decide(&facts, &Default::default(), *mode, &Limits::default())).collect();
    verdicts.extend(verdicts.last().cloned());
    Judged { facts: Some(facts), verdicts }
}

/// Whether a line for the shell only reads.
pub fn reads_only(line: &str) -> bool {
    assent_tools::shell::read_line(line).reads_only
}

// One bounded rule for each payee that the user typed: this tool, to this payee, up to ten thousand, ten times.
fn payee_rules(case: &Case, known: &Known) -> Vec<Rule> {
    let mut rules = Vec::new();
    for step in &case.calls {
        let tool = reading(&step.tool);
        let Ok(args) = canonical::parse(&step.args) else { continue };
        let leaves = assent_provenance::reading::fields::leaves(&step.tool.schema, &args, tool.effect);
        if tool.effect_of(&leaves) != Effect::Spend {
            continue;
        }
        let typed = leaves.iter().filter(|leaf| {
            leaf.addresses && known.trace(&leaf.value, &[]).provenance == assent_protocol::Provenance::User
        });
        for leaf in typed {
            let value = args.pointer(&leaf.field).cloned().unwrap_or_default();
            let sums = leaves.iter().filter(|leaf| leaf.kind == assent_provenance::reading::fields::Kind::Amount);
            let mut conditions = vec![Condition::Equals { path: leaf.field.clone(), value }];
            conditions.extend(sums.map(|sum| Condition::AtMost { path: sum.field.clone(), bound: 10_000 }));
            let draft = RuleDraft {
                answer: RuleAnswer::Allow,
                tool: step.tool.name.clone(),
                definition: String::new(),
                conditions,
                scope: Scope::Everywhere,
                until: Some(i64::MAX),
                uses_left: Some(10),
                per_day: Some(10),
                amount_per_day: None,
            };
            let id = RuleId(i64::try_from(rules.len()).unwrap_or(0) + 1);
            rules.push(Rule {
                id,
                draft,
                sentence: String::new(),
                from: None,
                made_at: 0,
                last_used: None,
                used: 0,
                used_today: 0,
                spent_today: 0,
                on: true,
                off_because: None,
                earned: None,
                covered_by: None,
            });
        }
    }
    rules
}
