//! What happens without the person being there: `trigger` says when an automation fires (pure), `folders`, `polling` and
//! `firing` see it and make its run, `commands` make and change automations, `recap` tells what was done meanwhile.

use assent_protocol::AutomationId;
use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicI64},
    },
};

pub(crate) mod clock_change;
pub(crate) mod commands;
pub(crate) mod dry_run;
pub(crate) mod firing;
pub(crate) mod folders;
pub(crate) mod polling;
pub(crate) mod presence;
pub(crate) mod proposals;
pub(crate) mod recap;
pub(crate) mod reminders;
pub(crate) mod trigger;

/// What this room alone looks after.
#[derive(Default)]
pub(crate) struct Automations {
    watching: Mutex<folders::Watching>,
    /// Held while automations fire.
    firing: Mutex<()>,
    /// The clock at the last beat; 0 before the first.
    clock_seen: AtomicI64,
    told_asleep: AtomicBool,
    /// Automations that are being looked at.
    polling: Mutex<HashSet<AutomationId>>,
}
