//! From a command of the command line to the function that does it.

use crate::arguments::{Command, Models};
use crate::{Answered, Desk};

impl Desk {
    /// Does one command.
    pub(crate) async fn run(&self, command: Command) -> Answered {
        match command {
            Command::Ask { goal, mode, grant, model, agent, approve, limit } => {
                let model = agent.map(|name| format!("agent:{name}")).or(model);
                let run = self.new_task(goal, mode, grant, model)?;
                self.set_limits(run, &limit)?;
                self.follow_new(run, approve).await
            }
            Command::Limit { run, limits } => self.limits(run, &limits).await,
            Command::Advise { goal, grant, model } => self.advise(goal, grant, model),
            Command::Practice { unattended } => self.practice(unattended).await,
            Command::Approve { ids, confirm } => self.approve(&ids, confirm.as_deref()).await,
            Command::Edit { id, args } => self.edit(id, args).await,
            Command::Reject { id, reason, stop } => self.reject(id, reason, stop).await,
            Command::Answer { id, text } => self.answer(id, &text).await,
            Command::Say { run, text } => self.say(run, &text).await,
            Command::Resume { run, approve } => self.resume(run, approve).await,
            Command::Look { id } => self.look(id),
            Command::Recall { id } => self.recall(id).await,
            Command::Stop { run } => self.stop(run),
            Command::Core { .. } => self.core().await,
            Command::Digest { seen, hours, ask_next_time, undo } => self.digest(seen, hours, &ask_next_time, undo),
            Command::Sample(parts) => crate::sample::run(&parts.task(), &self.config.home, self.out).await,
            Command::Automation { what } => self.automation(what),
            Command::Mcp => self.mcp().await,
            Command::Agents { what } => self.agents(what),
            Command::Inbox => self.inbox(),
            Command::Show { id } => self.show(id),
            Command::Undo { id } => self.undo(&id),
            Command::Dismiss { id } => self.dismiss(id),
            Command::Why { id } => self.why(id),
            Command::History { search, status, tool, limit } => self.history(search, status, tool, limit),
            Command::Tasks { search } => self.tasks(&search),
            Command::Rules { what } => self.rules(what),
            Command::Rule { id, offer, yes_again } => self.rule(id, offer, yes_again),
            Command::Connections { what } => self.connections(what),
            Command::Accounts { what } => self.accounts(what),
            // Done before anything is opened.
            Command::Freeze => Ok(crate::Ended::Done),
            Command::Unfreeze => self.unfreeze(),
            Command::Verify => self.verify(),
            Command::Export { file, format } => self.export(&file, format),
            Command::Models { what: Models::Find } => self.find_models().await,
            Command::Models { what: Models::Prices } => self.prices(),
            Command::Settings { key, value } => self.settings(key, value),
        }
    }
}
