//! Commands that set a run going or on its way again: ask, practice, approve, edit, reject, answer, say, resume, stop.

use crate::arguments::{Approve, ModeName};
use crate::follow::Follow;
use crate::out::{Style, words};
use crate::{Answered, Desk, Ended, card, editor};
use assent_protocol::{
    ActionId, Decider, QuestionId, RunId, Status,
    wire::{ErrorCode, NewTask, WireError},
};
use std::collections::BTreeSet;
use std::io::IsTerminal;

impl Desk {
    pub(crate) fn new_task(
        &self,
        goal: String,
        mode: Option<ModeName>,
        grants: Vec<String>,
        model: Option<String>,
    ) -> Result<RunId, WireError> {
        let grants = grants.iter().map(|folder| absolute(folder)).collect();
        let task = NewTask { goal, mode: mode.map(Into::into), grants, model };
        if interactive(self) && mode.is_none() {
            self.advise_in_a_line(&task)?;
        }
        self.engine.new_task(task)
    }

    pub(crate) async fn follow_new(&self, run: RunId, approve: Option<Approve>) -> Answered {
        self.go(&mut Follow::start(self, run), approve).await
    }

    pub(crate) async fn practice(&self, unattended: bool) -> Answered {
        let task = self.engine.practice()?;
        self.out.note("cli.practice.start", &[("goal", &task.goal)]);
        let run = self.engine.new_task(task)?;
        let mut follow = Follow::start(self, run);
        if !unattended {
            return self.go(&mut follow, None).await;
        }
        let ended = self.settle(&mut follow, Some(Approve::All)).await?;
        let (_, last) = follow.told()?;
        let undone = self.undo(&run.to_string())?;
        let whole = self.verify()?;
        self.out.note("cli.practice.next", &[]);
        self.out.object(&last);
        Ok(ended.max(undone).max(whole))
    }

    pub(crate) async fn approve(&self, ids: &[ActionId], confirm: Option<&str>) -> Answered {
        let mut runs = BTreeSet::new();
        for id in ids {
            let card = self.engine.card(*id)?;
            self.check_gesture(&card, confirm)?;
            runs.insert(card.action.run);
        }
        let mut followed = Vec::new();
        for run in runs {
            followed.push(Follow::from_here(self, run)?);
        }
        let mut refused = None;
        for id in ids {
            let card = self.engine.card(*id)?;
            if let Err(error) = self.engine.approve(*id, Some(&card.action.digest), confirm, Decider::User) {
                if error.code != ErrorCode::Changed {
                    refused = Some(error);
                    break;
                }
                self.out.error(&error);
            }
        }
        let mut worst = Ended::Done;
        for follow in &mut followed {
            worst = worst.max(self.go(follow, None).await?);
        }
        refused.map_or(Ok(worst), Err)
    }

    fn check_gesture(&self, card: &assent_protocol::wire::Card, confirm: Option<&str>) -> Result<(), WireError> {
        let Some(wanted) = card::confirmation(card).filter(|_| card.action.status == Status::Waiting) else {
            return Ok(());
        };
        if confirm.is_some_and(|typed| typed.trim() == wanted) {
            return Ok(());
        }
        let id = card.action.id.to_string();
        let message = words("cli.confirm.needed", &[("id", &id), ("title", &card.action.title), ("confirm", &wanted)]);
        Err(WireError { code: ErrorCode::NeedsConfirmation, message })
    }

    pub(crate) async fn edit(&self, id: ActionId, args: Option<String>) -> Answered {
        let card = self.engine.card(id)?;
        let args = match args {
            Some(text) => editor::parse(&text)?,
            None if interactive(self) => editor::open(&card.action.args)?,
            None => return Err(bad_usage("cli.edit.args", &[])),
        };
        let mut follow = Follow::from_here(self, card.action.run)?;
        self.engine.edit(id, args)?;
        self.go(&mut follow, None).await
    }

    pub(crate) async fn reject(&self, id: ActionId, reason: Option<String>, stop: bool) -> Answered {
        let mut follow = Follow::from_here(self, self.engine.card(id)?.action.run)?;
        self.engine.reject(id, reason, stop)?;
        self.go(&mut follow, None).await
    }

    pub(crate) async fn recall(&self, id: ActionId) -> Answered {
        let mut follow = Follow::from_here(self, self.engine.card(id)?.action.run)?;
        let recalled = self.engine.recall(id)?;
        // Whoever waited out the hold goes on with the task.
        if self.engine.here().is_err() {
            card::show_action(&self.out, &recalled);
            return Ok(Ended::Done);
        }
        self.go(&mut follow, None).await
    }

    pub(crate) async fn answer(&self, id: QuestionId, text: &str) -> Answered {
        let question = self.engine.inbox()?.questions.into_iter().find(|question| question.id == id);
        let Some(question) = question else {
            let message = words("cli.question.gone", &[("id", &id.to_string())]);
            return Err(WireError { code: ErrorCode::NotFound, message });
        };
        let mut follow = Follow::from_here(self, question.run)?;
        self.engine.answer(id, text)?;
        self.go(&mut follow, None).await
    }

    pub(crate) async fn say(&self, run: RunId, text: &str) -> Answered {
        let mut follow = Follow::from_here(self, run)?;
        self.engine.say(run, text)?;
        self.go(&mut follow, None).await
    }

    pub(crate) async fn resume(&self, run: RunId, approve: Option<Approve>) -> Answered {
        self.engine.go_on(run)?;
        self.go(&mut Follow::start(self, run), approve).await
    }

    pub(crate) fn stop(&self, run: RunId) -> Answered {
        let mut follow = Follow::from_here(self, run)?;
        self.engine.stop_run(run)?;
        follow.show()?;
        follow.end()?;
        Ok(Ended::Done)
    }

    /// Drives the run, answers its cards as far as the flag or the person does, and says how it stands.
    pub(crate) async fn go(&self, follow: &mut Follow<'_>, approve: Option<Approve>) -> Answered {
        self.settle(follow, approve).await?;
        follow.end()
    }

    async fn settle(&self, follow: &mut Follow<'_>, approve: Option<Approve>) -> Answered {
        follow.drive().await?;
        match approve {
            Some(Approve::All) => self.approve_all(follow).await?,
            None if interactive(self) => self.person_answers(follow).await?,
            None | Some(Approve::None) => {}
        }
        self.stay_with_agent(follow).await?;
        let open = follow.open()?;
        Ok(if open.cards.is_empty() && open.questions.is_empty() { Ended::Done } else { Ended::Waiting })
    }

    async fn approve_all(&self, follow: &mut Follow<'_>) -> Result<(), WireError> {
        loop {
            let before = follow.open()?.cards;
            let mut answered = 0;
            for action in before.iter().filter(|action| !action.verdict.floor && !action.verdict.escalate) {
                match self.engine.approve(action.id, Some(&action.digest), None, Decider::Flag) {
                    Ok(_) => answered += 1,
                    // There is a new card in its place, or somebody was faster; the next round sees.
                    Err(error) if matches!(error.code, ErrorCode::Changed | ErrorCode::AlreadyDecided) => {}
                    // The engine knows better than the flag what only a person may answer.
                    Err(error) if error.code == ErrorCode::NeedsConfirmation => {}
                    Err(error) => return Err(error),
                }
            }
            if answered == 0 {
                break;
            }
            follow.drive().await?;
        }
        let left = follow.open()?.cards.len();
        if left > 0 {
            self.out.say(Style::Dim, "cli.approve.left", &[("count", &left.to_string())]);
        }
        Ok(())
    }
}

/// A folder as it is here: the program that does the work may have been started elsewhere.
pub fn absolute(folder: &str) -> String {
    if folder.starts_with('~') || folder.contains("://") {
        return folder.to_owned();
    }
    std::path::absolute(folder).map_or_else(|_| folder.to_owned(), |path| path.display().to_string())
}

/// Whether a person sits at both ends.
pub fn interactive(desk: &Desk) -> bool {
    !desk.out.json && std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Bad usage, found after the command line was read: exit status 2.
pub fn bad_usage(key: &str, values: &[(&str, &str)]) -> WireError {
    WireError { code: ErrorCode::BadInput, message: words(key, values) }
}
