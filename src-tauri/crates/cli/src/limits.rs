//! Limits of a task: what is used of each, and new ones; a task that stood still at one goes on.

use crate::follow::Follow;
use crate::out::{Style, words};
use crate::{Answered, Desk, Ended};
use assent_protocol::{Budget, LimitName, RunId, wire::WireError};
use serde_json::json;

impl Desk {
    pub(crate) async fn limits(&self, run: RunId, limits: &[(LimitName, u32)]) -> Answered {
        let mut follow = Follow::from_here(self, run)?;
        let stood_still = self.engine.run(run)?.paused.is_some();
        self.set_limits(run, limits)?;
        if limits.is_empty() {
            self.show_limits(run)?;
            return Ok(Ended::Done);
        }
        if stood_still {
            return self.go(&mut follow, None).await;
        }
        self.show_limits(run)?;
        Ok(Ended::Done)
    }

    pub(crate) fn set_limits(&self, run: RunId, limits: &[(LimitName, u32)]) -> Result<(), WireError> {
        if limits.is_empty() {
            return Ok(());
        }
        let mut budget = Budget::default();
        limits.iter().for_each(|(limit, most)| budget.set(*limit, Some(*most)));
        self.engine.set_limits(run, &budget)
    }

    fn show_limits(&self, run: RunId) -> Result<(), WireError> {
        for row in self.engine.run(run)?.used {
            self.out.object(&json!({
                "type": "limit", "run": run, "limit": row.limit, "used": row.used, "most": row.most,
            }));
            let most = row.most.map_or_else(|| words("cli.limit.none", &[]), |most| most.to_string());
            let what = words(&format!("core.limit.{}", row.limit.name()), &[]);
            let values =
                [("limit", row.limit.name()), ("used", &row.used.to_string()), ("most", &most), ("what", &what)];
            self.out.say(Style::Plain, "cli.limit", &values);
        }
        Ok(())
    }
}
