//! Where what happens in a room below reaches those above it.

use crate::{
    Control, Engine,
    base::{
        driver::Driver,
        events::{Above, Driving, RunEvent},
    },
};
use assent_protocol::{Run, RunId};
use std::sync::Arc;

/// All rooms of the engine.
pub(crate) struct Rooms;

impl Above for Rooms {
    fn hear(&self, engine: &Engine, event: RunEvent) {
        match event {
            RunEvent::CardWaits(action) => engine.review_soon(action),
            RunEvent::Rests(run) => engine.tell_if_needed(run),
            RunEvent::UserActs => engine.present(),
        }
    }

    fn drive<'a>(&self, engine: &'a Engine, run: &'a Run, control: &'a Arc<Control>) -> Option<Driving<'a>> {
        match Driver::of(&run.model) {
            Driver::Acp(_) => Some(Box::pin(engine.drive_agent(run, control))),
            Driver::McpClient(_) => Some(Box::pin(engine.drive_elsewhere(run, control))),
            Driver::Planner | Driver::Model(_) | Driver::Unknown(_) => None,
        }
    }

    fn at_work(&self, engine: &Engine, run: RunId) -> bool {
        engine.agent_at_work(run)
    }
}
