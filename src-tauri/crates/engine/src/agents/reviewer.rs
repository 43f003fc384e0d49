//! A second opinion on a card: a model that the user chose is shown what the card shows and says a few words. Nobody waits
//! for it, nothing is decided by it, and no other model hears it: a card is as it is with or without them.

use crate::{Answered, Desk, Engine};
use assent_agent::Request;
use assent_policy as policy;
use assent_protocol::{
    ActionId, Mode, Status, Turn, texts,
    visible::visible,
    wire::{Card, Change, ModelChoice},
};
use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::runtime::Handle;

/// How long a reviewer may think; a card that waits longer has none.
const PATIENCE: Duration = Duration::from_secs(60);
/// Characters of its words that are kept.
const MOST_WORDS: usize = 600;
/// Bytes of what the card would do that it is shown.
const MOST_SHOWN: usize = 8_000;
/// Tokens set aside for its words, and bytes of a token, taken low.
const REPLY_TOKENS: usize = 400;
const BYTES_OF_A_TOKEN: usize = 3;

impl Engine {
    /// Has a card looked at by the reviewer, if there is one, beside everything else.
    pub(crate) fn review_soon(&self, id: ActionId) {
        let Ok(runtime) = Handle::try_current() else { return };
        if self.settings().is_ok_and(|settings| !settings.reviewer.is_empty()) {
            let desk = Arc::downgrade(&self.0);
            runtime.spawn(async move {
                // A remark that does not come is no news: the card says nothing that rests on it.
                let _ = review(desk, id).await;
            });
        }
    }
}

async fn review(desk: Weak<Desk>, id: ActionId) -> Answered<()> {
    let Some(engine) = desk.upgrade().map(Engine) else { return Ok(()) };
    let card = engine.card(id)?;
    let settings = engine.settings()?;
    let choice = ModelChoice {
        provider: settings.provider,
        model: settings.reviewer,
        base_url: settings.base_url,
        has_key: settings.has_key,
    };
    let chosen = engine.chosen(&choice)?;
    let text = told(&card);
    let run = engine.run_row(card.action.run)?;
    // Its words are on the budget of the task, and beyond it there are none.
    let tokens = u32::try_from(text.len() / BYTES_OF_A_TOKEN + REPLY_TOKENS).unwrap_or(u32::MAX);
    let turns = engine.0.journal.turns(run.id)?;
    let stand = engine.stand(&run, &turns)?;
    if policy::pause(&stand.counts, stand.bounds, tokens).is_some() {
        return Ok(());
    }
    let now = engine.0.host.now();
    engine.0.journal.reserve_tokens(run.id, tokens, now)?;
    let request = asked(text, now, engine.0.host.zone());
    let control = engine.control(run.id);
    drop(engine);
    let heard = |_: &str| ();
    let answering = tokio::time::timeout(PATIENCE, chosen.model.reply(&request, &heard));
    let answered = tokio::select! {
        () = control.halt.notified() => return Ok(()),
        answered = answering => answered,
    };
    let Ok(Ok(reply)) = answered else { return Ok(()) };
    let Some(engine) = desk.upgrade().map(Engine) else { return Ok(()) };
    let used = reply.tokens.as_ref().map_or(0, |used| used.input.saturating_add(used.output));
    let more = u32::try_from(used).unwrap_or(u32::MAX).saturating_sub(tokens);
    if more > 0 {
        engine.0.journal.reserve_tokens(run.id, more, engine.0.host.now())?;
    }
    let said: String = visible(reply.text.trim()).chars().take(MOST_WORDS).collect();
    let waits = engine.action_row(id)?.status == Status::Waiting;
    if said.is_empty() || !waits {
        return Ok(());
    }
    let by = visible(&chosen.model.name());
    engine.0.journal.add_remark(id, &by, &said, engine.0.host.now())?;
    engine.0.host.changed(Change::Action { action: id, run: run.id });
    Ok(())
}

// No tool, no folder, no host: it can do nothing but speak.
fn asked(text: String, now: i64, zone: String) -> Request {
    Request {
        turns: Arc::new(vec![Turn::User { text }]),
        tools: Vec::new(),
        folders: Vec::new(),
        notes_folder: String::new(),
        home: String::new(),
        now,
        began: now,
        zone,
        mode: Mode::Suggest,
        kept: HashMap::new(),
        again: None,
    }
}

// What the person sees, in words.
fn told(card: &Card) -> String {
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let action = &card.action;
    let mut shown =
        format!("{}\n{}", json(serde_json::to_string(&action.args)), json(serde_json::to_string(&action.preview)));
    let mut end = MOST_SHOWN.min(shown.len());
    while !shown.is_char_boundary(end) {
        end -= 1;
    }
    shown.truncate(end);
    let facts = [&card.destination, &card.reversal, &card.size].map(String::as_str).join(" · ");
    let why = card.why.iter().chain(&card.values_from).map(String::as_str).collect::<Vec<_>>().join(" ");
    let title = action.title.as_str();
    texts::say(
        "engine.review",
        &[("goal", &card.goal), ("title", title), ("facts", &facts), ("why", &why), ("shown", &shown)],
    )
}
