//! What lower rooms let the rooms above them know, and what they ask them for, without knowing them. The one place that
//! answers is `rooms.rs`.

use crate::{Answered, Control, Engine};
use assent_protocol::{ActionId, Run, RunId};
use std::{future::Future, pin::Pin, sync::Arc};

/// What others want to hear of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RunEvent {
    /// A card was put down and waits.
    CardWaits(ActionId),
    /// A run came to rest, or a question in it waits.
    Rests(RunId),
    /// The user did something: an answer, a task.
    UserActs,
}

/// The work of a driver until the run waits or ends.
pub(crate) type Driving<'a> = Pin<Box<dyn Future<Output = Answered<()>> + Send + 'a>>;

/// The rooms above.
pub(crate) trait Above: Send + Sync {
    /// Takes note of what happened.
    fn hear(&self, engine: &Engine, event: RunEvent);
    /// Drives a run that an external agent drives; none for one that a model drives.
    fn drive<'a>(&self, engine: &'a Engine, run: &'a Run, control: &'a Arc<Control>) -> Option<Driving<'a>>;
    /// Whether an external agent works on a run at the moment.
    fn at_work(&self, engine: &Engine, run: RunId) -> bool;
}

impl Engine {
    pub(crate) fn happened(&self, event: RunEvent) {
        self.0.above.hear(self, event);
    }
}
