//! A mailbox on a server (IMAP). One conversation a call: it is opened, kept from growing, and closed.

use super::{
    folder_name::{shown, wire},
    line::{Capped, Line, PATIENCE, apart, encrypted, open, within},
    mailbox::{At, Flag, Heading, MOST_FOUND, MOST_LETTER, Mailbox, Query, Raw, Trouble, Use},
};
use crate::words::say;
use assent_protocol::{MailHost, Security, canonical::hex, visible::visible};
use async_imap::{
    Client, Session,
    error::Error,
    types::{Fetch, Flag as Mark, NameAttribute},
};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use tokio_stream::StreamExt;

/// What is asked for of each letter in a list.
const HEADING: &str = "(UID FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM SENDER TO CC SUBJECT DATE MESSAGE-ID REPLY-TO REFERENCES CONTENT-TYPE)])";

/// Folders in which the letter that is answered is looked for.
const MOST_FOLDERS: usize = 60;

/// A mailbox on a server.
#[derive(Clone)]
pub struct Imap {
    /// Where.
    pub host: MailHost,
    /// What the server knows the user by.
    pub user: String,
    /// The password, never shown.
    pub password: String,
}

type Talk = Session<Capped>;

impl Imap {
    fn talk<T: Send>(&self, work: impl AsyncFnOnce(&mut Talk) -> Result<T, Trouble> + Send) -> Result<T, Trouble> {
        apart(async || {
            let whole = async {
                let mut talk = self.enter().await?;
                let done = work(&mut talk).await;
                let _ = talk.logout().await;
                done
            };
            let late = || Trouble::Lost(say("mail.trouble.slow", &[("host", &self.host.host)]));
            within(PATIENCE, whole).await.unwrap_or_else(|| Err(late()))
        })
    }

    async fn enter(&self) -> Result<Talk, Trouble> {
        let line = open(&self.host).await?;
        let mut client = Client::new(Capped::new(line));
        let greeting = client.read_response().await.map_err(|error| self.odd(&error))?;
        greeting.ok_or_else(|| self.odd(&say("mail.trouble.silent", &[])))?;
        if self.host.security == Security::Starttls {
            client.run_command_and_check_ok("STARTTLS", None).await.map_err(|error| self.no(&error))?;
            // What came in the open before the handshake is thrown away with the client.
            let Line::Plain(stream) = client.into_inner().into_line() else {
                return Err(self.odd(&"STARTTLS"));
            };
            client = Client::new(Capped::new(encrypted(&self.host, stream).await?));
        }
        let mut talk = client.login(&self.user, &self.password).await.map_err(|(error, _)| match error {
            Error::No(text) | Error::Bad(text) => {
                let text = visible(&text);
                Trouble::Refused(say("mail.trouble.login", &[("host", &self.host.host), ("text", &text)]))
            }
            other => self.no(&other),
        })?;
        talk.get_mut().trust();
        Ok(talk)
    }

    // A server that answers no has done nothing; anything else is not known.
    fn no(&self, error: &Error) -> Trouble {
        let host = self.host.host.as_str();
        match error {
            Error::No(text) | Error::Bad(text) => {
                Trouble::Refused(say("mail.trouble.no", &[("host", host), ("text", &visible(text))]))
            }
            Error::Validate(_) => Trouble::Refused(say("mail.trouble.text", &[])),
            other => self.odd(other),
        }
    }

    fn odd(&self, error: &dyn std::fmt::Display) -> Trouble {
        let error: String = visible(&error.to_string()).chars().take(300).collect();
        Trouble::Lost(say("mail.trouble.odd", &[("host", &self.host.host), ("error", &error)]))
    }

    async fn enter_folder(&self, talk: &mut Talk, at: &At, write: bool) -> Result<(), Trouble> {
        let name = wire(&at.folder);
        let folder = if write { talk.select(&name).await } else { talk.examine(&name).await };
        let folder = folder.map_err(|error| self.no(&error))?;
        if folder.uid_validity != Some(at.generation) {
            return Err(gone(at));
        }
        Ok(())
    }

    async fn fetched(&self, talk: &mut Talk, set: &str, what: &str) -> Result<Vec<Fetch>, Trouble> {
        let mut answers = talk.uid_fetch(set, what).await.map_err(|error| self.no(&error))?;
        let mut list = Vec::new();
        while let Some(answer) = answers.next().await {
            list.push(answer.map_err(|error| self.no(&error))?);
        }
        Ok(list)
    }

    // What a letter is known by wherever it lies: its header and its length.
    async fn identity(&self, talk: &mut Talk, number: u32) -> Result<Option<String>, Trouble> {
        let found = self.fetched(talk, &number.to_string(), "(UID RFC822.SIZE BODY.PEEK[HEADER])").await?;
        Ok(found.into_iter().find(|one| one.uid == Some(number)).map(|one| {
            let mut hash = Sha256::new();
            hash.update(one.size.unwrap_or_default().to_be_bytes());
            hash.update(one.header().unwrap_or_default());
            hex(&hash.finalize())
        }))
    }

    // Where the letter lies that was put into `folder` since its next number was `next`.
    async fn arrived(
        &self,
        talk: &mut Talk,
        folder: &str,
        next: u32,
        fits: impl AsyncFn(&mut Talk, u32) -> Result<bool, Trouble>,
    ) -> Result<At, Trouble> {
        let opened = talk.examine(wire(folder)).await.map_err(|error| self.no(&error))?;
        let generation = opened.uid_validity.unwrap_or_default();
        let mut numbers: Vec<u32> =
            talk.uid_search(format!("UID {next}:*")).await.map_err(|error| self.no(&error))?.into_iter().collect();
        numbers.retain(|number| *number >= next);
        numbers.sort_unstable();
        for number in numbers.into_iter().take(100) {
            if fits(talk, number).await? {
                return Ok(At { folder: folder.to_owned(), generation, number });
            }
        }
        Err(Trouble::Lost(say("mail.trouble.lost_track", &[("folder", &visible(folder))])))
    }

    async fn next_number(&self, talk: &mut Talk, folder: &str) -> Result<u32, Trouble> {
        let status = talk.status(wire(folder), "(UIDNEXT)").await.map_err(|error| self.no(&error))?;
        Ok(status.uid_next.unwrap_or(1))
    }

    async fn named(&self, talk: &mut Talk) -> Result<Vec<(String, Option<Use>)>, Trouble> {
        let mut answers = talk.list(None, Some("*")).await.map_err(|error| self.no(&error))?;
        let mut list = Vec::new();
        while let Some(answer) = answers.next().await {
            let name = answer.map_err(|error| self.no(&error))?;
            if name.attributes().contains(&NameAttribute::NoSelect) {
                continue;
            }
            let purpose = if name.attributes().contains(&NameAttribute::Sent) {
                Some(Use::Sent)
            } else if name.attributes().contains(&NameAttribute::Drafts) {
                Some(Use::Drafts)
            } else {
                None
            };
            list.push((shown(name.name()), purpose));
        }
        list.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(list)
    }

    async fn folder_of(&self, talk: &mut Talk, purpose: Use, make: bool) -> Result<Option<String>, Trouble> {
        let usual = match purpose {
            Use::Sent => ["Sent", "Sent Items", "Sent Messages"],
            Use::Drafts => ["Drafts", "Draft", "INBOX.Drafts"],
        };
        let all = self.named(talk).await?;
        let marked = all.iter().find(|(_, marked)| *marked == Some(purpose));
        // Some servers keep every folder within the inbox.
        let last = |name: &str| name.rsplit(['.', '/']).next().is_some_and(|last| usual.contains(&last));
        let plain = all.iter().find(|(name, _)| usual.contains(&name.as_str()));
        let known = marked.or(plain).or_else(|| all.iter().find(|(name, _)| last(name)));
        match known {
            Some((name, _)) => Ok(Some(name.clone())),
            None if make => {
                talk.create(usual[0]).await.map_err(|error| self.no(&error))?;
                Ok(Some(usual[0].to_owned()))
            }
            None => Ok(None),
        }
    }
}

impl Mailbox for Imap {
    fn folders(&self) -> Result<Vec<String>, Trouble> {
        self.talk(async |talk| Ok(self.named(talk).await?.into_iter().map(|(name, _)| name).collect()))
    }

    fn folder_for(&self, purpose: Use) -> Result<String, Trouble> {
        self.talk(async |talk| {
            let found = self.folder_of(talk, purpose, true).await?;
            found.ok_or_else(|| Trouble::Refused(say("mail.trouble.folder", &[])))
        })
    }

    fn search(&self, query: &Query) -> Result<(Vec<Heading>, usize), Trouble> {
        let keys = keys(query)?;
        let folder = query.folder.clone().unwrap_or_else(|| "INBOX".to_owned());
        self.talk(async |talk| {
            let opened = talk.examine(wire(&folder)).await.map_err(|error| self.no(&error))?;
            let generation = opened.uid_validity.unwrap_or_default();
            let mut numbers: Vec<u32> =
                talk.uid_search(&keys).await.map_err(|error| self.no(&error))?.into_iter().collect();
            numbers.sort_unstable_by(|a, b| b.cmp(a));
            let all = numbers.len();
            numbers.truncate(MOST_FOUND);
            if numbers.is_empty() {
                return Ok((Vec::new(), 0));
            }
            let set = numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
            let mut found: Vec<Heading> = self
                .fetched(talk, &set, HEADING)
                .await?
                .into_iter()
                .filter_map(|one| {
                    let at = At { folder: folder.clone(), generation, number: one.uid? };
                    let (seen, flagged) = marks(&one);
                    let header = one.header().unwrap_or_default().iter().copied().take(64 * 1024).collect();
                    Some(Heading { at, header, seen, flagged, size: one.size.unwrap_or_default().into() })
                })
                .collect();
            found.sort_by_key(|heading| std::cmp::Reverse(heading.at.number));
            found.dedup_by_key(|heading| heading.at.number);
            found.truncate(MOST_FOUND);
            Ok((found, all))
        })
    }

    fn arrived(&self, folder: &str, behind: Option<&At>) -> Result<(At, Vec<At>), Trouble> {
        self.talk(async |talk| {
            let opened = talk.examine(wire(folder)).await.map_err(|error| self.no(&error))?;
            let generation = opened.uid_validity.unwrap_or_default();
            let at = |number: u32| At { folder: folder.to_owned(), generation, number };
            let Some(behind) = behind.filter(|behind| behind.generation == generation && behind.folder == folder)
            else {
                let next = match opened.uid_next {
                    Some(next) => next,
                    None => self.next_number(talk, folder).await?,
                };
                return Ok((at(next.saturating_sub(1)), Vec::new()));
            };
            let after = behind.number.saturating_add(1);
            let found = talk.uid_search(format!("UID {after}:*")).await.map_err(|error| self.no(&error))?;
            // "*" is the last letter, whatever its number.
            let mut numbers: Vec<u32> = found.into_iter().filter(|number| *number >= after).collect();
            numbers.sort_unstable();
            numbers.truncate(MOST_FOUND);
            let last = numbers.last().copied().unwrap_or(behind.number);
            Ok((at(last), numbers.into_iter().map(at).collect()))
        })
    }

    fn read(&self, at: &At) -> Result<Raw, Trouble> {
        self.talk(async |talk| {
            self.enter_folder(talk, at, false).await?;
            let what = format!("(UID FLAGS RFC822.SIZE BODY.PEEK[]<0.{MOST_LETTER}>)");
            let found = self.fetched(talk, &at.number.to_string(), &what).await?;
            let one = found.into_iter().find(|one| one.uid == Some(at.number)).ok_or_else(|| gone(at))?;
            let bytes: Vec<u8> = one.body().unwrap_or_default().iter().copied().take(MOST_LETTER).collect();
            let size = u64::from(one.size.unwrap_or_default()).max(bytes.len() as u64);
            let (seen, flagged) = marks(&one);
            Ok(Raw { bytes, size, seen, flagged })
        })
    }

    fn move_to(&self, at: &At, folder: &str) -> Result<At, Trouble> {
        self.talk(async |talk| {
            let can = talk.capabilities().await.map_err(|error| self.no(&error))?;
            if !can.has_str("MOVE") {
                return Err(Trouble::Refused(say("mail.trouble.no_move", &[("host", &self.host.host)])));
            }
            let next = self.next_number(talk, folder).await.map_err(|error| match error {
                Trouble::Refused(_) => Trouble::Refused(say("mail.trouble.no_folder", &[("folder", &visible(folder))])),
                lost => lost,
            })?;
            self.enter_folder(talk, at, true).await?;
            let known = self.identity(talk, at.number).await?.ok_or_else(|| gone(at))?;
            talk.uid_mv(at.number.to_string(), wire(folder)).await.map_err(|error| self.no(&error))?;
            let same = async |talk: &mut Talk, number| Ok(self.identity(talk, number).await?.as_ref() == Some(&known));
            self.arrived(talk, folder, next, same).await
        })
    }

    fn mark(&self, at: &At, flag: Flag, on: bool) -> Result<(), Trouble> {
        self.talk(async |talk| {
            self.enter_folder(talk, at, true).await?;
            if self.identity(talk, at.number).await?.is_none() {
                return Err(gone(at));
            }
            let name = match flag {
                Flag::Seen => "\\Seen",
                Flag::Flagged => "\\Flagged",
            };
            let query = format!("{}FLAGS.SILENT ({name})", if on { '+' } else { '-' });
            let mut answers = talk.uid_store(at.number.to_string(), query).await.map_err(|error| self.no(&error))?;
            while let Some(answer) = answers.next().await {
                answer.map_err(|error| self.no(&error))?;
            }
            Ok(())
        })
    }

    fn append(&self, folder: &str, letter: &[u8], draft: bool) -> Result<At, Trouble> {
        let id = super::letter::message_id(letter).unwrap_or_default();
        self.talk(async |talk| {
            let next = self.next_number(talk, folder).await?;
            let flags = if draft { "(\\Draft \\Seen)" } else { "(\\Seen)" };
            talk.append(wire(folder), Some(flags), None, letter).await.map_err(|error| self.no(&error))?;
            let same = async |talk: &mut Talk, number| self.has_id(talk, number, &id).await;
            self.arrived(talk, folder, next, same).await
        })
    }

    fn remove(&self, at: &At) -> Result<(), Trouble> {
        self.talk(async |talk| {
            let can = talk.capabilities().await.map_err(|error| self.no(&error))?;
            // Without it everything else that is marked as deleted would go, too.
            if !can.has_str("UIDPLUS") {
                return Err(Trouble::Refused(say("mail.trouble.no_move", &[("host", &self.host.host)])));
            }
            self.enter_folder(talk, at, true).await?;
            let number = at.number.to_string();
            {
                let mut answers =
                    talk.uid_store(&number, "+FLAGS.SILENT (\\Deleted)").await.map_err(|error| self.no(&error))?;
                while let Some(answer) = answers.next().await {
                    answer.map_err(|error| self.no(&error))?;
                }
            }
            let gone = talk.uid_expunge(&number).await.map_err(|error| self.no(&error))?;
            let mut gone = std::pin::pin!(gone);
            while let Some(answer) = gone.next().await {
                answer.map_err(|error| self.no(&error))?;
            }
            Ok(())
        })
    }

    fn find(&self, folder: &str, message_id: &str) -> Result<Option<At>, Trouble> {
        let key = format!("HEADER Message-ID {}", quoted(message_id)?);
        self.talk(async |talk| {
            let opened = talk.examine(wire(folder)).await.map_err(|error| self.no(&error))?;
            let generation = opened.uid_validity.unwrap_or_default();
            let found = talk.uid_search(&key).await.map_err(|error| self.no(&error))?;
            Ok(found.into_iter().max().map(|number| At { folder: folder.to_owned(), generation, number }))
        })
    }

    fn find_anywhere(&self, message_id: &str) -> Result<Option<At>, Trouble> {
        let key = format!("HEADER Message-ID {}", quoted(message_id)?);
        self.talk(async |talk| {
            let mut folders: Vec<String> = self.named(talk).await?.into_iter().map(|(name, _)| name).collect();
            // Where letters that are answered mostly lie.
            folders.sort_by_key(|name| !name.eq_ignore_ascii_case("INBOX"));
            for folder in folders.into_iter().take(MOST_FOLDERS) {
                // One that cannot be opened has nothing to say about the others.
                let Ok(opened) = talk.examine(wire(&folder)).await else { continue };
                let generation = opened.uid_validity.unwrap_or_default();
                let found = talk.uid_search(&key).await.map_err(|error| self.no(&error))?;
                if let Some(number) = found.into_iter().max() {
                    return Ok(Some(At { folder, generation, number }));
                }
            }
            Ok(None)
        })
    }

    fn wrote_to(&self, address: &str) -> Result<bool, Trouble> {
        let address = quoted(address)?;
        self.talk(async |talk| {
            let Some(folder) = self.folder_of(talk, Use::Sent, false).await? else { return Ok(false) };
            talk.examine(wire(&folder)).await.map_err(|error| self.no(&error))?;
            let keys = format!("OR OR TO {address} CC {address} BCC {address}");
            let found = talk.uid_search(&keys).await.map_err(|error| self.no(&error))?;
            Ok(!found.is_empty())
        })
    }
}

impl Imap {
    async fn has_id(&self, talk: &mut Talk, number: u32, id: &str) -> Result<bool, Trouble> {
        let found = self.fetched(talk, &number.to_string(), "(UID BODY.PEEK[HEADER])").await?;
        let of = |one: &Fetch| super::letter::message_id(one.header().unwrap_or_default());
        Ok(found.iter().any(|one| one.uid == Some(number) && of(one).as_deref() == Some(id)))
    }
}

fn gone(at: &At) -> Trouble {
    Trouble::Refused(say("mail.trouble.gone", &[("letter", &visible(&at.to_string()))]))
}

fn marks(one: &Fetch) -> (bool, bool) {
    let marks: Vec<Mark<'_>> = one.flags().collect();
    (marks.contains(&Mark::Seen), marks.contains(&Mark::Flagged))
}

// A text in quotes. What could end the command is refused rather than mended.
fn quoted(text: &str) -> Result<String, Trouble> {
    if text.len() > 500 || text.chars().any(char::is_control) {
        return Err(Trouble::Refused(say("mail.trouble.text", &[])));
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn keys(query: &Query) -> Result<String, Trouble> {
    let mut keys = String::new();
    for (key, text) in [("TEXT", &query.words), ("FROM", &query.from), ("TO", &query.to), ("SUBJECT", &query.subject)] {
        if let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let _ = write!(keys, " {key} {}", quoted(text)?);
        }
    }
    if let Some(day) = &query.since {
        let day: jiff::civil::Date =
            day.parse().map_err(|_| Trouble::Refused(say("mail.trouble.day", &[("day", &visible(day))])))?;
        let _ = write!(keys, " SINCE {}", day.strftime("%d-%b-%Y"));
    }
    match query.unread {
        Some(true) => keys.push_str(" UNSEEN"),
        Some(false) => keys.push_str(" SEEN"),
        None => {}
    }
    if keys.is_empty() {
        keys.push_str(" ALL");
    }
    Ok(if keys.is_ascii() { keys.trim_start().to_owned() } else { format!("CHARSET UTF-8{keys}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_never_ends_the_command_it_stands_in() {
        let query = |words: &str| keys(&Query { words: Some(words.into()), ..Query::default() });
        assert_eq!(query("say \"hi\" \\").unwrap(), "TEXT \"say \\\"hi\\\" \\\\\"");
        assert!(query("a\r\nA1 DELETE INBOX").is_err());
        assert!(query(&"x".repeat(501)).is_err());
        assert_eq!(query("żółć").unwrap(), "CHARSET UTF-8 TEXT \"żółć\"");
        let since = keys(&Query { since: Some("2026-11-03".into()), unread: Some(true), ..Query::default() });
        assert_eq!(since.unwrap(), "SINCE 03-Nov-2026 UNSEEN");
        assert!(keys(&Query { since: Some("yesterday".into()), ..Query::default() }).is_err());
        assert_eq!(keys(&Query::default()).unwrap(), "ALL");
    }
}
