//! mail.draft: a letter put into the folder of drafts, for the user to finish or send. Taken back while nobody changed it.

use super::{
    address::domain,
    compose::Letter,
    desk::{Desk, failed, outcome, sha, target},
    mailbox::{At, Use},
};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, canonical::canonical, visible::visible};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Put a letter into the folder of drafts without sending it. Recipients may be left out.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
struct Input(Letter);

/// The tool.
pub struct Draft(pub Desk);

#[derive(Serialize, Deserialize)]
struct Made {
    account: String,
    id: String,
    hash: Option<String>,
    now: Option<At>,
}

impl Draft {
    fn id(&self, args: &Value, letter: &Letter) -> Result<String, ToolError> {
        let account = self.0.account(letter.account.as_deref())?;
        Ok(format!("assent.draft.{}@{}", &sha(canonical(args).as_bytes())[..32], domain(&account.address)))
    }
}

impl Tool for Draft {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("mail.draft")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let Input(letter) = parse(args)?;
        letter.check(true)?;
        let account = self.0.account(letter.account.as_deref())?;
        let files = letter.files(place)?;
        let title = say("mail.draft.title", &[("subject", &visible(&letter.subject)), ("account", &account.words())]);
        let mut facts = account.facts(title, Effect::Create, letter.rows(account, None, &files));
        for (field, list) in [("to", &letter.to), ("cc", &letter.cc), ("bcc", &letter.bcc)] {
            let one = |(n, address): (usize, &String)| target(format!("/{field}/{n}"), address, String::new());
            facts.targets.extend(list.iter().enumerate().map(one));
        }
        facts.targets.extend(files.into_iter().map(|(.., target)| target));
        Ok(facts)
    }

    fn prepare(&self, args: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        let Input(letter) = parse(args)?;
        let account = self.0.account(letter.account.as_deref())?.name.clone();
        let made = Made { account, id: self.id(args, &letter)?, hash: None, now: None };
        Ok(vec![Inverse { item: 0, data: json!(made) }])
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let Input(letter) = parse(args)?;
        let account = self.0.account(letter.account.as_deref())?;
        let id = self.id(args, &letter)?;
        let bytes =
            letter.bytes(&account.address, &id, place.now, &letter.files(place)?, &letter.thread(account), true)?;
        let folder = account.mailbox.folder_for(Use::Drafts).map_err(failed)?;
        let mut output = Output::default();
        let done = account.mailbox.append(&folder, &bytes, true).map(|now| {
            output.value = json!({"id": now.to_string(), "message_id": id});
            let hash = account.mailbox.read(&now).ok().map(|raw| sha(&raw.bytes));
            let made = Made { account: account.name.clone(), id: id.clone(), hash, now: Some(now) };
            output.inverses.push(Inverse { item: 0, data: json!(made) });
        });
        output.items.push(outcome(0, done));
        Ok(output)
    }

    fn undo(&self, inverse: &Inverse, _: &Place) -> Undone {
        let Ok(made) = serde_json::from_value::<Made>(inverse.data.clone()) else {
            return Undone::Conflict(say("mail.undo.unreadable", &[]));
        };
        let done = self.0.account(Some(&made.account)).map_err(|error| error.to_string()).and_then(|account| {
            let tell = |trouble: super::mailbox::Trouble| trouble.to_string();
            let folder = account.mailbox.folder_for(Use::Drafts).map_err(tell)?;
            let Some(now) = account.mailbox.find(&folder, &made.id).map_err(tell)? else {
                return Ok(Undone::NotNeeded);
            };
            let raw = account.mailbox.read(&now).map_err(tell)?;
            if made.hash.is_some_and(|hash| hash != sha(&raw.bytes)) {
                return Ok(Undone::Conflict(say("mail.undo.changed", &[])));
            }
            account.mailbox.remove(&now).map(|()| Undone::Restored).map_err(tell)
        });
        done.unwrap_or_else(Undone::Conflict)
    }
}
