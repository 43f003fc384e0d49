//! The reader of rules: any text is a rule or none, and a rule of any kind never allows a call whose conditions it does
//! not surely hold for.
#![no_main]
use assent_policy::{CallView, matching, sentence};
use assent_protocol::{Rule, RuleDraft, RuleId, RunId};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

fuzz_target!(|input: (&str, &str)| {
    let Ok(draft) = serde_json::from_str::<RuleDraft>(input.0) else { return };
    let args = serde_json::from_str(input.1).unwrap_or_default();
    let _ = sentence(&draft, 0);
    let tool = draft.tool.clone();
    let definition = draft.definition.clone();
    let rule = Rule {
        id: RuleId(1), draft, sentence: String::new(), from: None, made_at: 0, last_used: None, used: 0, used_today: 0, spent_today: 0, on: true, off_because: None,
        covered_by: None, earned: None,
    };
    let nothing = BTreeMap::new();
    let view = CallView { tool: &tool, definition: &definition, args: &args, resolved: &nothing, run: RunId(1), automation: None, amount: None };
    let matched = matching(std::slice::from_ref(&rule), &view, 0);
    if matched.allow.is_some() {
        assert!(assent_policy::covers(&rule.draft, &tool, &args, &nothing));
    }
});
