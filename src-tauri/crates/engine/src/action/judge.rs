//! From a proposed call to a recorded verdict: parse strictly, let the tool say what it would do, trace where the values
//! came from, and ask the decision core. Nothing has happened when this is done but a row in the journal.

use crate::{
    Answered, Engine,
    action::drive::result_turn,
    action::facts::{asked_elsewhere, elsewhere, here},
    action::helpers::DELEGATE,
    action::named,
    base::words,
};
use assent_agent::{
    Place, Tool, ToolError, ToolFacts, ToolSpec,
    run_loop::{Event, MAX_CALLS, Standing},
};
use assent_journal::NewAction;
use assent_policy::{self as policy, CallView};
use assent_protocol::{
    Answer, Decider, Destination, Effect, Facts, Preview, ProposedCall, Provenance, Reach, Reversal, Run, Size, Status,
    Turn, Verdict,
    canonical::{canonical, digest, parse},
    texts, visible,
    wire::Change,
};
use assent_tools::elsewhere::Elsewhere;
use serde_json::{Value, json};
use std::sync::{Arc, atomic::AtomicBool};

/// The tool that asks the user.
pub(crate) const ASK_USER: &str = "ask_user";
const DAY: i64 = 24 * 60 * 60 * 1000;
/// A card that nobody answers lapses after a week; what leaves this computer, after a day.
const CARD_LASTS: i64 = 7 * DAY;

/// Everything known about a call before anything happens.
pub(crate) struct Assessed {
    pub(crate) args: Value,
    pub(crate) described: ToolFacts,
    pub(crate) facts: Facts,
    pub(crate) verdict: Verdict,
    pub(crate) digest: String,
    pub(crate) definition: String,
    /// When what it was reckoned with is too old.
    pub(crate) until: Option<i64>,
}

// When a call is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judged {
    New,
    Edited,
    Settled,
}

/// What a model is told about asking the user; the engine answers it with a card of its own kind.
pub(crate) fn ask_user() -> ToolSpec {
    ToolSpec {
        name: ASK_USER.to_owned(),
        description: texts::say("engine.tool.ask_user", &[]),
        schema: json!({
            "type": "object",
            "properties": {"question": {"type": "string", "description": texts::say("engine.tool.ask_user.question", &[])}},
            "required": ["question"],
            "additionalProperties": false
        }),
    }
}

impl Engine {
    /// Judges one call, commits the verdict, and says where the call now stands.
    pub(crate) async fn judge(&self, run: &Run, turns: &Arc<Vec<Turn>>, call: &ProposedCall) -> Answered<Vec<Event>> {
        if call.tool == ASK_USER {
            return self.ask(run, call);
        }
        if call.tool == DELEGATE && self.may_call(run, DELEGATE).is_ok() {
            return self.delegate(run, call);
        }
        let engine = self.clone();
        let (run, turns, call) = (run.clone(), turns.clone(), call.clone());
        let work = move || engine.judge_here(&run, &turns, &call);
        tokio::task::spawn_blocking(work).await.map_err(|error| words::other(error.to_string()))?
    }

    pub(crate) fn judge_here(&self, run: &Run, turns: &[Turn], call: &ProposedCall) -> Answered<Vec<Event>> {
        let flood = turns
            .iter()
            .rev()
            .find_map(|turn| if let Turn::Model { calls, .. } = turn { Some(calls) } else { None })
            .and_then(|calls| calls.iter().position(|other| other.call == call.call))
            .is_some_and(|position| position >= MAX_CALLS);
        let assessed = if flood {
            Err(ToolError::Refused(texts::say("engine.call.flood", &[("count", &MAX_CALLS.to_string())])))
        } else {
            self.assess(run, turns, &call.tool, &call.args)
        };
        match assessed {
            Ok(assessed) => self.propose(run, call, assessed),
            Err(error) => self.refuse(run, call, &error.to_string()),
        }
    }

    /// Facts and verdict of a call as it would be now.
    pub(crate) fn assess(&self, run: &Run, turns: &[Turn], tool: &str, args: &str) -> Result<Assessed, ToolError> {
        self.assessed(run, turns, tool, args, Judged::New)
    }

    /// The same for arguments that the user has put into the form of a card: what he types there is his own word.
    pub(crate) fn assess_edited(
        &self,
        run: &Run,
        turns: &[Turn],
        tool: &str,
        args: &str,
    ) -> Result<Assessed, ToolError> {
        self.assessed(run, turns, tool, args, Judged::Edited)
    }

    /// The same for a call that was settled unasked and so counts in the limits already.
    pub(crate) fn assess_again(
        &self,
        run: &Run,
        turns: &[Turn],
        tool: &str,
        args: &str,
    ) -> Result<Assessed, ToolError> {
        self.assessed(run, turns, tool, args, Judged::Settled)
    }

    fn assessed(
        &self,
        run: &Run,
        turns: &[Turn],
        tool: &str,
        text: &str,
        judged: Judged,
    ) -> Result<Assessed, ToolError> {
        let tool = self.tool(tool).ok_or_else(|| ToolError::BadInput(named::missing_tool(tool)))?;
        self.may_call(run, &tool.spec().name)?;
        let args = parse(text).map_err(|error| ToolError::BadInput(error.to_string()))?;
        let heard = self.heard(run, turns).map_err(|error| ToolError::Failed(error.message))?;
        let typed = (judged == Judged::Edited).then_some(text);
        let said: Vec<Turn> = heard.iter().filter(|turn| matches!(turn, Turn::User { .. })).cloned().collect();
        let said = said.into_iter().chain(typed.map(|text| Turn::User { text: text.to_owned() })).collect::<Vec<_>>();
        let place = self.place(run, &said, Arc::new(AtomicBool::new(false)));
        let described = looked_at(tool.as_ref(), &args, &place)?;
        let spec = tool.spec();
        let definition = spec.definition();
        let digest = action_digest(&spec.name, &definition, &args, &described);
        let now = self.0.host.now();
        let rules = self.rules_in_force(now).map_err(failed)?;
        let resolved = described.targets.iter().map(|target| (target.field.clone(), target.shown.clone())).collect();
        let seen = seen_by_rules(&args, tool.programs(&args, &place));
        let view = CallView {
            tool: &spec.name,
            definition: &definition,
            args: &seen,
            resolved: &resolved,
            run: run.id,
            automation: run.automation,
            amount: None,
        };
        let hold = tool.can_wait() && self.hold_length() > 0;
        let worth = tool.worth(&args, &place);
        let mut facts =
            self.with_known(run, &heard, typed, |known| match (Elsewhere::named(&spec.name), &described.account) {
                (Some(tool), _) => asked_elsewhere(&tool, &args, &described, known),
                (None, Some(_)) => {
                    elsewhere(&spec, &args, &described, hold, &policy::pinned(&rules, &view, now), known)
                }
                (None, None) => here(&args, &described, known),
            });
        if let Some(worth) = &worth {
            facts.size.amount = Some((worth.amount, worth.currency.clone()));
        }
        if let Some(destination) = (facts.effect == Effect::Send).then(|| tool.destination(&args, &place)).flatten() {
            facts.destination = destination;
        }
        if named::read_by_its_name(&facts, &described, &said, &place.home) {
            facts.reach = Reach::Inside;
        }
        let matched = policy::matching(&rules, &CallView { amount: spent(&facts), ..view }, now);
        let limits = match judged {
            Judged::Settled => self.limits_at_start(run, turns, &facts),
            Judged::New | Judged::Edited => self.limits(run, turns, &spec.name, &args, &facts),
        };
        let limits = limits.map_err(|error| ToolError::Failed(error.message))?;
        let mut verdict = policy::decide(&facts, &matched, run.mode, &limits);
        verdict.escalate |= verdict.answer == Answer::Ask && worth.as_ref().is_some_and(|worth| worth.large);
        let until = worth.and_then(|worth| worth.until);
        Ok(Assessed { args, described, facts, verdict, digest, definition, until })
    }

    // A helper has the tools that it was given and no other, whatever its model calls.
    fn may_call(&self, run: &Run, tool: &str) -> Result<(), ToolError> {
        let given = self.given_tools(run).map_err(|error| ToolError::Failed(error.message))?;
        match given.is_none_or(|given| given.iter().any(|name| name == tool)) {
            true => Ok(()),
            false => {
                Err(ToolError::Refused(texts::say("engine.delegate.not_given", &[("tool", &visible::visible(tool))])))
            }
        }
    }

    fn propose(&self, run: &Run, call: &ProposedCall, assessed: Assessed) -> Answered<Vec<Event>> {
        let now = self.0.host.now();
        let new = new_action(run, call, assessed, now);
        let told = match new.status {
            Status::Denied => Some(result_turn(call, Status::Denied, Value::Null, Some(sentences(&new.verdict)))),
            Status::Suggested => Some(result_turn(call, Status::Suggested, Value::Null, Some(sentences(&new.verdict)))),
            _ => None,
        };
        let id = self.0.journal.propose(&new, told.as_ref(), now)?;
        self.0.host.changed(Change::Action { action: id, run: run.id });
        let standing = match new.status {
            Status::Waiting => {
                self.happened(crate::base::events::RunEvent::CardWaits(id));
                Standing::Waiting
            }
            _ => Standing::Ready,
        };
        Ok(vec![match told {
            Some(turn) => Event::Turn(turn),
            None => Event::Call { call: call.call.clone(), standing },
        }])
    }

    // A call that cannot be read is kept as denied, so that the history has it, and the model is told why.
    pub(crate) fn refuse(&self, run: &Run, call: &ProposedCall, why: &str) -> Answered<Vec<Event>> {
        let now = self.0.host.now();
        let why = visible::visible(why);
        let turn = result_turn(call, Status::Denied, Value::Null, Some(why.clone()));
        let args =
            parse(&call.args).unwrap_or_else(|_| json!({"text": call.args.chars().take(4000).collect::<String>()}));
        let new = NewAction {
            run: run.id,
            call: call.call.clone(),
            tool: call.tool.clone(),
            definition: String::new(),
            title: texts::say("engine.call.unreadable", &[("tool", &visible::visible(&call.tool))]),
            digest: digest(&[&call.tool, &call.args]),
            args,
            facts: unreadable(),
            verdict: policy::malformed(&why),
            preview: Preview::Fields { rows: Vec::new() },
            says: call.says.as_deref().map(visible::visible),
            edit_of: None,
            status: Status::Denied,
            decided_by: Some(Decider::Floor),
            expires_at: None,
        };
        let id = self.0.journal.propose(&new, Some(&turn), now)?;
        self.0.host.changed(Change::Action { action: id, run: run.id });
        Ok(vec![Event::Turn(turn)])
    }

    fn ask(&self, run: &Run, call: &ProposedCall) -> Answered<Vec<Event>> {
        let question = parse(&call.args).ok().and_then(|args| args["question"].as_str().map(visible::visible));
        let Some(question) = question else {
            return self.refuse(run, call, &texts::say("engine.call.no_question", &[]));
        };
        let choices: Vec<String> = parse(&call.args).map(|args| choices(&args)).unwrap_or_default();
        self.0.journal.add_question(run.id, &call.call, &question, &choices, self.0.host.now())?;
        Ok(vec![Event::Call { call: call.call.clone(), standing: Standing::Waiting }])
    }
}

// At most six, none longer than a line.
fn choices(args: &Value) -> Vec<String> {
    let all = args["choices"].as_array().into_iter().flatten().filter_map(Value::as_str);
    all.take(6).map(|text| visible::visible(text).chars().take(300).collect()).collect()
}

// The arguments, with the programs that the call would start as one more: a rule names them like any other.
fn seen_by_rules(args: &Value, programs: Option<Vec<String>>) -> Value {
    let mut seen = args.clone();
    if let (Some(programs), Some(fields)) = (programs, seen.as_object_mut()) {
        fields.insert(crate::rules::by_click::PROGRAMS.to_owned(), json!(programs));
    }
    seen
}

/// What the call would do, with the state of everything that its decision is bound to: also of what it only reads.
pub(crate) fn looked_at(tool: &dyn Tool, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
    let mut facts = tool.describe(args, place)?;
    assent_tools::bound::bind(&mut facts);
    Ok(facts)
}

/// What a decision is bound to (G2): the exact call, the tool's definition, the resolved targets and their state.
pub(crate) fn action_digest(tool: &str, definition: &str, args: &Value, described: &ToolFacts) -> String {
    let mut parts = vec![tool.to_owned(), definition.to_owned(), canonical(args)];
    for target in &described.targets {
        parts.extend([target.field.clone(), target.shown.clone(), target.state.clone()]);
    }
    digest(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The row for a call with this assessment.
pub(crate) fn new_action(run: &Run, call: &ProposedCall, assessed: Assessed, now: i64) -> NewAction {
    let lapses = lapses_at(&assessed, now);
    let Assessed { args, described, facts, verdict, digest, definition, .. } = assessed;
    let (status, decided_by) = match verdict.answer {
        Answer::Allow => (
            Status::Allowed,
            Some(match verdict.rule {
                Some(rule) => Decider::Rule { rule },
                None => Decider::Mode,
            }),
        ),
        Answer::Suggest => (Status::Suggested, Some(Decider::Mode)),
        Answer::Ask => (Status::Waiting, None),
        Answer::Deny => (
            Status::Denied,
            Some(match verdict.rule {
                Some(rule) => Decider::Rule { rule },
                None => Decider::Floor,
            }),
        ),
    };
    NewAction {
        run: run.id,
        call: call.call.clone(),
        tool: call.tool.clone(),
        definition,
        title: described.title,
        args,
        digest,
        facts,
        verdict,
        preview: described.preview,
        says: call.says.as_deref().map(visible::visible),
        edit_of: None,
        status,
        decided_by,
        expires_at: (status == Status::Waiting).then_some(lapses),
    }
}

/// When a card with this assessment lapses: what leaves this computer after a day, what was reckoned with a price when
/// that is too old, anything else after a week.
pub(crate) fn lapses_at(assessed: &Assessed, now: i64) -> i64 {
    let lasts = now + if outward(&assessed.facts) { DAY } else { CARD_LASTS };
    assessed.until.map_or(lasts, |until| until.min(lasts))
}

/// Whether an action leaves this computer.
fn outward(facts: &Facts) -> bool {
    matches!(facts.effect, Effect::Send | Effect::Spend)
        || (facts.effect != Effect::Observe && facts.destination != Destination::Here)
}

/// The reasons of a verdict as one text.
pub(crate) fn sentences(verdict: &Verdict) -> String {
    verdict.reasons.iter().map(|reason| reason.sentence()).collect::<Vec<_>>().join(" ")
}

// What a rule with an amount a day counts.
fn spent(facts: &Facts) -> Option<i64> {
    facts.size.amount.as_ref().map(|(sum, _)| *sum)
}

fn failed(error: impl std::fmt::Display) -> ToolError {
    ToolError::Failed(error.to_string())
}

fn unreadable() -> Facts {
    Facts {
        effect: Effect::Observe,
        destination: Destination::Unknown,
        reversal: Reversal::None,
        targets: Provenance::Model,
        payload: Provenance::Model,
        reach: Reach::Outside,
        inspectable: false,
        influenced: false,
        size: Size::default(),
        origins: Vec::new(),
    }
}
