//! A letter that arrived, as something that happened. Whoever sent it wrote every byte of it.

use super::sift::Happening;
use assent_protocol::{texts, visible::visible};
use assent_tools::mail::letter::{everything, letter};
use serde_json::json;

/// Letters of a text that a run is given; it can read on with the tools of mail.
const GIVEN: usize = 20_000;

/// What arrived: `id` is how the run reads it again, `size` the bytes of all of it.
pub(crate) fn happening(id: &str, bytes: &[u8], size: u64, at: i64) -> Happening {
    let (head, text) = letter(bytes, size);
    let (all, hidden) = everything(bytes);
    let from = head["from"][0]["address"].as_str().unwrap_or_default().to_owned();
    let subject = head["subject"].as_str().unwrap_or_default().to_owned();
    let shown = if subject.is_empty() { texts::say("automation.what.no_subject", &[]) } else { visible(&subject) };
    let text: String = text.chars().take(GIVEN).collect();
    Happening {
        key: format!("letter {id}"),
        what: texts::say("automation.what.letter", &[("subject", &shown), ("from", &visible(&from))]),
        name: subject.clone(),
        text: all,
        from: Some(from.clone()),
        bytes: Some(size),
        untrusted: Some(texts::say("automation.untrusted.letter", &[("from", &visible(&from))])),
        details: json!({"letter": id, "from": from, "subject": subject, "text": text, "message_id": head["message_id"]}),
        hidden,
        count: 1,
        at,
        arrival: true,
        ..Happening::default()
    }
}
