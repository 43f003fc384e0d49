//! shell.run: one command line, in the sandbox.

use super::{
    bound::{identity, state},
    held::{self, Held},
    kept::{self, Snapshot},
    line::{LineReading, Why, read_line},
    opened::runs_when_opened,
    output, programs, repository,
    staged::{Brought, Staged},
    started,
};
use crate::{
    batch::{blank, refuse_own},
    contents::digest,
    input::{parse, spec},
    origin,
    paths::{Resolved, Resolver, text_of},
    protected::Use,
    sandbox::{End, Limits, Sandbox},
    scan::scan,
    words::{folder_name, say, shown_path, size},
};
use assent_agent::{Inverse, Output, Place, Target, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{
    Effect, ItemOutcome, Preview, Provenance, Reach, Reversal, Status,
    visible::{visible, visible_exact},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Run a command line with bash, in a sandbox: no network, no secrets, only the granted folders, 60 seconds. Lines that
/// only read run at once; others ask. For single files use other tools: they can be undone.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The command line.
    #[schemars(extend("format" = "multiline"))]
    line: String,
    /// Where it runs, and the folder that it may change: absolute, or starting with ~/. Without it, the first granted
    /// folder.
    #[schemars(extend("format" = "path"))]
    folder: Option<String>,
}

/// The tool.
pub struct Run;

/// A call, looked at.
struct Call {
    line: String,
    reading: LineReading,
    folder: Resolved,
    targets: Vec<Target>,
    readable: Vec<PathBuf>,
    writable: Vec<PathBuf>,
    /// What the line names to be changed: it is on the card, and the user's to allow.
    changing: Vec<PathBuf>,
    /// What it will read and start beside what it names.
    started: Vec<PathBuf>,
}

impl Tool for Run {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("shell.run")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let call = Call::of(args, place)?;
        let only_reads = call.only_reads();
        let kept = if only_reads { None } else { kept::amount(&call.writable) };
        Ok(ToolFacts {
            title: call.title(place),
            effect: if only_reads { Effect::Observe } else { Effect::Execute },
            reversal: if only_reads || kept.is_some() { Reversal::Undoable } else { Reversal::None },
            inspectable: only_reads || call.reading.inspectable,
            preview: Preview::Fields { rows: call.rows(kept) },
            items: u32::from(!only_reads),
            bytes: kept.map_or(0, |kept| kept.bytes),
            targets: call.targets,
            provenance: Some(Provenance::Untrusted),
            ..blank(Effect::Execute)
        })
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        refuse_own(facts)?;
        let call = Call::of(args, place)?;
        if facts.effect == Effect::Observe || facts.reversal == Reversal::None {
            return Ok(Vec::new());
        }
        Ok(Snapshot::take(&call.writable, place)?.1)
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        refuse_own(facts)?;
        let call = Call::of(args, place)?;
        if (facts.effect == Effect::Observe) != call.only_reads() {
            return Err(ToolError::Failed(say("tools.input.facts", &[])));
        }
        let keeps = facts.effect != Effect::Observe && facts.reversal != Reversal::None;
        let before = if keeps { Some(Snapshot::take(&call.writable, place)?.0) } else { None };
        let mut sandbox = call.sandbox(place)?;
        let staged = match &before {
            Some(before) => {
                call.is_what_was_kept(before, facts)?;
                Some(Staged::of(before, &call.writable, place)?)
            }
            None => None,
        };
        sandbox.instead = staged.as_ref().map(Staged::shown).unwrap_or_default();
        let in_place = staged.is_none() && !call.only_reads();
        let steering = if in_place { call.steering(place) } else { Vec::new() };
        let line = call.prepared(&sandbox.denied);
        let program = ["/bin/bash", "--noprofile", "--norc", "-c", &line];
        let ran = sandbox.run(&program, &place.stop).map_err(ToolError::Failed)?;
        let mut brought = Brought::default();
        if let (Some(staged), Some(before)) = (&staged, &before)
            && ran.end != End::Stopped
        {
            brought = staged.bring_over(before, &call.changing, place)?;
        } else if in_place {
            let new: Vec<PathBuf> = call.steering(place).into_iter().filter(|path| !steering.contains(path)).collect();
            brought.held = held::take_out(&new, place)?;
        }
        drop(staged);
        let (inverses, changed) = match before {
            Some(before) => before.changes(&call.writable, Some(&brought.changed), place)?,
            None => (Vec::new(), Vec::new()),
        };
        let unlabelled = origin::command_changed(&changed, &call.writable, place).is_err();
        let folder = folder_name(&call.folder.path, &place.home);
        let source = say("tools.shell.source", &[("folder", &folder)]);
        // By now it has run: what cannot be kept is told, and what it changed can still be taken back.
        let mut value =
            output::value(&ran, &source, place).unwrap_or_else(|error| json!({ "output": error.to_string() }));
        if unlabelled {
            value["unlabelled"] = json!(say("tools.shell.unlabelled", &[]));
        }
        if !changed.is_empty() {
            value["changed"] = json!(changed.iter().take(200).map(|path| text_of(path)).collect::<Vec<_>>());
        }
        let handed: Vec<String> =
            changed.iter().filter(|path| runs_when_opened(path)).map(|path| shown_path(path)).collect();
        if !handed.is_empty() {
            value["can_run_code_when_opened"] = json!(handed);
        }
        if !brought.held.is_empty() {
            value["held_back"] = json!(held::keep_held(&brought.held, place)?);
            value["held_back_paths"] =
                json!(brought.held.iter().take(200).map(|one| text_of(&one.path())).collect::<Vec<_>>());
            value["held_back_because"] = json!(say("tools.shell.held.told", &[]));
        }
        if !sandbox.denied.is_empty() && ran.end != End::Status(0) {
            value["cannot_start"] =
                json!(say("tools.shell.denied", &[("programs", &visible(&sandbox.denied.join(", ")))]));
        }
        let items = if call.only_reads() { Vec::new() } else { outcomes(ran.end, !changed.is_empty(), &brought) };
        if call.only_reads() && ran.end != End::Status(0) && !matches!(ran.end, End::Status(_)) {
            return Err(ToolError::Failed(ended(ran.end)));
        }
        Ok(Output { value, items, untrusted: Some(source), inverses })
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        kept::undo(inverse, place)
    }

    fn programs(&self, args: &Value, place: &Place) -> Option<Vec<String>> {
        let call = Call::of(args, place).ok();
        let names = call.map(|call| programs::names(&call.reading.programs, &call.folder.path)).unwrap_or_default();
        // Of no program at all a rule would hold in doubt.
        Some(if names.is_empty() { vec![String::new()] } else { names })
    }

    fn undo_words(&self) -> String {
        say("tools.shell.undo", &[])
    }
}

impl Call {
    fn of(args: &Value, place: &Place) -> Result<Call, ToolError> {
        let input: Input = parse(args)?;
        let reading = read_line(&input.line);
        if reading.too_complex {
            return Err(ToolError::Refused(say("tools.shell.too_complex", &[])));
        }
        if input.line.trim().is_empty() || input.line.contains('\0') {
            return Err(ToolError::BadInput(say("tools.shell.empty", &[])));
        }
        let folder = match (&input.folder, place.grants.first()) {
            (Some(folder), _) => folder.clone(),
            (None, Some(grant)) => grant.folder.clone(),
            (None, None) => return Err(ToolError::BadInput(say("tools.shell.no_folder", &[]))),
        };
        let resolver = Resolver::new(place);
        let folder = resolver.follow(&folder, Use::Look)?;
        if !folder.path.is_dir() && folder.reach != Reach::OwnFiles {
            return Err(crate::failure::failed(rustix::io::Errno::NOTDIR, &folder.path));
        }
        let mut call = Call {
            line: input.line,
            reading,
            folder,
            targets: Vec::new(),
            readable: Vec::new(),
            writable: Vec::new(),
            changing: Vec::new(),
            started: Vec::new(),
        };
        call.look_at_repositories(&resolver);
        call.find_targets(&resolver, place);
        call.find_started(&resolver);
        Ok(call)
    }

    // Every path that the line names, where it really lies; and what the box has to show for it.
    fn find_targets(&mut self, resolver: &Resolver<'_>, place: &Place) {
        let pointer = if self.folder.reach == Reach::Inside { "/folder" } else { "/line" };
        self.targets.push(self.folder.target(pointer, ""));
        self.readable
            .extend(place.grants.iter().map(|grant| PathBuf::from(&grant.folder)).filter(|path| path.is_dir()));
        if self.folder.reach == Reach::Inside {
            self.writable.push(self.folder.path.clone());
        } else if self.folder.reach == Reach::Outside {
            self.readable.push(self.folder.path.clone());
        }
        let named: Vec<_> = self.reading.commands.iter().flat_map(|command| command.paths.clone()).collect();
        for (at, path) in named.into_iter().enumerate() {
            let text = if path.open {
                path.text
                    .rsplit_once('/')
                    .map_or("", |(folder, _)| if folder.is_empty() { "/" } else { folder })
                    .to_owned()
            } else {
                path.text.clone()
            };
            let text = match text.as_str() {
                "" => continue,
                text if text.starts_with(['/', '~']) => text.to_owned(),
                text => format!("{}/{text}", self.folder.path.display()),
            };
            let field = format!("/line/{at}");
            let wanted = if path.changes { Use::Change } else { Use::Look };
            let found = match resolver.follow(&text, wanted) {
                Ok(found) => found,
                // A link out of a grant, or a path that the system makes up: nothing that the box shows.
                Err(_) => {
                    self.targets.push(Target { field, shown: text, state: String::new(), reach: Reach::Outside });
                    continue;
                }
            };
            // A grant's own folder may be looked at and worked in.
            let reach = match found.reach {
                Reach::Outside if place.grants.iter().any(|grant| Path::new(&grant.folder) == found.path) => {
                    Reach::Inside
                }
                reach => reach,
            };
            match reach {
                Reach::Outside if found.path.exists() && !path.changes => self.readable.push(found.path.clone()),
                Reach::Inside if path.changes && !found.path.starts_with(&self.folder.path) => {
                    let folder = found.path.ancestors().find(|folder| folder.is_dir()).unwrap_or(&found.path);
                    self.writable.push(folder.to_owned());
                }
                _ => {}
            }
            if path.changes && !path.open {
                self.changing.push(found.path.clone());
            }
            let state = if self.reading.reads_only { identity(&found.path) } else { state(&found.path, place) };
            self.targets.push(Target { field, shown: text_of(&found.path), state, reach });
        }
        // A script that has a name is one that may be run, so what is in it is looked at too.
        self.targets.dedup_by(|one, other| one.shown == other.shown && one.state == other.state);
    }

    // Git runs what a repository's settings name, so that a line with git in it only reads where they name nothing.
    fn look_at_repositories(&mut self, resolver: &Resolver<'_>) {
        let git = |program: &String| program.rsplit('/').next() == Some("git");
        if !self.reading.reads_only || !self.reading.programs.iter().any(git) {
            return;
        }
        let mut folders = vec![self.folder.path.clone()];
        for path in self.reading.commands.iter().flat_map(|command| &command.paths).filter(|path| !path.open) {
            let text = if path.text.starts_with(['/', '~']) {
                path.text.clone()
            } else {
                format!("{}/{}", self.folder.path.display(), path.text)
            };
            folders.extend(resolver.follow(&text, Use::Look).ok().map(|found| found.path).filter(|path| path.is_dir()));
        }
        let settings: Vec<PathBuf> = folders.iter().flat_map(|folder| repository::settings(folder)).collect();
        let starts = settings.iter().find_map(|file| repository::may_start(file));
        if self.reading.wanders || starts.is_some() {
            let about = starts.unwrap_or_else(|| "cd".to_owned());
            self.reading.problem = Some(Why::about("git_settings", about));
            self.reading.reads_only = false;
            self.reading.inspectable = false;
            self.reading.effect = self.reading.effect.max(Effect::Execute);
        }
        self.started.extend(settings);
    }

    // What the line starts beside what it names is bound as well.
    fn find_started(&mut self, resolver: &Resolver<'_>) {
        if !self.reading.reads_only {
            let named: Vec<PathBuf> = self
                .targets
                .iter()
                .skip(1)
                .map(|target| PathBuf::from(&target.shown))
                .filter(|path| path.is_file())
                .collect();
            self.started.extend(started::files(&self.reading, &named, &self.folder.path));
        }
        for (at, path) in self.started.iter().enumerate() {
            if let Ok(found) = resolver.follow(&text_of(path), Use::Look)
                && found.reach != Reach::OwnFiles
                && found.path.is_file()
                && !self.targets.iter().any(|target| Path::new(&target.shown) == found.path)
            {
                let bytes = std::fs::read(&found.path).unwrap_or_default();
                let state = format!("sha256:{}", digest(&bytes));
                // It is read inside the box, which shows no more of it than what is granted.
                let (field, reach) = (format!("/started/{at}"), Reach::Inside);
                self.targets.push(Target { field, shown: text_of(&found.path), state, reach });
            }
        }
    }

    // What is run is what was kept, so that is what must be as it was described.
    fn is_what_was_kept(&self, kept: &Snapshot, facts: &ToolFacts) -> Result<(), ToolError> {
        for target in &facts.targets {
            if let Some(sha256) = target.state.strip_prefix("sha256:")
                && !kept.agrees(Path::new(&target.shown), sha256)
            {
                let path = shown_path(Path::new(&target.shown));
                return Err(ToolError::Failed(say("tools.shell.meanwhile", &[("path", &path)])));
            }
        }
        Ok(())
    }

    // What lies in protected places of the folders that it may change.
    fn steering(&self, place: &Place) -> Vec<PathBuf> {
        let scans = self.writable.iter().filter_map(|folder| scan(folder, place).ok());
        scans.flat_map(|scan| [scan.steering.clone(), scan.secrets.clone()].concat()).collect()
    }

    // The line, behind what switches off what a repository's settings start and what no rule lets the shell do itself.
    fn prepared(&self, denied: &[String]) -> String {
        const BUILTINS: &[&str] =
            &["echo", "printf", "test", "[", "kill", "pwd", "true", "false", "type", "ulimit", "umask"];
        let mut before = Vec::new();
        let git = |program: &String| program.rsplit('/').next() == Some("git");
        if !self.only_reads() || self.reading.programs.iter().any(git) {
            before.push(repository::environment());
        }
        let off: Vec<&str> = denied.iter().map(String::as_str).filter(|name| BUILTINS.contains(name)).collect();
        if !off.is_empty() {
            before.push(format!("enable -n {}", off.join(" ")));
        }
        if before.is_empty() { self.line.clone() } else { format!("{}\n{}", before.join("; "), self.line) }
    }

    // A rule holds for what is started: what it forbids cannot start in the box, and what it asks about only where the card
    // named it.
    fn denied(&self, place: &Place) -> Vec<String> {
        let named = programs::names(&self.reading.programs, &self.folder.path);
        let asked = place.asked.iter().filter(|name| self.only_reads() || !named.contains(name));
        let mut denied: Vec<String> = place.denied.iter().chain(asked).cloned().collect();
        denied.sort();
        denied.dedup();
        denied
    }

    // Unasked only what only reads, and whose words cannot be shifted by the name of the folder.
    fn only_reads(&self) -> bool {
        let plain =
            text_of(&self.folder.path).chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
        self.reading.reads_only && (plain || !self.line.to_lowercase().contains("pwd"))
    }

    // Keys in the granted folders are taken out of the box, and hooks stay as they are. What the line names is on the
    // card, and was the user's to allow.
    fn sandbox(&self, place: &Place) -> Result<Sandbox, ToolError> {
        let mut readable = self.readable.clone();
        readable.push(self.folder.path.clone());
        let mut sandbox = Sandbox::reading(self.folder.path.clone(), readable);
        if !self.only_reads() {
            sandbox = Sandbox { writable: self.writable.clone(), reading: false, ..sandbox };
        }
        sandbox.denied = self.denied(place);
        let named: Vec<PathBuf> = self.targets.iter().map(|target| PathBuf::from(&target.shown)).collect();
        sandbox.looked_through(place, &named).map_err(|unfinished| ToolError::Failed(unfinished.sentence()))
    }

    fn title(&self, place: &Place) -> String {
        let mut programs: Vec<String> = Vec::new();
        for command in &self.reading.commands {
            let name = visible(&command.program);
            if !name.is_empty() && !programs.contains(&name) {
                programs.push(name);
            }
        }
        let more = programs.len() > 4;
        programs.truncate(4);
        let mut programs = programs.join(", ");
        if more {
            programs.push('…');
        }
        let folder = folder_name(&self.folder.path, &place.home);
        let key = match (self.only_reads(), programs.is_empty()) {
            (_, true) => "tools.shell.title.line",
            (true, _) => "tools.shell.title.reads",
            (false, _) => "tools.shell.title.runs",
        };
        say(key, &[("programs", &programs), ("folder", &folder)])
    }

    // Every simple command on its own line, then the line as it is, with nothing hidden in it.
    fn rows(&self, kept: Option<kept::Amount>) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        for command in &self.reading.commands {
            let effect = match (command.inspectable, command.effect) {
                (false, _) => "unknown",
                (_, Effect::Observe) => "reads",
                (_, Effect::Create | Effect::Modify) => "changes",
                (_, Effect::Delete) => "deletes",
                _ => "runs",
            };
            let why = command.why.sentence();
            rows.push((
                say(&format!("tools.shell.row.{effect}"), &[]),
                format!("{}\n{why}", visible_exact(&command.text)),
            ));
        }
        if let Some(problem) = &self.reading.problem {
            rows.push((say("tools.shell.row.unknown", &[]), problem.sentence()));
        }
        rows.push((say("tools.shell.row.folder", &[]), shown_path(&self.folder.path)));
        if !self.only_reads() && !self.started.is_empty() {
            let paths = self.started.iter().map(|path| shown_path(path)).collect::<Vec<_>>().join("\n");
            rows.push((say("tools.shell.row.also", &[]), paths));
        }
        if !self.only_reads() {
            let folders = self.writable.iter().map(|path| shown_path(path)).collect::<Vec<_>>().join("\n");
            let none = say("tools.shell.row.none", &[]);
            rows.push((say("tools.shell.row.may_change", &[]), if folders.is_empty() { none } else { folders }));
            if let Some(kept) = kept {
                let values = [("count", kept.entries.to_string()), ("size", size(kept.bytes))];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                rows.push((say("tools.shell.row.kept", &[]), say("tools.shell.kept", &values)));
            }
        }
        let line: Vec<String> = self.line.split('\n').map(visible_exact).collect();
        let key = if line.join("") != self.line.replace('\n', "") {
            "tools.shell.row.line_hidden"
        } else {
            "tools.shell.row.line"
        };
        rows.push((say(key, &[]), line.join("\n")));
        rows
    }
}

fn outcomes(end: End, changed: bool, brought: &Brought) -> Vec<ItemOutcome> {
    let outcome = |item, status, note| ItemOutcome { item, status, note };
    let status = match end {
        End::Status(_) => {
            let held: Vec<String> = brought.held.iter().map(|one: &Held| shown_path(&one.path())).collect();
            let note = (!held.is_empty()).then(|| say("tools.shell.held.back", &[("paths", &held.join("\n"))]));
            let mut items = vec![outcome(0, Status::Succeeded, note)];
            if !brought.problems.is_empty() {
                items.push(outcome(1, Status::Failed, Some(brought.problems.join("\n"))));
            }
            return items;
        }
        End::Late => Status::Failed,
        End::Stopped => Status::Cancelled,
    };
    let note = Some(ended(end));
    // What it had changed by then is there, and can be taken back.
    if changed {
        vec![outcome(0, Status::Succeeded, None), outcome(1, status, note)]
    } else {
        vec![outcome(0, status, note)]
    }
}

fn ended(end: End) -> String {
    let seconds = Limits::default().time.as_secs().to_string();
    say(if end == End::Late { "tools.shell.late" } else { "tools.shell.stopped" }, &[("seconds", &seconds)])
}

#[cfg(test)]
mod tests;
