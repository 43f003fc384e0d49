//! The ready domains of a data folder. A tool of a domain that is off is in nobody's list; by its name it is still found, so
//! that what it did can be looked at and taken back. The user's setting switches a domain on, and so does an automation of
//! it, a rule for one of its tools, or a task for its model.

use crate::{Answered, Engine, words};
use assent_agent::{Model, Tool};
use assent_domains::Domain;
use assent_protocol::{AutomationDraft, AutomationState, RuleAnswer, RuleDraft, Run, wire::Change};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The setting: names with commas between them.
const NAME: &str = "domains";

/// The built-in tools, and those of the domains.
pub(crate) struct Tools {
    own: HashMap<String, Arc<dyn Tool>>,
    ready: Vec<Ready>,
}

struct Ready {
    domain: Domain,
    tools: HashMap<String, Arc<dyn Tool>>,
    on: AtomicBool,
}

impl Tools {
    pub(crate) fn new(own: HashMap<String, Arc<dyn Tool>>) -> Tools {
        let by_name = |tool: Arc<dyn Tool>| (tool.spec().name, tool);
        let ready = |domain: Domain| Ready {
            domain,
            tools: domain.tools().into_iter().map(by_name).collect(),
            on: AtomicBool::new(false),
        };
        Tools { own, ready: Domain::ALL.map(ready).into() }
    }

    /// Those that a task may be told of.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Arc<dyn Tool>> {
        let ready = self.ready.iter().filter(|ready| ready.on.load(Ordering::SeqCst));
        self.own.values().chain(ready.flat_map(|ready| ready.tools.values()))
    }

    /// The names of all: nothing else may have one of them, whatever is on.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        self.own.keys().chain(self.ready.iter().flat_map(|ready| ready.tools.keys()))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.own.get(name).or_else(|| self.ready.iter().find_map(|ready| ready.tools.get(name)))
    }

    pub(crate) fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn on(&self) -> impl Iterator<Item = Domain> {
        self.ready.iter().filter(|ready| ready.on.load(Ordering::SeqCst)).map(|ready| ready.domain)
    }

    fn switch(&self, on: impl Fn(Domain) -> bool) {
        self.ready.iter().for_each(|ready| ready.on.store(on(ready.domain), Ordering::SeqCst));
    }
}

/// The model that a domain has under this name.
pub(crate) fn model(name: &str) -> Option<Arc<dyn Model>> {
    Domain::ALL.into_iter().find_map(|domain| domain.model(name))
}

impl Engine {
    /// The names of the ready domains that are switched on.
    ///
    /// # Errors
    /// Never here; asked through the line, when it is cut.
    pub fn domains(&self) -> Answered<Vec<String>> {
        Ok(self.0.tools.on().map(|domain| domain.name().to_owned()).collect())
    }

    /// Switches on the ready domains of these names, and the others off.
    ///
    /// # Errors
    /// For a name that no domain has, or when it cannot be kept.
    pub fn set_domains(&self, names: Vec<String>) -> Answered<()> {
        if let Some(unknown) = names.iter().find(|name| Domain::named(name).is_none()) {
            let all = Domain::ALL.map(Domain::name).join(", ");
            return Err(words::bad_input("engine.domains.unknown", &[("name", unknown), ("all", &all)]));
        }
        self.keep_domains(|domain| names.iter().any(|name| name == domain.name()))
    }

    /// Switches on what a person has just made use of.
    pub(crate) fn wake_domains(&self, used: impl Fn(Domain) -> bool) -> Answered<()> {
        let on: Vec<Domain> = self.0.tools.on().collect();
        if Domain::ALL.into_iter().all(|domain| on.contains(&domain) || !used(domain)) {
            return Ok(());
        }
        self.keep_domains(|domain| on.contains(&domain) || used(domain))
    }

    pub(crate) fn wake_domains_by(&self, rule: &RuleDraft) -> Answered<()> {
        self.wake_domains(|domain| is_wanted_by(domain, rule))
    }

    pub(crate) fn wake_domains_for(&self, draft: &AutomationDraft) -> Answered<()> {
        self.wake_domains(|domain| self.is_of(domain, draft.model.as_deref(), &draft.goal, &draft.grants))
    }

    /// Switches on what was on when the program last ended. A folder without the setting is an older one, or one in which no
    /// domain was ever used: there, what its rules, its automations and its open tasks use is on.
    pub(crate) fn recall_domains(&self) -> Answered<()> {
        let journal = &self.0.journal;
        if let Some(names) = journal.setting(NAME)? {
            self.0.tools.switch(|domain| names.split(',').any(|name| name == domain.name()));
            return Ok(());
        }
        let rules = journal.rules(self.0.host.now())?;
        let mut automations = journal.automations()?;
        // What an agent proposed is nobody's wish yet.
        automations.retain(|automation| automation.state != AutomationState::Draft);
        let runs = journal.unfinished_runs()?;
        // An automation for a model elsewhere does not say which tools it takes; what was used before tells.
        let used = if automations.is_empty() { Vec::new() } else { journal.last_run_of_tool()? };
        self.0.tools.switch(|domain| {
            rules.iter().any(|rule| rule.on && is_wanted_by(domain, &rule.draft))
                || used.iter().any(|(tool, ..)| domain.has_tool(tool))
                || automations
                    .iter()
                    .map(|automation| &automation.draft)
                    .any(|draft| self.is_of(domain, draft.model.as_deref(), &draft.goal, &draft.grants))
                || runs.iter().any(|run| self.is_run_of(domain, run))
        });
        Ok(())
    }

    fn is_run_of(&self, domain: Domain, run: &Run) -> bool {
        let folders: Vec<String> = run.grants.iter().map(|grant| grant.folder.clone()).collect();
        self.is_of(domain, Some(&run.model), &run.goal, &folders)
    }

    // By its model, or by what the planner would call for its goal.
    fn is_of(&self, domain: Domain, model: Option<&str>, goal: &str, folders: &[String]) -> bool {
        let home = self.0.config.home.display().to_string();
        model.is_some_and(|model| domain.model(model).is_some())
            || assent_planner::expect(goal, &home, folders).0.iter().any(|one| domain.has_tool(one.tool))
    }

    fn keep_domains(&self, on: impl Fn(Domain) -> bool) -> Answered<()> {
        let names: Vec<&str> = Domain::ALL.into_iter().filter(|domain| on(*domain)).map(Domain::name).collect();
        let kept = self.0.journal.set_setting(NAME, &names.join(","), self.0.host.now());
        kept?;
        self.0.tools.switch(|domain| names.contains(&domain.name()));
        self.0.host.changed(Change::Settings);
        Ok(())
    }
}

// Who forbids a tool does not want it.
fn is_wanted_by(domain: Domain, rule: &RuleDraft) -> bool {
    rule.answer != RuleAnswer::Deny && domain.has_tool(&rule.tool)
}
