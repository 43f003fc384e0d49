//! Continuous monitoring: a folder of logs, a page on this computer, and free space as a probe writes it into a file. One
//! day of it: things that are only noted, fixes that can be undone, an escalation, a folder that goes away.

use super::stage::{Choice, FIRST, HOUR, MINUTE, Stage};
use crate::{Answered, words};
use assent_protocol::{
    Action, AutomationDraft, Condition, Mode, NumberOf, RuleAnswer, RuleDraft, Scope, Side, Status, Test, Triage,
    TriageRule, Trigger, UndoState,
};
use assent_tools::web::local::LocalPage;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

const DAY: i64 = 24 * HOUR;
/// Bytes from which on a new log is a reason to make room.
const LARGE: u64 = 1_000_000;
/// Hundredths of a GB: below the first, room is made; below the second, the person is told at once.
const LOW: i64 = 1_000;
const URGENT: i64 = 500;

pub(super) async fn run(stage: &mut Stage<'_>) -> Answered<()> {
    let place = Place { server: stage.folder.join("Server") };
    place.furnish()?;
    let page = LocalPage::open("Status: all systems work.").map_err(words::other)?;
    stage.mask = Some((page.url(), "http://localhost/".to_owned()));
    set_up(stage, &place, &page)?;
    let at = |hour: i64, minute: i64| FIRST + hour * HOUR + minute * MINUTE;

    stage.say("sample.monitoring.first", &[]);
    stage.beat(at(9, 0)).await?;
    // What was there before is known now; from here on there is news.
    place.log("app-2025-01-06.log", 12_000, 0)?;
    stage.beat(at(9, 30)).await?;
    page.says("Status: all systems work. Maintenance on Friday from 22:00.");
    stage.beat(at(10, 0)).await?;
    place.log("import-2025-01-06.log", 3 * LARGE, 0)?;
    stage.beat(at(11, 0)).await?;
    page.says("Status: outage of the payment service, we are looking into it.");
    stage.beat(at(12, 0)).await?;
    stage.answer(at(12, 10), |_| Choice::Approve).await?;
    place.free("8.10")?;
    stage.beat(at(13, 0)).await?;
    place.free("9.90")?;
    stage.beat(at(13, 15)).await?;
    place.free("14.00")?;
    stage.beat(at(14, 0)).await?;
    for n in 0..40 {
        place.log(&format!("burst-{n:02}.log"), 2_000, 0)?;
    }
    stage.beat(at(15, 0)).await?;
    place.cache("render", 4)?;
    place.free("3.90")?;
    stage.beat(at(16, 0)).await?;
    stage.answer(at(16, 20), |_| Choice::Approve).await?;
    fs::rename(place.logs(), place.server.join("logs elsewhere")).map_err(words::other)?;
    stage.beat(at(17, 0)).await?;
    fs::rename(place.server.join("logs elsewhere"), place.logs()).map_err(words::other)?;
    stage.say("sample.monitoring.back", &[]);
    if let Some(first) = first_fix(stage)? {
        stage.undo(at(18, 0), &first.id.to_string())?;
        stage.next.push(format!("why {}", first.id));
    }
    stage.next.splice(0..0, ["history".to_owned()]);
    stage.next.extend(["automation list", "rules", "digest", "verify"].map(str::to_owned));
    Ok(())
}

// What was done unasked at first: the person wants it back.
fn first_fix(stage: &Stage<'_>) -> Answered<Option<Action>> {
    let alone = stage.engine.0.journal.settled_alone_since(0)?;
    let ready = |action: &Action| action.status == Status::Succeeded && action.undo == UndoState::Ready;
    Ok(alone.into_iter().find(ready))
}

fn set_up(stage: &mut Stage<'_>, place: &Place, page: &LocalPage) -> Answered<()> {
    let (logs, cache) = (place.logs().display().to_string(), place.server.join("cache").display().to_string());
    let when = |triage: Triage, test: Test| TriageRule { triage, when: vec![test] };
    let words_of = |list: &[&str]| Test::Says { words: list.iter().map(|word| (*word).to_owned()).collect() };

    let goal = format!("trash .log files older than 60 days in \"{logs}\"");
    let mut watch = AutomationDraft::new("Logs", goal, Trigger::Folder { folder: logs.clone(), below: false });
    watch.grants = vec![logs];
    watch.otherwise = Triage::Note;
    watch.still_for = 0;
    watch.triage = vec![when(Triage::Propose, Test::AtLeast { bytes: LARGE })];
    stage.automation(watch)?;

    let trigger = Trigger::Page { url: page.url(), minutes: 15 };
    let mut watch = AutomationDraft::new("Status page", "add to-do Look at the status page", trigger);
    watch.otherwise = Triage::Note;
    watch.triage = vec![when(Triage::Escalate, words_of(&["outage", "down", "degraded", "incident"]))];
    stage.automation(watch)?;

    let of = NumberOf::File { path: place.probe().display().to_string() };
    let trigger =
        Trigger::Number { of, after: "free".to_owned(), side: Side::Below, line: LOW, back: 200, minutes: 15 };
    let mut watch = AutomationDraft::new("Free space", format!("trash all .tmp files in \"{cache}\""), trigger);
    watch.grants = vec![cache.clone()];
    watch.mode = Mode::Ask;
    watch.triage = vec![when(Triage::Escalate, Test::Below { hundredths: URGENT })];
    stage.automation(watch)?;

    let tool = stage.engine.tool("files.trash").ok_or_else(|| words::not_found("files.trash"))?;
    stage.rule(RuleDraft {
        answer: RuleAnswer::Allow,
        tool: "files.trash".to_owned(),
        definition: tool.spec().definition(),
        conditions: vec![Condition::UnderFolder { path: "/paths/*".to_owned(), folder: cache }],
        scope: Scope::Everywhere,
        until: Some(FIRST + 30 * DAY),
        uses_left: Some(20),
        per_day: Some(1),
        amount_per_day: None,
    })?;
    stage.forget_heard();
    stage.say("sample.monitoring.begin", &[]);
    for row in stage.engine.automations()?.list {
        stage.say(
            "sample.strategy",
            &[("name", &row.automation.draft.name), ("goal", row.sentence.trim_end_matches('.'))],
        );
    }
    for rule in stage.engine.rules()? {
        stage.say("sample.rule", &[("id", &rule.id.to_string()), ("rule", &rule.sentence)]);
    }
    Ok(())
}

struct Place {
    server: PathBuf,
}

impl Place {
    fn furnish(&self) -> Answered<()> {
        fs::create_dir_all(self.logs()).map_err(words::other)?;
        fs::create_dir_all(self.server.join("cache")).map_err(words::other)?;
        for (day, age) in [("2024-09-30", 98), ("2024-10-14", 84), ("2024-10-28", 70), ("2024-12-30", 7)] {
            self.log(&format!("app-{day}.log"), 40_000, age)?;
        }
        self.cache("page", 6)?;
        self.free("42.50")
    }

    fn logs(&self) -> PathBuf {
        self.server.join("logs")
    }

    fn probe(&self) -> PathBuf {
        self.server.join("probe.txt")
    }

    // A log of so many bytes that was last written to so many days before the story begins.
    fn log(&self, name: &str, bytes: u64, age: u64) -> Answered<()> {
        made(&self.logs().join(name), bytes, age)
    }

    fn cache(&self, name: &str, count: u64) -> Answered<()> {
        (0..count).try_for_each(|n| made(&self.server.join(format!("cache/{name}-{n}.tmp")), 25_000, 1))
    }

    fn free(&self, number: &str) -> Answered<()> {
        fs::write(self.probe(), format!("disk: data, free: {number} GB\n")).map_err(words::other)
    }
}

fn made(path: &Path, bytes: u64, age: u64) -> Answered<()> {
    // The system counts the times of files in steps of some milliseconds; two changes within one are one to it.
    std::thread::sleep(Duration::from_millis(10));
    let seconds = u64::try_from(FIRST / 1000).unwrap_or_default() + 9 * 3600;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.saturating_sub(age * 24 * 3600));
    let file = File::create(path).map_err(words::other)?;
    file.set_len(bytes).and_then(|()| file.set_modified(time)).map_err(words::other)
}
