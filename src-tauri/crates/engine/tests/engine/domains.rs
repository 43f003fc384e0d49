//! The ready domains: in nobody's list of tools until somebody wants them, and on again in the folder of an older version.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use assent_agent::scripted::ScriptedModel;
use assent_engine::{Config, Engine, Host, Notice};
use assent_journal::{Anchor, Journal};
use assent_protocol::{
    AutomationDraft, AutomationState, Condition, RuleAnswer, RuleDraft, Scope, Trigger,
    wire::{Change, NewTask},
};
use serde_json::json;
use std::{collections::BTreeSet, path::Path, sync::Arc};
use tempfile::TempDir;

const NOW: i64 = 1_795_417_200_000;
const GOAL: &str = "buy 5 ACME when the price falls 4 % below its 20-day average";

struct StillClock;

impl Host for StillClock {
    fn now(&self) -> i64 {
        NOW
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, _: Notice) {}
    fn withdraw(&self, _: &str) {}
}

struct NoKeychain;

impl Anchor for NoKeychain {
    fn load(&self) -> Result<Option<String>, String> {
        Ok(None)
    }
    fn store(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

fn open(home: &Path) -> (Engine, Arc<ScriptedModel>) {
    let model = Arc::new(ScriptedModel::default());
    let config = Config { data: home.join("data"), home: home.to_owned(), keychain: false };
    (Engine::open_with(config, Arc::new(StillClock), Some(model.clone())).unwrap(), model)
}

// The families of the domains' tools that a person sees in the list of tools.
fn listed(engine: &Engine) -> Vec<String> {
    let names = engine.tools().unwrap().into_iter().map(|row| row.name);
    let families: BTreeSet<String> = names.filter_map(|name| Some(name.split_once('.')?.0.to_owned())).collect();
    families.into_iter().filter(|family| ["orders", "trading"].contains(&family.as_str())).collect()
}

// What a model is told of in a task whose words are about orders and refunds.
async fn told(engine: &Engine, model: &ScriptedModel) -> Vec<String> {
    let goal = "buy shares, then refund the order of a customer".to_owned();
    let run = engine.new_task(NewTask { goal, mode: None, grants: vec![], model: None }).unwrap();
    engine.drive(run).await.unwrap();
    let request = model.requests().pop().unwrap();
    assert!(request.tools.iter().any(|tool| tool.name == "files.list"));
    let names = request.tools.into_iter().map(|tool| tool.name);
    names.filter(|name| name.starts_with("orders.") || name.starts_with("trading.")).collect()
}

fn watch(home: &Path) -> AutomationDraft {
    let trigger = Trigger::Time { when: "every weekday at 18".to_owned(), zone: None };
    let mut draft = AutomationDraft::new("ACME", GOAL, trigger);
    draft.grants = vec![home.canonicalize().unwrap().display().to_string()];
    draft.model = Some("planner".to_owned());
    draft
}

fn rule(answer: RuleAnswer) -> RuleDraft {
    RuleDraft {
        answer,
        tool: "orders.refund".to_owned(),
        definition: String::new(),
        conditions: vec![
            Condition::Equals { path: "/orders".to_owned(), value: json!("/home/u/orders.csv") },
            Condition::AtMost { path: "/cents".to_owned(), bound: 1_000 },
        ],
        scope: Scope::Everywhere,
        until: Some(NOW + 86_400_000),
        uses_left: Some(5),
        per_day: Some(1),
        amount_per_day: Some(1_000),
    }
}

#[tokio::test]
async fn no_task_is_told_of_a_domain_until_it_is_switched_on_by_its_setting() {
    let home = TempDir::new().unwrap();
    let (engine, model) = open(home.path());
    assert!(told(&engine, &model).await.is_empty() && listed(&engine).is_empty());
    engine.set_domains(vec!["support".to_owned()]).unwrap();
    assert_eq!(told(&engine, &model).await, ["orders.refund"]);
    assert!(engine.set_domains(vec!["casino".to_owned()]).is_err());
    engine.close();
    drop(engine);
    let (engine, _) = open(home.path());
    assert_eq!((listed(&engine), engine.domains().unwrap()), (vec!["orders".to_owned()], vec!["support".to_owned()]));
    engine.set_domains(vec![]).unwrap();
    assert!(listed(&engine).is_empty());
}

#[tokio::test]
async fn an_automation_switches_its_domain_on_when_a_person_makes_it() {
    let home = TempDir::new().unwrap();
    let (engine, model) = open(home.path());
    engine.add_automation(watch(home.path()), true).unwrap();
    assert_eq!(listed(&engine), ["trading"]);
    assert_eq!(told(&engine, &model).await.len(), 4);
}

#[test]
fn a_rule_switches_its_domain_on_unless_it_forbids() {
    for (answer, wanted) in [(RuleAnswer::Allow, vec!["orders".to_owned()]), (RuleAnswer::Deny, vec![])] {
        let home = TempDir::new().unwrap();
        let (engine, _) = open(home.path());
        engine.make_rule(rule(answer), false).unwrap();
        assert_eq!(listed(&engine), wanted, "{answer:?}");
    }
}

#[test]
fn a_folder_of_an_older_version_has_on_what_its_rules_and_automations_use() {
    for (state, wanted) in [(AutomationState::On, 2), (AutomationState::Off, 2), (AutomationState::Draft, 1)] {
        let home = TempDir::new().unwrap();
        // As that version kept them: there is no setting of domains.
        let journal = Journal::open(&home.path().join("data"), Arc::new(NoKeychain), NOW).unwrap();
        journal.add_rule(&rule(RuleAnswer::Allow), "a rule", None, NOW).unwrap();
        journal.add_automation(&watch(home.path()), state, None, NOW).unwrap();
        drop(journal);
        let (engine, _) = open(home.path());
        assert_eq!(listed(&engine).len(), wanted, "{state:?}");
    }
}
