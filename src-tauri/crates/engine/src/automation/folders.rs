//! The folders that automations watch. What changed there while nobody watched is found by the times of the files; what an
//! automation's own runs did there does not set it off again.

use crate::{
    Answered, Engine,
    automation::firing::{HOUR, row_of},
    automation::trigger::sift::Happening,
};
use assent_journal::{Cursor, NewFiring};
use assent_protocol::{
    Automation, AutomationId, AutomationState, FiringStatus, Missed, Trigger, texts, visible::visible, wire::Change,
};
use assent_tools::watch::folder::{File, Folder, Look};
use serde_json::json;
use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::runtime::Handle;

/// The times of files and those of the journal are not of one clock.
const NEAR: i64 = 2_000;
/// What comes in one go is told a little apart.
const SETTLES: Duration = Duration::from_millis(20);

/// What is being watched.
#[derive(Default)]
pub(crate) struct Watching {
    // False where automations changed since they were read.
    fresh: bool,
    on: Vec<Automation>,
    folders: HashMap<AutomationId, Folder>,
    trouble: HashMap<AutomationId, String>,
}

impl Engine {
    /// Automations changed: what is watched is read anew.
    pub(crate) fn forget_watched(&self) {
        let mut watching = self.watching();
        *watching = Watching { trouble: std::mem::take(&mut watching.trouble), ..Watching::default() };
    }

    /// Why an automation cannot watch what it should.
    pub(crate) fn trouble_of(&self, id: AutomationId) -> Option<String> {
        self.watching().trouble.get(&id).cloned()
    }

    /// Looks at every folder that is watched, and fires for what is new there.
    pub(crate) fn look_around(&self, now: i64) {
        let on = {
            let mut watching = self.watching();
            if !watching.fresh {
                let all = self.0.journal.automations().unwrap_or_default();
                let all: Vec<Automation> = all.into_iter().filter(|one| one.state == AutomationState::On).collect();
                let on: Vec<_> = all.iter().map(|automation| automation.id).collect();
                let folder = |one: &Automation| matches!(one.draft.trigger, Trigger::Folder { .. });
                watching.on = all.into_iter().filter(folder).collect();
                let ids: Vec<_> = watching.on.iter().map(|automation| automation.id).collect();
                watching.folders.retain(|id, _| ids.contains(id));
                watching.trouble.retain(|id, _| on.contains(id));
                watching.fresh = true;
            }
            watching.on.clone()
        };
        for automation in on {
            let _ = self.look_at(&automation, now);
        }
    }

    fn look_at(&self, automation: &Automation, now: i64) -> Answered<()> {
        let Trigger::Folder { folder, below } = &automation.draft.trigger else { return Ok(()) };
        let path = Path::new(folder);
        let still = Duration::from_secs(u64::from(automation.draft.still_for));
        let since = self.0.journal.cursor(automation.id)?.looked_at.unwrap_or(now);
        let watched = self
            .watching()
            .folders
            .get(&automation.id)
            .map(|folder| if folder.is_there() { Ok(folder.settled(still, since)) } else { Err(()) });
        match watched {
            Some(Ok(None)) => Ok(()),
            Some(Ok(Some(look))) => self.changed(automation, look, FiringStatus::Started),
            Some(Err(())) => self.vanished(automation, folder),
            None => {
                if !path.is_dir() {
                    return self.vanished(automation, folder);
                }
                match Folder::watch(path, *below, self.waker(automation.id, still)) {
                    Ok(watch) => {
                        let before = watch.before(since);
                        self.watching().folders.insert(automation.id, watch);
                        self.out_of_trouble(automation.id);
                        let status = match automation.draft.missed {
                            Missed::Once => FiringStatus::Started,
                            Missed::Skip => FiringStatus::Missed,
                            Missed::Ask => FiringStatus::Asked,
                        };
                        self.changed(automation, before, status)
                    }
                    Err(why) => self.in_trouble(automation, why),
                }
            }
        }
    }

    // Looks as soon as the folder has come to rest, and not at the next beat only.
    fn waker(&self, id: AutomationId, still: Duration) -> impl Fn() + Send + 'static {
        let runtime = Handle::try_current().ok().filter(|_| self.0.runs.goes_on.load(Ordering::SeqCst));
        let desk = Arc::downgrade(&self.0);
        let waits = Arc::new(AtomicBool::new(false));
        move || {
            let Some(runtime) = &runtime else { return };
            if waits.swap(true, Ordering::SeqCst) {
                return;
            }
            let (desk, waits) = (desk.clone(), waits.clone());
            runtime.spawn(async move {
                tokio::time::sleep(still + SETTLES).await;
                waits.store(false, Ordering::SeqCst);
                let look = move || {
                    if let Some(desk) = desk.upgrade() {
                        Engine(desk).look_again(id);
                    }
                };
                let _ = tokio::task::spawn_blocking(look).await;
            });
        }
    }

    fn look_again(&self, id: AutomationId) {
        if self.frozen() || self.automations_paused().unwrap_or(true) {
            return;
        }
        let _one = self.0.automation.firing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.host.now();
        let automation = self.watching().on.iter().find(|automation| automation.id == id).cloned();
        if let Some(automation) = automation.filter(|_| !self.asleep(now)) {
            let _ = self.look_at(&automation, now);
        }
    }

    fn changed(&self, automation: &Automation, look: Look, status: FiringStatus) -> Answered<()> {
        let Some(latest) = look.files.iter().map(|file| file.changed).max() else { return Ok(()) };
        let earliest = look.files.iter().map(|file| file.changed).min().unwrap_or(latest);
        let own = self.own_writes(automation.id, earliest)?;
        let files: Vec<File> = look.files.into_iter().filter(|file| !own.wrote(file)).collect();
        let rings = self.set_off_by_itself(automation, earliest)?;
        let seen = |file: &File| Happening { arrival: !rings.iter().any(|own| own.wrote(file)), ..happening(file) };
        let seen: Vec<Happening> = files.iter().map(seen).collect();
        let kept = self.0.journal.cursor(automation.id)?;
        let cursor = Cursor { looked_at: kept.looked_at.max(Some(latest)), ..kept };
        if status == FiringStatus::Started || seen.is_empty() {
            return self.account(automation, seen, Vec::new(), Some(&cursor), true);
        }
        let rows: Vec<NewFiring> = missed(automation, &seen, status).into_iter().collect();
        self.account(automation, Vec::new(), rows, Some(&cursor), true)
    }

    fn vanished(&self, automation: &Automation, folder: &str) -> Answered<()> {
        self.in_trouble(automation, texts::say("automation.folder.gone", &[("folder", &visible(folder))]))
    }

    // Said once, until it can be watched again.
    pub(crate) fn in_trouble(&self, automation: &Automation, why: String) -> Answered<()> {
        let mut watching = self.watching();
        watching.folders.remove(&automation.id);
        let known = watching.trouble.insert(automation.id, why.clone()).is_some();
        drop(watching);
        if known {
            return Ok(());
        }
        let at = self.0.host.now();
        let happening =
            Happening { key: format!("trouble {at}"), what: why.clone(), at, count: 1, ..Happening::default() };
        let row = row_of(automation, &happening, FiringStatus::Failed, why.clone());
        self.0.journal.fire(automation.id, &[row], None, at)?;
        self.tell_of(automation, &why, "");
        self.0.host.changed(Change::Automations);
        Ok(())
    }

    /// It can be watched again.
    pub(crate) fn out_of_trouble(&self, id: AutomationId) {
        if self.watching().trouble.remove(&id).is_some() {
            self.0.host.changed(Change::Automations);
        }
    }

    // What those automations wrote that this one sets off: two that set one another off end at their caps, so that what
    // one finds of the other does not wait for the next hour.
    fn set_off_by_itself(&self, automation: &Automation, since: i64) -> Answered<Vec<OwnWrites>> {
        let lately = self.own_writes(automation.id, since - HOUR)?;
        let others: Vec<Automation> =
            self.watching().on.iter().filter(|one| one.id != automation.id).cloned().collect();
        let mut found = Vec::new();
        for other in others {
            let Trigger::Folder { folder, .. } = &other.draft.trigger else { continue };
            if lately.0.keys().any(|path| Path::new(path).starts_with(folder)) {
                found.push(self.own_writes(other.id, since)?);
            }
        }
        Ok(found)
    }

    fn own_writes(&self, id: AutomationId, since: i64) -> Answered<OwnWrites> {
        let acts = self.0.journal.acts_of(id, since - NEAR)?;
        let mut own = OwnWrites(HashMap::new());
        for (args, began, ended) in acts {
            for path in self.spelled_paths(&args).into_values() {
                own.0.entry(path).or_default().push((began - NEAR, ended.map_or(i64::MAX, |ended| ended + NEAR)));
            }
        }
        Ok(own)
    }

    fn watching(&self) -> MutexGuard<'_, Watching> {
        self.0.automation.watching.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// Paths that the automation's own runs named, and when they were at work on them.
struct OwnWrites(HashMap<String, Vec<(i64, i64)>>);

impl OwnWrites {
    // A file that changed again after the run was done with it was changed by somebody else.
    fn wrote(&self, file: &File) -> bool {
        let path = file.path.to_string_lossy();
        let times = self.0.get(path.as_ref()).into_iter().flatten();
        times.into_iter().any(|(from, to)| (*from..=*to).contains(&file.changed))
    }
}

pub(crate) fn happening(file: &File) -> Happening {
    let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Happening {
        key: file.key.clone(),
        what: visible(&name),
        name,
        bytes: Some(file.bytes),
        details: json!({"file": file.path.to_string_lossy(), "bytes": file.bytes}),
        // Anybody can choose the name of a file that they send.
        untrusted: Some(texts::say("automation.untrusted.folder", &[])),
        at: file.changed,
        count: 1,
        arrival: true,
        ..Happening::default()
    }
}

// One row for what changed while nobody watched.
fn missed(automation: &Automation, seen: &[Happening], status: FiringStatus) -> Option<NewFiring> {
    let first = seen.first()?;
    let count = u32::try_from(seen.len()).unwrap_or(u32::MAX);
    let names: Vec<&str> = seen.iter().take(3).map(|one| one.what.as_str()).collect();
    let what = texts::say("automation.what.several", &[("count", &count.to_string()), ("names", &names.join(", "))]);
    let all = Happening {
        what: what.clone(),
        count,
        details: json!(seen.iter().take(200).map(|one| &one.details).collect::<Vec<_>>()),
        ..first.clone()
    };
    let mut row = row_of(automation, &all, status, texts::say("automation.reason.missed", &[]));
    row.key = format!("passed {}", first.key);
    row.happening = serde_json::to_string(&all).ok();
    row.what = what;
    Some(row)
}
