//! A person at the terminal answers card by card. Only a letter that is typed after the card was seen decides; an empty
//! line, several lines at once or the end of the input leave the card waiting.

use crate::follow::Follow;
use crate::out::{Style, words};
use crate::{Desk, card, editor, typed};
use assent_protocol::{
    Action, ActionId, Decider, Question, RunId,
    wire::{ErrorCode, WireError},
};
use std::collections::HashSet;
use std::io::IsTerminal;

/// What to do after one card.
enum Then {
    GoOn,
    Quit,
}

impl Desk {
    /// Asks about every card and question of the run until each is answered or skipped.
    pub(crate) async fn person_answers(&self, follow: &mut Follow<'_>) -> Result<(), WireError> {
        let mut skipped: HashSet<ActionId> = HashSet::new();
        let mut unanswered = HashSet::new();
        loop {
            let open = follow.open()?;
            let then = if let Some(action) = open.cards.iter().find(|action| !skipped.contains(&action.id)) {
                self.ask_about(action, &mut skipped)?
            } else if let Some(question) = open.questions.iter().find(|question| !unanswered.contains(&question.id)) {
                unanswered.insert(question.id);
                self.ask_for(question)?
            } else {
                return Ok(());
            };
            if matches!(then, Then::Quit) {
                return Ok(());
            }
            follow.drive().await?;
        }
    }

    /// Asks what a server wants to know while its call is under way. With nobody at the terminal the answer is no,
    /// unless somebody else may be there to give it.
    pub(crate) fn answer_servers(&self, run: RunId) -> Result<(), WireError> {
        for question in self.engine.server_questions(run)? {
            let person = !self.out.json && std::io::stdin().is_terminal();
            // Beside a program that is open it is that one's question: nobody here is no answer.
            if !person && self.engine.here().is_err() {
                continue;
            }
            let line = if person {
                typed::let_it_be_seen();
                self.read(&words("cli.prompt.answer", &[("id", &question.id.to_string())]))
            } else {
                self.out.note("cli.prompt.nobody", &[("id", &question.id.to_string())]);
                None
            };
            let answer = line.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
            if let Err(error) = self.engine.answer(question.id, answer.as_deref().unwrap_or("no")) {
                self.out.error(&error);
            }
        }
        Ok(())
    }

    fn ask_about(&self, action: &Action, skipped: &mut HashSet<ActionId>) -> Result<Then, WireError> {
        typed::let_it_be_seen();
        loop {
            let id = action.id.to_string();
            let Some(lines) = self.read_lines(&words("cli.prompt.card", &[("id", &id), ("title", &action.title)]))
            else {
                return Ok(Then::Quit);
            };
            let [line] = &lines[..] else {
                self.out.say(Style::Dim, "cli.prompt.several", &[]);
                continue;
            };
            let done = match line.trim() {
                "a" => self.approve_here(action),
                "r" => {
                    let reason = self.read(&words("cli.prompt.reason", &[])).unwrap_or_default();
                    let reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
                    self.engine.reject(action.id, reason, false).map(|_| true)
                }
                "e" => editor::open(&action.args).and_then(|args| self.engine.edit(action.id, args)).map(|_| true),
                "w" => {
                    self.engine.why(action.id)?.iter().for_each(|line| self.out.line(Style::Plain, line));
                    Ok(false)
                }
                "d" => {
                    card::show(&self.out, &self.engine.card(action.id)?);
                    Ok(false)
                }
                "s" => {
                    skipped.insert(action.id);
                    Ok(true)
                }
                "q" => return Ok(Then::Quit),
                _ => {
                    self.out.say(Style::Dim, "cli.prompt.letters", &[]);
                    Ok(false)
                }
            };
            match done {
                Ok(true) => return Ok(Then::GoOn),
                Ok(false) => {}
                // Whoever was faster, or the new card in its place: the next round shows how it stands.
                Err(error) if matches!(error.code, ErrorCode::Changed | ErrorCode::AlreadyDecided) => {
                    self.out.error(&error);
                    return Ok(Then::GoOn);
                }
                Err(error) => self.out.error(&error),
            }
        }
    }

    fn approve_here(&self, action: &Action) -> Result<bool, WireError> {
        let card = self.engine.card(action.id)?;
        let Some(wanted) = card::confirmation(&card) else {
            return self.engine.approve(action.id, Some(&action.digest), None, Decider::User).map(|_| true);
        };
        let typed = self.read(&words("cli.prompt.confirm", &[("confirm", &wanted)])).unwrap_or_default();
        if typed.trim() != wanted {
            self.out.say(Style::Dim, "cli.prompt.not_confirmed", &[]);
            return Ok(false);
        }
        self.engine.approve(action.id, Some(&action.digest), Some(typed.trim()), Decider::User).map(|_| true)
    }

    fn ask_for(&self, question: &Question) -> Result<Then, WireError> {
        typed::let_it_be_seen();
        let key = if question.choices.is_empty() { "cli.prompt.answer" } else { "cli.prompt.choice" };
        let Some(line) = self.read(&words(key, &[("id", &question.id.to_string())])) else {
            return Ok(Then::Quit);
        };
        if !line.trim().is_empty() {
            self.engine.answer(question.id, line.trim())?;
        }
        Ok(Then::GoOn)
    }

    /// The text that is typed or pasted after the question; it may hold several lines.
    fn read(&self, question: &str) -> Option<String> {
        self.read_lines(question).map(|lines| lines.join("\n"))
    }

    fn read_lines(&self, question: &str) -> Option<Vec<String>> {
        typed::forget();
        self.out.ask(question);
        let lines = typed::lines();
        if lines.is_none() {
            self.out.line(Style::Plain, "");
        }
        lines
    }
}
