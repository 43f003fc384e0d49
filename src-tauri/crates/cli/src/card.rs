//! A card and an action, drawn as text and as JSON. Every item is shown, never cut; the agent's own words come last.

use crate::out::{Out, Style, words};
use assent_engine::clock;
use assent_protocol::{Action, Decider, Pair, Preview, RuleId, Status, wire::Card};
use serde_json::{Value, json};

/// Shows a card in the form asked for.
pub fn show(out: &Out, card: &Card) {
    out.object(&card_json(card));
    if !out.json {
        draw(out, card);
    }
}

/// Shows how an action stands, on one line.
pub fn show_action(out: &Out, action: &Action) {
    out.object(&action_json(action));
    let style = match action.status {
        Status::Succeeded => Style::Good,
        Status::Failed | Status::Partly | Status::Denied => Style::Bad,
        Status::Unknown => Style::Alert,
        _ => Style::Dim,
    };
    out.line(style, &action_line(action));
    if let Some(note) = &action.note {
        note.lines().for_each(|line| out.line(style, &format!("    {line}")));
    }
}

/// Shows an action in its hold, with the time that is left to recall it.
pub fn show_held(out: &Out, action: &Action) {
    out.object(&action_json(action));
    let left = action.held_until.map_or(0, |until| (until - clock::now()).max(0).saturating_add(999) / 1000);
    let key = if left > 0 { "cli.held" } else { "cli.held.again" };
    let (id, run) = (action.id.to_string(), action.run.to_string());
    out.say(Style::Alert, key, &[("id", &id), ("title", &action.title), ("left", &left.to_string()), ("run", &run)]);
}

/// `a3  done (by you)  Move 14 files to Pictures`
pub fn action_line(action: &Action) -> String {
    let status = words(&format!("core.status.{}", action.status.name()), &[]);
    let by = match action.decision.as_ref().map(|decision| &decision.by) {
        Some(Decider::Rule { rule }) => words("core.by.rule", &[("rule", &rule.to_string())]),
        Some(by) => words(&format!("core.by.{}", by.name()), &[]),
        None => String::new(),
    };
    let values = [("id", action.id.to_string()), ("status", status), ("by", by), ("title", action.title.clone())];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words(if action.decision.is_some() { "cli.action" } else { "cli.action.undecided" }, &values)
}

/// What has to be typed for an escalation: the amount, the recipient, or the name of what it is about.
pub fn confirmation(card: &Card) -> Option<String> {
    card.action.verdict.escalate.then(|| assent_engine::confirmation(&card.action))
}

/// A time as RFC 3339 with the offset of the user's zone.
pub fn rfc_3339(at: i64) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at).ok()?.in_tz(&clock::zone()).ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

fn card_json(card: &Card) -> Value {
    let action = &card.action;
    json!({
        "type": "card", "id": action.id, "digest": action.digest, "tool": action.tool, "title": action.title,
        "args": action.args, "effect": action.facts.effect, "destination": action.facts.destination,
        "reversal": action.facts.reversal, "reasons": action.verdict.reasons,
        "expires": action.expires_at.and_then(rfc_3339),
        "run": action.run, "status": action.status, "escalate": action.verdict.escalate, "floor": action.verdict.floor,
        "confirm": confirmation(card), "size": action.facts.size, "preview": action.preview, "why": card.why,
        "values_from": card.values_from, "hidden_characters": card.hidden_characters, "edit_of": action.edit_of,
        "goal": card.goal, "mode": card.mode, "says": action.says, "chain": card.chain,
        "remarks": card.remarks,
    })
}

/// An action as a line of JSON: first what is promised to scripts, then the rest.
pub fn action_json(action: &Action) -> Value {
    let decision = action.decision.as_ref();
    let rule: Option<RuleId> = decision.and_then(|d| if let Decider::Rule { rule } = d.by { Some(rule) } else { None });
    json!({
        "type": "action", "id": action.id, "status": action.status, "by": decision.map(|d| d.by.name()), "rule": rule,
        "run": action.run, "tool": action.tool, "title": action.title, "effect": action.facts.effect,
        "digest": action.digest, "args": action.args, "reason": decision.and_then(|d| d.reason.clone()),
        "note": action.note, "outcomes": action.outcomes, "undo": action.undo, "edit_of": action.edit_of,
        "reasons": action.verdict.reasons, "proposed": rfc_3339(action.proposed_at),
        "ended": action.ended_at.and_then(rfc_3339), "until": action.held_until.and_then(rfc_3339),
    })
}

fn draw(out: &Out, card: &Card) {
    let action = &card.action;
    let id = action.id.to_string();
    out.line(Style::Plain, "");
    let (key, style) =
        if action.verdict.escalate { ("cli.card.escalation", Style::Alert) } else { ("cli.card", Style::Strong) };
    out.say(style, key, &[("id", &id), ("title", &action.title)]);
    if !card.chain.is_empty() {
        let values = [("goal", card.goal.as_str()), ("for", &card.chain.join(" → "))];
        out.say(Style::Plain, "cli.card.chain", &values);
    }
    draw_preview(out, &action.preview);
    let facts = [&card.destination, &card.reversal, &card.size].map(String::as_str);
    let facts: Vec<&str> = facts.into_iter().filter(|text| !text.is_empty()).collect();
    out.line(Style::Plain, &format!("  {}", facts.join(" · ")));
    for why in &card.why {
        out.say(Style::Plain, "cli.card.why", &[("why", why)]);
    }
    for origin in &card.values_from {
        out.say(Style::Dim, "cli.card.from", &[("from", origin)]);
    }
    if card.hidden_characters {
        out.say(Style::Bad, "cli.card.hidden", &[]);
    }
    if !card.expires.is_empty() {
        out.say(Style::Dim, "cli.card.expires", &[("expires", &card.expires)]);
    }
    if action.status != Status::Waiting {
        out.line(Style::Plain, &format!("  {}", action_line(action)));
    }
    if let Some(text) = confirmation(card).filter(|_| action.status == Status::Waiting) {
        out.say(Style::Alert, "cli.card.confirm", &[("id", &id), ("confirm", &text)]);
    }
    if let Some(says) = action.says.as_deref().filter(|says| !says.is_empty()) {
        out.say(Style::Dim, "cli.card.says", &[("says", says)]);
    }
    for remark in &card.remarks {
        out.say(Style::Dim, "cli.card.remark", &[("by", &remark.by), ("text", &remark.text)]);
    }
}

fn draw_preview(out: &Out, preview: &Preview) {
    match preview {
        Preview::Pairs { rows } => rows.iter().for_each(|row| draw_pair(out, row, rows.len() > 1)),
        Preview::Lines { subject, lines } => {
            out.line(Style::Plain, &format!("  {subject}"));
            for line in lines {
                let style = match line.sign.as_str() {
                    "+" => Style::Good,
                    "-" => Style::Bad,
                    _ => Style::Plain,
                };
                out.line(style, &format!("  {} {}", line.sign, line.text));
            }
        }
        Preview::Fields { rows } => {
            rows.iter().for_each(|(name, value)| out.line(Style::Plain, &format!("  {name}: {value}")));
        }
    }
}

fn draw_pair(out: &Out, row: &Pair, numbered: bool) {
    let number = if numbered { format!("{:>4}. ", row.item + 1) } else { "  ".to_owned() };
    let note = row.note.as_deref().map(|note| format!("   ({note})")).unwrap_or_default();
    let (style, text) = match (row.before.as_str(), row.after.as_str()) {
        ("", after) => (Style::Good, format!("+ {after}")),
        (before, "") => (Style::Bad, format!("- {before}")),
        (before, after) => (Style::Plain, format!("{before} → {after}")),
    };
    out.line(style, &format!("{number}{text}{note}"));
}
