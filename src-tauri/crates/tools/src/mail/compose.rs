//! From what a call says to the bytes of a letter, and to what its card has to say about it.

use super::{
    address::{domain, is_address, warnings},
    desk::{MailAccount, failed, target},
    letter,
    mailbox::{MOST_FOUND, Query, Use},
};
use crate::{
    handle::Handles,
    words::{say, shown_path, size},
};
use assent_agent::{Place, Target, ToolError};
use assent_protocol::{
    Reach,
    visible::{readable_lines, visible, visible_lines},
};
use lettre::{
    Message,
    message::{Attachment, Mailbox as Person, MultiPart, SinglePart, header::ContentType},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::{
    io::Read as _,
    path::Path,
    time::{Duration, SystemTime},
};

/// People that one letter goes to at most.
pub const MOST_RECIPIENTS: usize = 100;
/// Bytes of everything attached.
const MOST_ATTACHED: u64 = 20 * 1024 * 1024;
/// Recipients that are looked up one by one; the others count as new.
const MOST_LOOKED_UP: usize = 20;

/// What a letter is made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// The account; only needed where there are several.
    #[serde(default)]
    pub account: Option<String>,
    /// Addresses, as anna@example.org.
    pub to: Vec<String>,
    /// Addresses that get a copy.
    #[serde(default)]
    pub cc: Vec<String>,
    /// Addresses that get a copy unseen by the others.
    #[serde(default)]
    pub bcc: Vec<String>,
    /// The subject, on one line.
    pub subject: String,
    /// The words of the letter, as plain text.
    #[schemars(extend("format" = "multiline"))]
    pub text: String,
    /// The Message-ID of the letter that this one answers, as mail.read gives it.
    #[serde(default)]
    pub answers: Option<String>,
    /// Files to attach, with their whole paths.
    #[serde(default)]
    #[schemars(extend("items" = {"type": "string", "format": "path"}))]
    pub attachments: Vec<String>,
}

/// What is known about the people a letter would go to.
pub struct Known {
    /// Those that nothing was sent to before.
    pub new: Vec<String>,
    /// Domains of the user's own and of people written to lately.
    pub domains: Vec<String>,
    /// Those that got the same words within a day.
    pub again: Vec<String>,
}

impl Letter {
    /// Everybody it goes to, each once.
    pub fn recipients(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for one in self.to.iter().chain(&self.cc).chain(&self.bcc) {
            if !all.iter().any(|known| known.eq_ignore_ascii_case(one)) {
                all.push(one.clone());
            }
        }
        all
    }

    /// Refuses what could end a header or reach somebody who is not on the card.
    ///
    /// # Errors
    /// `BadInput` with what is wrong.
    pub fn check(&self, draft: bool) -> Result<(), ToolError> {
        let bad = |key: &str, values: &[(&str, &str)]| Err(ToolError::BadInput(say(key, values)));
        let all = self.recipients();
        if all.is_empty() && !draft {
            return bad("mail.to.nobody", &[]);
        }
        if all.len() > MOST_RECIPIENTS {
            return bad("mail.to.many", &[("most", &MOST_RECIPIENTS.to_string()), ("count", &all.len().to_string())]);
        }
        if let Some(wrong) = all.iter().find(|one| !is_address(one)) {
            return bad("mail.address.wrong", &[("address", &visible(wrong))]);
        }
        let answers = self.answers.as_deref().unwrap_or_default();
        if self.subject.chars().chain(answers.chars()).any(char::is_control) || self.subject.len() > 1000 {
            return bad("mail.subject.lines", &[]);
        }
        if answers.contains(['<', '>', ' ']) || answers.len() > 500 {
            return bad("mail.answers.wrong", &[]);
        }
        Ok(())
    }

    /// The files, each opened once and read through its handle.
    ///
    /// # Errors
    /// When one is no file, lies outside of the grants, or all are too large together.
    pub fn files(&self, place: &Place) -> Result<Vec<(String, Vec<u8>, Target)>, ToolError> {
        let mut left = MOST_ATTACHED;
        let mut list = Vec::new();
        for (n, text) in self.attachments.iter().enumerate() {
            let at = crate::resolve(text, place)?;
            let bytes = if at.reach == Reach::OwnFiles { Vec::new() } else { contents(&at, left, place)? };
            left = left.saturating_sub(bytes.len() as u64);
            let mut found =
                target(format!("/attachments/{n}"), &at.path.display().to_string(), super::desk::sha(&bytes));
            found.reach = at.reach;
            let name = at.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            list.push((name, bytes, found));
        }
        Ok(list)
    }

    /// The Message-IDs of the thread that this letter goes on, the one it answers last. A letter that is not there any more
    /// is named alone.
    pub fn thread(&self, account: &MailAccount) -> Vec<String> {
        let Some(answers) = &self.answers else { return Vec::new() };
        let found = account.mailbox.find_anywhere(answers).ok().flatten();
        let raw = found.and_then(|at| account.mailbox.read(&at).ok());
        let mut thread = raw.map(|raw| letter::thread(&raw.bytes)).unwrap_or_default();
        thread.retain(|id| id != answers);
        thread.push(answers.clone());
        thread
    }

    /// The bytes; `thread` as [`Letter::thread`] gives it. `copy` is for the folder of what was sent, where the unseen
    /// recipients are named.
    ///
    /// # Errors
    /// When no letter can be made of it.
    pub fn bytes(
        &self,
        from: &str,
        id: &str,
        now: i64,
        files: &[(String, Vec<u8>, Target)],
        thread: &[String],
        copy: bool,
    ) -> Result<Vec<u8>, ToolError> {
        let wrong = |error: &dyn std::fmt::Display| {
            ToolError::BadInput(say("mail.compose.wrong", &[("error", &error.to_string())]))
        };
        let person = |text: &str| -> Result<Person, ToolError> {
            Ok(Person::new(None, text.parse().map_err(|error: lettre::address::AddressError| wrong(&error))?))
        };
        let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or_default());
        let mut builder = Message::builder().from(person(from)?).subject(self.subject.clone()).date(date);
        builder = builder.message_id(Some(format!("<{id}>")));
        for one in &self.to {
            builder = builder.to(person(one)?);
        }
        for one in &self.cc {
            builder = builder.cc(person(one)?);
        }
        for one in &self.bcc {
            builder = builder.bcc(person(one)?);
        }
        if copy {
            builder = builder.keep_bcc();
        }
        if let Some(answers) = &self.answers {
            let thread: Vec<String> = thread.iter().map(|id| format!("<{id}>")).collect();
            builder = builder.in_reply_to(format!("<{answers}>")).references(thread.join(" "));
        }
        // A draft may have nobody yet; the envelope of what is sent is made elsewhere.
        if self.recipients().is_empty() {
            let sender = person(from)?.email;
            let envelope = lettre::address::Envelope::new(Some(sender.clone()), vec![sender]).map_err(|e| wrong(&e))?;
            builder = builder.envelope(envelope);
        }
        let message = if files.is_empty() {
            builder.singlepart(SinglePart::plain(self.text.clone()))
        } else {
            let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(self.text.clone()));
            let kind = ContentType::parse("application/octet-stream").map_err(|error| wrong(&error))?;
            for (name, bytes, _) in files {
                let name: String = name.chars().filter(|c| !c.is_control()).collect();
                parts = parts.singlepart(Attachment::new(name).body(bytes.clone(), kind.clone()));
            }
            builder.multipart(parts)
        };
        Ok(message.map_err(|error| wrong(&error))?.formatted())
    }

    /// What the mailbox knows about these people.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn known(&self, account: &MailAccount, now: i64) -> Result<Known, ToolError> {
        let sent = account.mailbox.folder_for(Use::Sent).map_err(failed)?;
        let query = Query { folder: Some(sent), ..Query::default() };
        let (recent, _) = account.mailbox.search(&query).map_err(failed)?;
        let mut people: Vec<String> = Vec::new();
        for heading in &recent {
            let shown = letter::heading(heading);
            for field in ["to", "cc"] {
                let list = shown[field].as_array().into_iter().flatten();
                people.extend(list.filter_map(|one| one["address"].as_str()).map(str::to_lowercase));
            }
        }
        let mut new = Vec::new();
        for (n, one) in self.recipients().into_iter().enumerate() {
            let before = people.contains(&one.to_lowercase())
                // Older ones are only asked for where the newest do not say.
                || (recent.len() >= MOST_FOUND && n < MOST_LOOKED_UP && account.mailbox.wrote_to(&one).map_err(failed)?);
            if !before && !one.eq_ignore_ascii_case(&account.address) {
                new.push(one);
            }
        }
        let day = Duration::from_secs(24 * 60 * 60).as_millis() as i64;
        let mut again = Vec::new();
        for heading in recent.iter().take(10) {
            let Ok(raw) = account.mailbox.read(&heading.at) else { continue };
            let (shown, text) = letter::letter(&raw.bytes, raw.size);
            let at = shown["date"].as_str().and_then(|date| date.parse::<jiff::Timestamp>().ok());
            let lately = at.is_some_and(|at| now - at.as_millisecond() < day);
            if lately && text.trim() == readable_lines(&self.text).join("\n").trim() {
                let list = shown["to"].as_array().into_iter().flatten().filter_map(|one| one["address"].as_str());
                again.extend(
                    list.filter(|one| self.recipients().iter().any(|to| to.eq_ignore_ascii_case(one)))
                        .map(str::to_owned),
                );
            }
        }
        again.sort();
        again.dedup();
        let mut domains: Vec<String> = people.iter().map(|one| domain(one)).collect();
        domains.push(domain(&account.address));
        domains.sort();
        domains.dedup();
        Ok(Known { new, domains, again })
    }

    /// The lines of the card: everything the letter is, and what to look at.
    pub fn rows(
        &self,
        account: &MailAccount,
        known: Option<&Known>,
        files: &[(String, Vec<u8>, Target)],
    ) -> Vec<(String, String)> {
        let mut rows = vec![(say("mail.row.from", &[]), visible(&account.address))];
        for (key, list) in [("to", &self.to), ("cc", &self.cc), ("bcc", &self.bcc)] {
            if !list.is_empty() {
                rows.push((
                    say(&format!("mail.row.{key}"), &[]),
                    list.iter().map(|one| visible(one)).collect::<Vec<_>>().join(", "),
                ));
            }
        }
        let own = domain(&account.address);
        if let Some(known) = known {
            let outside: Vec<String> =
                self.recipients().iter().filter(|one| domain(one) != own).map(|one| visible(one)).collect();
            let list = |people: &[String]| people.iter().map(|one| visible(one)).collect::<Vec<_>>().join(", ");
            let mut care = Vec::new();
            if !known.new.is_empty() {
                care.push(say(
                    "mail.care.first",
                    &[("people", &list(&known.new)), ("count", &known.new.len().to_string())],
                ));
            }
            if !outside.is_empty() {
                care.push(say("mail.care.outside", &[("domain", &own), ("people", &outside.join(", "))]));
            }
            if self.recipients().len() > 1 {
                care.push(say("mail.care.many", &[("count", &self.recipients().len().to_string())]));
            }
            if !known.again.is_empty() {
                care.push(say("mail.care.again", &[("people", &list(&known.again))]));
            }
            care.extend(known.new.iter().flat_map(|one| warnings(one, &known.domains)).map(|text| visible(&text)));
            if !care.is_empty() {
                rows.push((say("mail.row.care", &[]), care.join("\n")));
            }
        }
        rows.push((say("mail.row.subject", &[]), visible(&self.subject)));
        if let Some(answers) = &self.answers {
            rows.push((say("mail.row.answers", &[]), visible(answers)));
        }
        for (_, bytes, target) in files {
            // The whole path: two files of one name are two files.
            let path = shown_path(Path::new(&target.shown));
            let size = size(bytes.len() as u64);
            let values =
                [("name", path), ("size", size), ("bytes", bytes.len().to_string()), ("sha", target.state.clone())];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            rows.push((say("mail.row.attached", &[]), say("mail.row.file", &values)));
        }
        rows.push((say("mail.row.text", &[]), visible_lines(&self.text).join("\n")));
        rows
    }
}

fn contents(at: &crate::Resolved, most: u64, place: &Place) -> Result<Vec<u8>, ToolError> {
    let path: &Path = &at.path;
    let bounds = crate::protected::Bounds::of(place);
    let shown = crate::words::shown_path(path);
    let failed = |error: &dyn std::fmt::Display| {
        ToolError::BadInput(say("mail.attach.unreadable", &[("file", &shown), ("error", &error.to_string())]))
    };
    let entry = Handles::new(place).entry(path);
    let file = entry.and_then(|entry| crate::links::open(&entry, &bounds, at.reach)).map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > most {
        return Err(ToolError::BadInput(say("mail.attach.large", &[])));
    }
    Ok(bytes)
}
