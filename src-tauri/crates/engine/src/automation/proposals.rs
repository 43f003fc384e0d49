//! What an agent may do about automations: propose one. It is kept as a draft that is off and has never run; only the user
//! switches it on, deliberately. So proposing changes nothing but a list, and can be taken back.

use crate::{Config, Host, Notice, automation::commands::sentence};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_journal::Journal;
use assent_protocol::{
    AutomationDraft, AutomationId, AutomationState, Effect, ItemOutcome, Preview, Reversal, Status, Trigger, texts,
    visible::visible, wire::Change,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The tool.
pub(crate) struct Propose {
    pub(crate) journal: Arc<Journal>,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) config: Config,
}

impl Propose {
    fn draft(&self, args: &Value) -> Result<AutomationDraft, ToolError> {
        let known = args.as_object().is_some_and(|map| {
            map.iter()
                .all(|(key, value)| ["name", "goal", "when", "folder"].contains(&key.as_str()) && value.is_string())
        });
        let text = |field: &str| args[field].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let trigger = match (text("when"), text("folder")) {
            (Some(when), None) => Some(Trigger::Time { when, zone: None }),
            (None, Some(folder)) => Some(Trigger::Folder { folder, below: false }),
            _ => None,
        };
        let (true, Some(goal), Some(trigger)) = (known, text("goal"), trigger) else {
            return Err(ToolError::BadInput(texts::say("automation.propose.needs", &[])));
        };
        crate::automation::commands::checked(
            AutomationDraft::new(text("name").unwrap_or_default(), goal, trigger),
            &self.config,
        )
        .map_err(|error| ToolError::BadInput(error.message))
    }
}

impl Tool for Propose {
    fn spec(&self) -> ToolSpec {
        let field = |name: &str| json!({"type": "string", "description": texts::say(&format!("automation.propose.{name}"), &[])});
        ToolSpec {
            name: "automations.propose".to_owned(),
            description: texts::say("automation.propose.tool", &[]),
            schema: json!({
                "type": "object",
                "properties": {"name": field("name"), "goal": field("goal"), "when": field("when"), "folder": field("folder")},
                "required": ["goal"],
                "additionalProperties": false
            }),
        }
    }

    fn describe(&self, args: &Value, _place: &Place) -> Result<ToolFacts, ToolError> {
        let draft = self.draft(args)?;
        Ok(ToolFacts {
            title: texts::say("automation.propose.title", &[("name", &visible(&draft.name))]),
            effect: Effect::Create,
            reversal: Reversal::Undoable,
            inspectable: true,
            targets: Vec::new(),
            items: 1,
            bytes: 0,
            preview: Preview::Fields { rows: vec![(texts::say("automation.propose.row", &[]), sentence(&draft))] },
            provenance: None,
            account: None,
        })
    }

    fn prepare(&self, _args: &Value, _facts: &ToolFacts, _place: &Place) -> Result<Vec<Inverse>, ToolError> {
        // Its inverse needs its id, which only the effect knows; see `run`.
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _facts: &ToolFacts, _place: &Place) -> Result<Output, ToolError> {
        let draft = self.draft(args)?;
        let id = self
            .journal
            .add_automation(&draft, AutomationState::Draft, None, self.host.now())
            .map_err(|error| ToolError::Failed(error.to_string()))?;
        self.host.notify(Notice {
            key: format!("automation {id}"),
            title: texts::say("automation.notice.draft", &[("name", &visible(&draft.name))]),
            body: texts::say("automation.notice.draft.body", &[]),
            action: None,
            urgent: true,
        });
        self.host.changed(Change::Automations);
        let items = vec![ItemOutcome { item: 0, status: Status::Succeeded, note: None }];
        let inverses = vec![Inverse { item: 0, data: json!({"remove": id}) }];
        Ok(Output { value: json!({"id": id, "state": "draft"}), items, untrusted: None, inverses })
    }

    fn undo(&self, inverse: &Inverse, _place: &Place) -> Undone {
        let id = inverse.data["remove"].as_str().and_then(|id| id.parse::<AutomationId>().ok());
        let found = id.and_then(|id| self.journal.automation(id).ok().flatten());
        match found {
            // What the user switched on meanwhile is the user's.
            Some(kept) if kept.state == AutomationState::Draft => {
                match self.journal.remove_automation(kept.id, self.host.now()) {
                    Ok(()) => Undone::Restored,
                    Err(error) => Undone::Conflict(error.to_string()),
                }
            }
            Some(_) => Undone::Conflict(texts::say("automation.propose.yours", &[])),
            None => Undone::NotNeeded,
        }
    }
}
