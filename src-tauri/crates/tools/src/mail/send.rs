//! mail.send: a letter that goes out. It is held before it starts; its Message-ID is made from the action before anything
//! is sent, so that after a crash the folder of sent letters can say whether it went.

use super::{
    address::domain,
    compose::{Known, Letter},
    desk::{Desk, outcome, sha, target},
    mailbox::{Trouble, Use},
};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Destination, Effect, visible::visible};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Send a letter from the user's account. It is held for a moment before it goes out, and the user can recall it until
/// then. To answer a letter, give its Message-ID as `answers` and write the subject with Re: in front.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
struct Input(Letter);

/// The tool.
pub struct Send(pub Desk);

impl Send {
    fn known(&self, letter: &Letter, now: i64) -> Result<Known, ToolError> {
        letter.known(self.0.account(letter.account.as_deref())?, now)
    }

    fn id(&self, key: &str, letter: &Letter, place: &Place) -> Result<String, ToolError> {
        let account = self.0.account(letter.account.as_deref())?;
        let whole = format!("{}\n{key}", place.data.display());
        Ok(format!("assent.{}@{}", &sha(whole.as_bytes())[..32], domain(&account.address)))
    }
}

impl Tool for Send {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("mail.send")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let Input(letter) = parse(args)?;
        letter.check(false)?;
        let account = self.0.account(letter.account.as_deref())?;
        let files = letter.files(place)?;
        let known = self.known(&letter, place.now)?;
        let all = letter.recipients();
        let values =
            [("to", visible(&all[0])), ("count", all.len().to_string()), ("subject", visible(&letter.subject))];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let title = say(if all.len() == 1 { "mail.send.title" } else { "mail.send.title.many" }, &values);
        let mut facts = account.facts(title, Effect::Send, letter.rows(account, Some(&known), &files));
        for (field, list) in [("to", &letter.to), ("cc", &letter.cc), ("bcc", &letter.bcc)] {
            let one = |(n, address): (usize, &String)| target(format!("/{field}/{n}"), address, String::new());
            facts.targets.extend(list.iter().enumerate().map(one));
        }
        facts.bytes = files.iter().map(|(_, bytes, _)| bytes.len() as u64).sum::<u64>() + letter.text.len() as u64;
        facts.targets.extend(files.into_iter().map(|(.., target)| target));
        Ok(facts)
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        self.run_as(&format!("{} {args}", place.now), args, facts, place)
    }

    fn run_as(&self, key: &str, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let Input(letter) = parse(args)?;
        letter.check(false)?;
        let account = self.0.account(letter.account.as_deref())?;
        let files = letter.files(place)?;
        // Read anew, and the very bytes that were decided on.
        let decided =
            |one: &assent_agent::Target| facts.targets.iter().any(|t| t.field == one.field && t.state == one.state);
        if files.iter().any(|(.., target)| !decided(target)) {
            return Err(ToolError::Failed(say("mail.attach.changed", &[])));
        }
        let id = self.id(key, &letter, place)?;
        let thread = letter.thread(account);
        let bytes = letter.bytes(&account.address, &id, place.now, &files, &thread, false)?;
        let copy = letter.bytes(&account.address, &id, place.now, &files, &thread, true)?;
        let sent = account.post.send(&account.address, &letter.recipients(), &bytes);
        let mut value = json!({"message_id": id});
        if sent.is_ok()
            && let Err(trouble) = account
                .mailbox
                .folder_for(Use::Sent)
                .and_then(|folder| account.mailbox.append(&folder, &copy, false).map(|_| ()))
        {
            value["note"] = json!(say("mail.send.no_copy", &[("because", &trouble.to_string())]));
        }
        Ok(Output { value, items: vec![outcome(0, sent)], ..Output::default() })
    }

    fn destination(&self, args: &Value, place: &Place) -> Option<Destination> {
        let Input(letter) = parse(args).ok()?;
        let known = self.known(&letter, place.now).ok()?;
        Some(if known.new.is_empty() { Destination::KnownParty } else { Destination::NewParty })
    }

    fn happened(&self, key: &str, args: &Value, place: &Place) -> Option<Result<bool, String>> {
        let look = || -> Result<bool, String> {
            let Input(letter) = parse(args).map_err(|error: ToolError| error.to_string())?;
            let id = self.id(key, &letter, place).map_err(|error| error.to_string())?;
            let account = self.0.account(letter.account.as_deref()).map_err(|error| error.to_string())?;
            let found = |folder: String| -> Result<bool, Trouble> { Ok(account.mailbox.find(&folder, &id)?.is_some()) };
            account.mailbox.folder_for(Use::Sent).and_then(found).map_err(|trouble| trouble.to_string())
        };
        Some(look())
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::Conflict(say("mail.send.no_undo", &[]))
    }
}
