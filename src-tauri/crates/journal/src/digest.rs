//! What a digest is made of: what was settled since a moment without the user, from committed rows.

use crate::{action, error::Result, journal::Journal};
use assent_protocol::{Action, Run, RunId};

/// Actions in one digest.
const MOST: u32 = 1_000;

impl Journal {
    /// Actions that started unasked, expired, or whose outcome nobody knows, since `since`; oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn settled_alone_since(&self, since: i64) -> Result<Vec<Action>> {
        let tail = format!(
            "WHERE a.id IN (
                SELECT x.id FROM action x LEFT JOIN decision d ON d.action_id = x.id LEFT JOIN attempt t ON t.action_id = x.id
                WHERE (t.at > ?1 AND d.by IN ('rule', 'mode') AND x.effect <> 'observe')
                   OR (x.status = 'expired' AND d.at > ?1) OR (x.status = 'unknown' AND t.at > ?1))
             ORDER BY a.id LIMIT {MOST}"
        );
        self.read(|connection| action::load(connection, &tail, [since]))
    }

    /// Runs of a person's tasks that began or ended since `since`, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn tasks_since(&self, since: i64) -> Result<Vec<Run>> {
        let ids: Vec<i64> = self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM run WHERE automation_id IS NULL AND (started_at > ?1 OR ended_at > ?1) ORDER BY id LIMIT 1000",
            )?;
            let found = statement.query_map([since], |row| row.get(0))?;
            Ok(found.collect::<std::result::Result<_, _>>()?)
        })?;
        let mut runs = Vec::new();
        for id in ids {
            runs.extend(self.run(RunId(id))?);
        }
        Ok(runs)
    }
}
