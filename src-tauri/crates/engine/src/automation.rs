//! What happens without the person being there: `trigger` says when an automation fires (pure), `folders`, `polling` and
//! `firing` see it and make its run, `commands` make and change automations, `recap` tells what was done meanwhile.

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
