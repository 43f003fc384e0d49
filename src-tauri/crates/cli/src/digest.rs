//! The digest: what happened since you last looked, what ran unasked and why, to be asked next time, and to take it back.

use crate::out::{Style, words};
use crate::{Answered, Desk, Ended, card};
use assent_protocol::{ActionId, Digest, DigestLine, UndoState};
use serde_json::json;

const HOUR: i64 = 3_600_000;

impl Desk {
    pub(crate) fn digest(&self, seen: bool, hours: Option<u32>, ask: &[ActionId], undo: bool) -> Answered {
        for id in ask {
            let told = self.engine.ask_next_time(*id)?;
            self.out.message(&told);
        }
        if !ask.is_empty() {
            return Ok(Ended::Done);
        }
        let digest = match hours {
            Some(hours) => self.engine.digest_since(assent_engine::clock::now() - i64::from(hours) * HOUR)?,
            None => self.engine.digest()?,
        };
        if undo {
            let ready = digest.unasked.iter().filter(|line| line.undo == UndoState::Ready);
            let report = self.engine.undo_all(ready.map(|line| line.action).collect())?;
            return self.show_undone("digest", &report);
        }
        self.show_digest(&digest);
        if seen {
            self.engine.digest_seen(digest.until)?;
        }
        let waits = !digest.waiting.is_empty();
        Ok(if waits { Ended::Waiting } else { Ended::Done })
    }

    fn show_digest(&self, digest: &Digest) {
        self.out.line(Style::Strong, &digest.words);
        let lists = [
            ("done", &digest.done),
            ("waiting", &digest.waiting),
            ("expired", &digest.expired),
            ("failed", &digest.failed),
            ("not_understood", &digest.not_understood),
            ("skipped", &digest.skipped),
            ("noted", &digest.noted),
        ];
        for (list, lines) in lists.iter().filter(|(_, lines)| !lines.is_empty()) {
            self.out.say(Style::Plain, &format!("cli.digest.{list}"), &[]);
            lines.iter().for_each(|line| self.show_line(list, line));
        }
        if !digest.unasked.is_empty() {
            self.out.say(Style::Plain, "cli.digest.unasked", &[]);
        }
        for line in &digest.unasked {
            self.out.object(&json!({
                "type": "unasked", "action": line.action, "run": line.run, "automation": line.automation,
                "title": line.title, "rule": line.rule, "because": line.because, "undo": line.undo,
            }));
            let id = line.action.to_string();
            self.out.say(Style::Plain, "cli.digest.unasked_line", &[("id", &id), ("title", &line.title)]);
            self.out.line(Style::Dim, &format!("       {}", line.because));
        }
        if !digest.unasked.is_empty() {
            self.out.say(Style::Dim, "cli.digest.next", &[]);
        }
        let count = |lines: &[DigestLine]| lines.iter().map(|line| line.count).sum::<u32>();
        self.out.object(&json!({
            "type": "digest", "since": card::rfc_3339(digest.since), "until": card::rfc_3339(digest.until),
            "words": digest.words, "done": count(&digest.done), "waiting": count(&digest.waiting),
            "expired": count(&digest.expired), "failed": count(&digest.failed),
            "not_understood": count(&digest.not_understood), "skipped": count(&digest.skipped),
            "noted": count(&digest.noted), "dropped": digest.dropped, "unasked": digest.unasked.len(),
        }));
    }

    fn show_line(&self, list: &str, line: &DigestLine) {
        self.out.object(&json!({
            "type": "digest_line", "list": list, "text": line.text, "count": line.count, "automation": line.automation,
            "firing": line.firing, "run": line.run, "action": line.action, "at": card::rfc_3339(line.at),
        }));
        let times = if line.count > 1 {
            words("cli.digest.times", &[("count", &line.count.to_string())])
        } else {
            String::new()
        };
        let of = line.run.map_or_else(String::new, |run| format!(" [{run}]"));
        self.out.line(Style::Plain, &format!("  {}{times}{of}", line.text));
    }
}
