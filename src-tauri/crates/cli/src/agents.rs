//! Agents of others in the terminal: adding, listing and forgetting them. A task is given to one by `ask --agent NAME`.

use crate::arguments::Agents;
use crate::follow::Follow;
use crate::out::Style;
use crate::tasks::bad_usage;
use crate::{Answered, Desk, Ended};
use assent_protocol::{Agent, AgentDraft, wire::WireError};
use serde_json::json;
use std::time::Duration;

/// How often an agent that waits for an answer from elsewhere is looked at.
const LOOK: Duration = Duration::from_millis(250);

impl Desk {
    pub(crate) fn agents(&self, what: Option<Agents>) -> Answered {
        match what.unwrap_or(Agents::List) {
            Agents::List => {
                let list = self.engine.agents()?;
                list.iter().for_each(|agent| self.show_agent(agent));
                if list.is_empty() {
                    self.out.say(Style::Dim, "cli.agents.empty", &[]);
                }
            }
            Agents::Add { name, network, secret, command } => {
                let Some((command, args)) = command.split_first() else {
                    return Err(bad_usage("cli.agents.command", &[]));
                };
                let secrets = secret.into_iter().map(|name| self.secret(name)).collect::<Result<Vec<_>, _>>()?;
                let (command, args) = (command.clone(), args.to_vec());
                self.show_agent(&self.engine.add_agent(AgentDraft { name, command, args, network, secrets })?);
            }
            Agents::Remove { name } => {
                self.engine.remove_agent(&name)?;
                self.out.note("cli.agents.removed", &[("name", &name)]);
            }
        }
        Ok(Ended::Done)
    }

    /// An agent at work in this program ends with it: while it waits for the person, another terminal can answer.
    pub(crate) async fn stay_with_agent(&self, follow: &mut Follow<'_>) -> Result<(), WireError> {
        let Ok(here) = self.engine.here() else { return Ok(()) };
        if !here.agent_at_work(follow.run) {
            return Ok(());
        }
        here.listen()?;
        self.out.note("cli.agents.waits", &[]);
        while here.agent_at_work(follow.run) {
            here.tick();
            follow.drive().await?;
            tokio::time::sleep(LOOK).await;
        }
        follow.show()
    }

    fn show_agent(&self, agent: &Agent) {
        self.out.object(&json!({
            "type": "agent", "name": agent.name, "command": agent.command, "args": agent.args,
            "network": agent.network, "secrets": agent.secrets, "missing": agent.missing,
        }));
        let line = format!("{} {}", agent.command, agent.args.join(" "));
        self.out.say(Style::Strong, "cli.agents.line", &[("name", &agent.name), ("command", line.trim())]);
        let key = if agent.network { "cli.agents.network" } else { "cli.agents.no_network" };
        self.out.say(Style::Dim, key, &[]);
        if let Some(missing) = &agent.missing {
            self.out.line(Style::Alert, missing);
        }
    }
}
