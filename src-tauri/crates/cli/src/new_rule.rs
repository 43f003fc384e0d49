//! `assent rules add`: a rule written by hand, from conditions on the command line.

use crate::arguments::{AnswerName, NewRule};
use crate::out::Style;
use crate::tasks::{absolute, bad_usage};
use crate::{Answered, Desk, Ended};
use assent_engine::clock;
use assent_protocol::{Condition, RuleAnswer, RuleDraft, RuleOffer, Scope, wire::WireError};
use serde_json::{Value, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Desk {
    pub(crate) fn write_rule(&self, new: &NewRule) -> Answered {
        let draft = draft(new, clock::now())?;
        let offer = self.engine.preview_rule(draft)?;
        self.show_preview(&offer);
        if new.preview {
            return Ok(Ended::Done);
        }
        let rule = self.engine.make_rule(offer.draft, new.yes_again)?;
        self.show_rule(&rule);
        self.out.say(Style::Dim, "cli.rule.made", &[("rule", &rule.id.to_string())]);
        Ok(Ended::Done)
    }

    fn show_preview(&self, offer: &RuleOffer) {
        self.out.object(&json!({
            "type": "offer", "action": null, "sentence": offer.sentence, "history": offer.history,
            "matched": offer.matched, "approved": offer.approved, "rejected": offer.rejected, "draft": offer.draft,
        }));
        self.out.line(Style::Strong, &offer.sentence);
        self.out.line(Style::Dim, &format!("     {}", offer.history));
    }
}

fn draft(new: &NewRule, now: i64) -> Result<RuleDraft, WireError> {
    let mut conditions = Vec::new();
    for text in &new.is {
        let (path, value) = parts(text)?;
        conditions.push(Condition::Equals { path, value: value_of(value) });
    }
    for text in &new.one_of {
        let (path, values) = parts(text)?;
        conditions
            .push(Condition::OneOf { path, values: values.split(',').map(|value| value_of(value.trim())).collect() });
    }
    for text in &new.under {
        let (path, folder) = parts(text)?;
        conditions.push(Condition::UnderFolder { path, folder: absolute(folder) });
    }
    for text in &new.host {
        let (path, host) = parts(text)?;
        conditions.push(Condition::Host { path, host: host.to_lowercase() });
    }
    for text in &new.domain {
        let (path, domain) = parts(text)?;
        conditions.push(Condition::Domain { path, domain: domain.to_lowercase() });
    }
    for text in &new.at_most {
        let (path, bound) = parts(text)?;
        let bound = bound.parse().map_err(|_| bad_usage("cli.rule.condition", &[("text", text)]))?;
        conditions.push(Condition::AtMost { path, bound });
    }
    Ok(RuleDraft {
        answer: match new.answer {
            AnswerName::Allow => RuleAnswer::Allow,
            AnswerName::Ask => RuleAnswer::Ask,
            AnswerName::Never => RuleAnswer::Deny,
        },
        tool: new.tool.clone(),
        definition: String::new(),
        conditions,
        scope: Scope::Everywhere,
        until: Some(now.saturating_add(i64::from(new.days) * DAY_MS)),
        uses_left: new.uses,
        per_day: new.per_day,
        amount_per_day: new.amount_per_day.as_deref().map(hundredths).transpose()?,
    })
}

// `to=anna@example.org`, `/items/*/to=~/Pictures`.
fn parts(text: &str) -> Result<(String, &str), WireError> {
    let wrong = || bad_usage("cli.rule.condition", &[("text", text)]);
    let (path, value) = text.split_once('=').ok_or_else(wrong)?;
    if path.is_empty() || value.is_empty() {
        return Err(wrong());
    }
    Ok((if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }, value))
}

// Numbers, yes and no as such; whatever else is written is a text.
fn value_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn hundredths(text: &str) -> Result<i64, WireError> {
    let wrong = || bad_usage("cli.rule.condition", &[("text", text)]);
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let part: i64 = format!("{part:0<2}").parse().map_err(|_| wrong())?;
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    whole.checked_mul(100).and_then(|sum| sum.checked_add(part)).filter(|_| whole >= 0).ok_or_else(wrong)
}

/// Hundredths as a person writes them.
pub(crate) fn sum(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, (hundredths % 100).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_conditions_are_read_as_they_are_written() {
        assert_eq!(
            (hundredths("120.5").ok(), hundredths("7").ok(), hundredths("-1").ok()),
            (Some(12050), Some(700), None)
        );
        assert_eq!(parts("items/*/to=~/a=b").ok(), Some(("/items/*/to".to_owned(), "~/a=b")));
        assert!(parts("to").is_err() && parts("=x").is_err());
        assert_eq!(value_of("7"), json!(7));
        assert_eq!(value_of("anna@home.test"), json!("anna@home.test"));
        assert_eq!(sum(12050), "120.50");
    }
}
