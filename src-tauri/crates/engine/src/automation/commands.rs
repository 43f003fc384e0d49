//! Automations: what a person lets happen without being there. Made, changed, switched and removed by a person; what an
//! agent proposes stays a draft that is off until the user deliberately switches it on.

use crate::{
    Answered, Config, Engine,
    automation::polling::{every, minutes, next_look},
    automation::trigger::{
        conditions,
        schedule::{self, Schedule},
        sift::decimal,
    },
    clock, words,
};
use assent_journal::Cursor;
use assent_protocol::{
    Automation, AutomationDraft, AutomationId, AutomationRow, AutomationState, AutomationView, Automations, Exit,
    Grant, Mode, NumberOf, Scope, Side, TriageRule, Trigger, texts,
    visible::visible,
    wire::{Change, ErrorCode, WireError},
};
use std::collections::HashMap;

/// Firings that are shown with an automation.
const SHOWN: u32 = 50;
const PAUSED: &str = "automations.paused";

impl Engine {
    /// All automations.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn automations(&self) -> Answered<Automations> {
        let waiting: HashMap<_, _> = self.0.journal.waiting_of_automations()?.into_iter().collect();
        let list = self.0.journal.automations()?;
        let paused = self.automations_paused()?;
        let asleep = self.asleep(self.0.host.now());
        let row = |automation: Automation| {
            let count = waiting.get(&automation.id).copied().unwrap_or_default();
            self.row(automation, count, paused, asleep)
        };
        Ok(Automations { paused, asleep, list: list.into_iter().map(row).collect() })
    }

    /// One automation, what it may do unasked, and what it did.
    ///
    /// # Errors
    /// When there is no such automation.
    pub fn automation(&self, id: AutomationId) -> Answered<AutomationView> {
        let automation = self.automation_row(id)?;
        let of = |rule: &assent_protocol::Rule| rule.draft.scope == Scope::Automation { automation: id };
        let rules = self.rules()?.into_iter().filter(of).collect();
        let firings = self.0.journal.firings(Some(id), SHOWN)?;
        Ok(AutomationView { row: self.whole_row(automation)?, rules, firings })
    }

    /// Keeps an automation that a person made: on at once, or off, so that it can be tried first.
    ///
    /// # Errors
    /// For a draft that cannot work: each says what to change.
    pub fn add_automation(&self, draft: AutomationDraft, on: bool) -> Answered<AutomationView> {
        self.present();
        let draft = self.checked(draft)?;
        let now = self.0.host.now();
        let state = if on { AutomationState::On } else { AutomationState::Off };
        self.wake_domains_for(&draft)?;
        let id = self.0.journal.add_automation(&draft, state, None, now)?;
        self.set_clock(id, &draft, on, now)?;
        self.automations_changed();
        self.automation(id)
    }

    /// Changes what an automation says. Its rules and its history stay.
    ///
    /// # Errors
    /// For a draft that cannot work, or when there is no such automation.
    pub fn change_automation(&self, id: AutomationId, draft: AutomationDraft) -> Answered<AutomationView> {
        self.present();
        let kept = self.automation_row(id)?;
        let draft = self.checked(draft)?;
        let now = self.0.host.now();
        self.wake_domains_for(&draft)?;
        self.0.journal.put_automation(id, &draft, kept.state, now)?;
        if draft.trigger != kept.draft.trigger {
            self.set_clock(id, &draft, kept.state == AutomationState::On, now)?;
        }
        self.automations_changed();
        self.automation(id)
    }

    /// Switches an automation on or off. Switching on what an agent proposed is an escalation: `confirm` must be its id.
    ///
    /// # Errors
    /// When a confirmation is missing, or there is no such automation.
    pub fn switch_automation(&self, id: AutomationId, on: bool, confirm: Option<&str>) -> Answered<AutomationView> {
        self.present();
        if on {
            self.whole()?;
        }
        let kept = self.automation_row(id)?;
        if on && kept.state == AutomationState::Draft && confirm.map(str::trim) != Some(id.to_string().as_str()) {
            let message = texts::say("automation.confirm", &[("id", &id.to_string())]);
            return Err(WireError { code: ErrorCode::NeedsConfirmation, message });
        }
        let (now, state) = (self.0.host.now(), if on { AutomationState::On } else { AutomationState::Off });
        if on {
            self.wake_domains_for(&kept.draft)?;
        }
        if kept.state != state {
            self.0.journal.put_automation(id, &kept.draft, state, now)?;
            self.set_clock(id, &kept.draft, on, now)?;
            self.withdraw(&format!("automation {id}"));
            self.automations_changed();
        }
        self.automation(id)
    }

    /// Pauses all automations, or lets them go on. Times that pass in a pause are not made up for.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn pause_automations(&self, paused: bool) -> Answered<()> {
        self.present();
        let now = self.0.host.now();
        if !paused && self.automations_paused()? {
            self.pass_over(now, &texts::say("automation.reason.paused", &[]), assent_protocol::FiringStatus::Missed)?;
        }
        self.0.journal.set_setting(PAUSED, if paused { "yes" } else { "no" }, now)?;
        self.automations_changed();
        Ok(())
    }

    /// Reads a rule of triage in plain words: `escalate: says refund, my lawyer`.
    ///
    /// # Errors
    /// When any of it is not understood.
    pub fn triage_rule(&self, text: String) -> Answered<TriageRule> {
        let unclear = || words::bad_input("automation.triage.unclear", &[("text", &visible(&text))]);
        conditions::read(&text).ok_or_else(unclear)
    }

    /// Removes an automation. What it did stays in the history.
    ///
    /// # Errors
    /// When there is no such automation.
    pub fn remove_automation(&self, id: AutomationId) -> Answered<()> {
        self.present();
        self.0.journal.remove_automation(id, self.0.host.now())?;
        let because = texts::say("automation.removed", &[]);
        for rule in self.rules()? {
            if rule.on && rule.draft.scope == (Scope::Automation { automation: id }) {
                self.0.journal.revoke_rule(rule.id, &because, self.0.host.now())?;
            }
        }
        self.automations_changed();
        Ok(())
    }

    fn automations_changed(&self) {
        self.forget_watched();
        self.0.host.changed(Change::Automations);
    }

    pub(crate) fn automation_row(&self, id: AutomationId) -> Answered<Automation> {
        let found = self.0.journal.automation(id)?;
        found.ok_or_else(|| words::not_found(&id.to_string()))
    }

    /// Yes where the journal cannot say.
    pub(crate) fn automations_paused(&self) -> Answered<bool> {
        Ok(self.0.journal.setting(PAUSED)?.is_some_and(|value| value != "no"))
    }

    // From now on: what happened before it was switched on is not made up for.
    fn set_clock(&self, id: AutomationId, draft: &AutomationDraft, on: bool, now: i64) -> Answered<()> {
        let next_at = match &draft.trigger {
            Trigger::Time { when, zone } if on => {
                let schedule = Schedule::read(when).map_err(bad)?;
                schedule.next_after(now, &schedule::zone(&self.zone_of(zone.as_deref())), now)
            }
            trigger => minutes(trigger).filter(|_| on).map(|_| now),
        };
        let cursor = Cursor { next_at, looked_at: on.then_some(now), seen: None };
        self.0.journal.set_cursor(id, &cursor).map_err(words::other)
    }

    pub(crate) fn zone_of(&self, own: Option<&str>) -> String {
        own.map_or_else(|| self.0.host.zone(), str::to_owned)
    }

    pub(crate) fn checked(&self, draft: AutomationDraft) -> Answered<AutomationDraft> {
        if let Trigger::Mailbox { account, .. } = &draft.trigger {
            let row = self.account_row(account.trim()).ok();
            if row.and_then(|row| self.mail_servers(&row)).is_none() {
                return Err(words::bad_input("automation.mailbox.unknown", &[("account", &visible(account))]));
            }
        }
        checked(draft, &self.0.config)
    }

    pub(crate) fn whole_row(&self, automation: Automation) -> Answered<AutomationRow> {
        let waiting = self.0.journal.waiting_of_automations()?;
        let count = waiting.into_iter().find(|(id, _)| *id == automation.id).map_or(0, |(_, count)| count);
        Ok(self.row(automation, count, self.automations_paused()?, self.asleep(self.0.host.now())))
    }

    fn row(&self, automation: Automation, waiting: u32, paused: bool, asleep: bool) -> AutomationRow {
        let mut standing = vec![match automation.state {
            AutomationState::Draft => texts::say(
                "automation.standing.draft",
                &[("run", &automation.proposed_by.map_or_else(String::new, |run| run.to_string()))],
            ),
            AutomationState::Off => texts::say("automation.standing.off", &[]),
            AutomationState::On if paused => texts::say("automation.standing.paused", &[]),
            AutomationState::On if asleep => texts::say("automation.standing.asleep", &[]),
            AutomationState::On => match automation.next_at {
                Some(at) if minutes(&automation.draft.trigger).is_some() => next_look(at, &self.0.host.zone()),
                Some(at) => {
                    texts::say("automation.standing.next", &[("at", &clock::absolute(at, &self.0.host.zone()))])
                }
                None => texts::say("automation.standing.on", &[]),
            },
        }];
        if waiting > 0 {
            standing.push(texts::say("automation.standing.waiting", &[("count", &waiting.to_string())]));
        }
        AutomationRow {
            sentence: sentence(&automation.draft),
            standing: standing.join(" · "),
            waiting,
            trouble: self.trouble_of(automation.id),
            automation,
        }
    }
}

/// The draft as it is kept, with its folders resolved; or why it cannot work.
pub(crate) fn checked(mut draft: AutomationDraft, config: &Config) -> Answered<AutomationDraft> {
    draft.goal = draft.goal.trim().to_owned();
    draft.name = draft.name.trim().chars().take(80).collect();
    if draft.goal.is_empty() {
        return Err(words::bad_input("engine.goal.empty", &[]));
    }
    if draft.name.is_empty() {
        draft.name = draft.goal.chars().take(80).collect();
    }
    let mut grants = Vec::new();
    if draft.grants.is_empty() {
        grants.extend(assent_planner::folders_named(&draft.goal, &config.home));
    }
    let mut hosts = Vec::new();
    for text in &draft.grants {
        if text.contains("://") {
            hosts.push(crate::host_of(text)?);
        } else {
            grants.push(crate::folder(config, text)?);
        }
    }
    match &mut draft.trigger {
        Trigger::Time { when, zone } => {
            Schedule::read(when).map_err(bad)?;
            if let Some(name) = zone.as_ref().filter(|name| jiff::tz::TimeZone::get(name).is_err()) {
                return Err(words::bad_input("automation.zone", &[("zone", &visible(name))]));
            }
        }
        Trigger::Folder { folder, .. } => {
            let path = crate::folder(config, folder)?;
            if path.starts_with(&config.data) || config.data.starts_with(&path) {
                return Err(words::bad_input("automation.folder.own", &[]));
            }
            *folder = path.display().to_string();
            if draft.grants.is_empty() {
                grants.push(path);
            }
        }
        // Whether there is such an account is asked where the accounts are known.
        Trigger::Mailbox { account, folder, .. } => {
            *account = account.trim().to_owned();
            *folder = folder.trim().to_owned();
        }
        Trigger::Page { url, .. } | Trigger::Number { of: NumberOf::Page { url }, .. } => {
            // The address is the user's own word, so its runs may read there as well.
            hosts.push(crate::host_of(url)?);
        }
        Trigger::Number { of: NumberOf::File { path }, .. } => {
            let file = crate::absolute(config, path);
            if !file.is_file() || file.starts_with(&config.data) {
                return Err(words::bad_input("automation.file", &[("file", &visible(path))]));
            }
            *path = file.display().to_string();
        }
        Trigger::Number { of: NumberOf::FreeSpace { folder }, .. } => {
            *folder = crate::folder(config, folder)?.display().to_string();
        }
        Trigger::Number { of: NumberOf::Command { folder, .. }, .. } | Trigger::Command { folder, .. } => {
            assent_tools::sandbox::available().map_err(bad)?;
            *folder = crate::folder(config, folder)?.display().to_string();
        }
    }
    if minutes(&draft.trigger).is_some_and(|minutes| !(1..=10_080).contains(&minutes)) {
        return Err(words::bad_input("automation.minutes", &[]));
    }
    if let Trigger::Number { back, .. } = &mut draft.trigger {
        *back = (*back).max(0);
    }
    hosts.extend(grants.into_iter().map(|path| path.display().to_string()));
    hosts.sort();
    hosts.dedup();
    draft.grants = hosts;
    if !(1..=1000).contains(&draft.per_hour) {
        return Err(words::bad_input("automation.per_hour", &[]));
    }
    draft.still_for = draft.still_for.min(600);
    crate::action::limits::usable(&draft.budget)?;
    Ok(draft)
}

/// The folders and the hosts of an automation as its runs get them.
pub(crate) fn grants_of(draft: &AutomationDraft) -> (Vec<Grant>, Vec<String>) {
    let (hosts, folders): (Vec<String>, Vec<String>) =
        draft.grants.iter().cloned().partition(|grant| grant.contains("://"));
    (folders.into_iter().map(|folder| Grant { folder, shared: false }).collect(), hosts)
}

/// What an automation says, in a sentence: this is what the user approves.
pub(crate) fn sentence(draft: &AutomationDraft) -> String {
    let when = match &draft.trigger {
        Trigger::Time { when, zone: None } => visible(when),
        Trigger::Time { when, zone: Some(zone) } => {
            texts::say("automation.on.time_in", &[("when", &visible(when)), ("zone", &visible(zone))])
        }
        Trigger::Folder { folder, below: false } => texts::say("automation.on.folder", &[("folder", &visible(folder))]),
        Trigger::Folder { folder, below: true } => texts::say("automation.on.below", &[("folder", &visible(folder))]),
        Trigger::Page { url, .. } => texts::say("automation.on.page", &[("url", &visible(url))]),
        Trigger::Mailbox { account, folder, .. } => {
            let folder = if folder.is_empty() { "INBOX" } else { folder };
            texts::say("automation.on.mailbox", &[("folder", &visible(folder)), ("account", &visible(account))])
        }
        Trigger::Number { of, side, line, .. } => {
            let of = match of {
                NumberOf::FreeSpace { folder } => texts::say("automation.of.free", &[("folder", &visible(folder))]),
                NumberOf::File { path } => texts::say("automation.of.number", &[("where", &visible(path))]),
                NumberOf::Page { url } => texts::say("automation.of.number", &[("where", &visible(url))]),
                NumberOf::Command { line, .. } => texts::say("automation.of.number", &[("where", &visible(line))]),
            };
            let key = if *side == Side::Above { "automation.on.above" } else { "automation.on.beneath" };
            texts::say(key, &[("of", &of), ("line", &decimal(*line))])
        }
        Trigger::Command { line, exit, .. } => {
            let key = if *exit == Exit::Fails { "automation.on.fails" } else { "automation.on.succeeds" };
            texts::say(key, &[("line", &visible(line))])
        }
    };
    let often = minutes(&draft.trigger).map(every);
    let when = often.map_or(when.clone(), |often| format!("{when}, {often}"));
    let mode = match draft.mode {
        Mode::Suggest => "core.mode.suggest",
        Mode::Ask => "core.mode.ask",
        Mode::Semi => "core.mode.semi",
        Mode::Auto => "core.mode.auto",
    };
    let places = if draft.grants.is_empty() {
        texts::say("automation.sentence.nowhere", &[])
    } else {
        visible(&draft.grants.join(", "))
    };
    let (when, goal) = (words::capital(&when), visible(&draft.goal));
    let mode = words::capital(&texts::say(mode, &[]));
    texts::say("automation.sentence", &[("when", &when), ("goal", &goal), ("mode", &mode), ("places", &places)])
}

fn bad(message: String) -> WireError {
    WireError { code: ErrorCode::BadInput, message }
}
