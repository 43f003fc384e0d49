//! orders.refund: money back for an order of the user's own list, on paper: a line in `refunds.jsonl` beside the list, from which
//! the user's bookkeeping pays. The order, its customer and what was paid are looked up there; nothing that a letter says can
//! name another amount or another receiver.

use assent_agent::{Inverse, Output, Place, Target, Tool, ToolError, ToolFacts, ToolSpec, Undone, Worth};
use assent_protocol::{Effect, ItemOutcome, Preview, Provenance, Reach, Reversal, Status, visible::visible};
use assent_tools::{
    input::{parse, spec},
    paths::{Resolver, text_of},
    protected::Use,
    words::{folder_name, say},
};
use rustix::fs::OFlags;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

const REFUNDS: &str = "refunds.jsonl";
const MOST: u64 = 8 * 1024 * 1024;
/// In cents; above this a refund is an escalation.
const LARGE: i64 = 20_000;
const CURRENCY: &str = "EUR";
const NO_LINK: i32 = OFlags::NOFOLLOW.bits().cast_signed();

/// Refund an order of the user's own list of orders (lines order,customer,cents) to whoever paid it. Each order is refunded
/// once, and never more than was paid.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The list of orders: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    orders: String,
    /// The number of the order, as the list has it.
    order: String,
    /// How much, in cents.
    #[schemars(range(min = 1))]
    cents: i64,
}

/// A line of the refunds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    order: String,
    customer: String,
    cents: i64,
    at: i64,
}

/// The tool.
pub struct Refund;

struct Found {
    refunds: PathBuf,
    target: Target,
    shown: String,
    order: String,
    customer: String,
    cents: i64,
    paid: i64,
}

impl Tool for Refund {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("orders.refund")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let found = find(args, place)?;
        let amount = format!("{}.{:02} {CURRENCY}", found.cents / 100, found.cents % 100);
        let rows = vec![
            (say("orders.row.customer", &[]), visible(&found.customer)),
            (say("orders.row.list", &[]), found.shown.clone()),
            (say("orders.row.amount", &[]), amount.clone()),
        ];
        let order = Target {
            field: "/order".to_owned(),
            shown: found.order.clone(),
            state: format!("{} {}", found.customer, found.paid),
            reach: Reach::Inside,
        };
        Ok(ToolFacts {
            title: say("orders.refund.title", &[("order", &found.order), ("amount", &amount)]),
            effect: Effect::Spend,
            reversal: Reversal::Undoable,
            inspectable: true,
            targets: vec![found.target, order],
            items: 1,
            bytes: 0,
            preview: Preview::Fields { rows },
            provenance: Some(Provenance::OwnData),
            account: None,
        })
    }

    fn prepare(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let found = find(args, place)?;
        // Taken back, the folder and the file have the times that they had.
        let times = [found.refunds.parent().unwrap_or(&found.refunds), &found.refunds].map(time);
        let data = json!({"refunds": text_of(&found.refunds), "order": found.order, "times": times});
        Ok(vec![Inverse { item: 0, data }])
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let found = find(args, place)?;
        let line = Line { order: found.order.clone(), customer: found.customer, cents: found.cents, at: place.now };
        change(&found.refunds, |lines| {
            if lines.iter().any(|other| other.order == line.order) {
                return Err(say("orders.again", &[("order", &visible(&line.order))]));
            }
            lines.push(line.clone());
            Ok(())
        })
        .map_err(ToolError::Failed)?;
        Ok(Output {
            value: json!({"order": found.order, "cents": found.cents}),
            items: vec![ItemOutcome { item: 0, status: Status::Succeeded, note: None }],
            ..Output::default()
        })
    }

    fn undo(&self, inverse: &Inverse, _: &Place) -> Undone {
        let (Some(path), Some(order)) = (inverse.data["refunds"].as_str(), inverse.data["order"].as_str()) else {
            return Undone::Conflict(say("orders.undo.unreadable", &[]));
        };
        let path = Path::new(path);
        match lines(path) {
            Err(because) => return Undone::Conflict(because),
            Ok(lines) if !lines.iter().any(|line| line.order == order) => return Undone::NotNeeded,
            Ok(_) => {}
        }
        let taken = change(path, |lines| {
            lines.retain(|line| line.order != order);
            Ok(())
        });
        match taken {
            Ok(()) => {
                let parts = [path, path.parent().unwrap_or(path)];
                for (part, time) in parts.into_iter().zip([&inverse.data["times"][1], &inverse.data["times"][0]]) {
                    set_time(part, time);
                }
                Undone::Restored
            }
            Err(because) => Undone::Conflict(because),
        }
    }

    fn worth(&self, args: &Value, place: &Place) -> Option<Worth> {
        let cents = find(args, place).ok()?.cents;
        Some(Worth { amount: cents, currency: CURRENCY.to_owned(), large: cents > LARGE, until: None })
    }
}

fn find(args: &Value, place: &Place) -> Result<Found, ToolError> {
    let input: Input = parse(args)?;
    let refused = |key: &str| ToolError::Refused(say(key, &[("order", &visible(&input.order))]));
    let resolver = Resolver::new(place);
    let at = resolver.follow(&input.orders, Use::Look)?;
    let refunds = at.path.with_file_name(REFUNDS);
    let reach = resolver.reach(&refunds, Use::Change);
    if reach == Reach::OwnFiles {
        return Err(ToolError::Refused(say("tools.path.own_files", &[])));
    }
    let text = read(&at.path).map_err(ToolError::BadInput)?;
    let line = text.lines().map(|line| line.split(',').map(str::trim).collect::<Vec<_>>());
    let row = line.into_iter().find(|fields| fields.first() == Some(&input.order.as_str()));
    let Some([order, customer, paid]) = row.as_deref() else { return Err(refused("orders.unknown")) };
    let paid: i64 = paid.parse().map_err(|_| refused("orders.unreadable"))?;
    if input.cents < 1 || input.cents > paid {
        return Err(refused("orders.too_much"));
    }
    if lines(&refunds).map_err(ToolError::Failed)?.iter().any(|line| line.order == *order) {
        return Err(refused("orders.again"));
    }
    let target = Target { field: "/orders".to_owned(), shown: text_of(&at.path), state: String::new(), reach };
    let shown = folder_name(&at.path, &place.home);
    Ok(Found {
        refunds,
        target,
        shown,
        order: (*order).to_owned(),
        customer: (*customer).to_owned(),
        cents: input.cents,
        paid,
    })
}

// Seconds and nanoseconds.
fn time(path: &Path) -> Option<(i64, i64)> {
    std::fs::symlink_metadata(path).ok().map(|stat| (stat.mtime(), stat.mtime_nsec()))
}

fn set_time(path: &Path, time: &Value) {
    let (Some(seconds), Some(nanoseconds)) = (time[0].as_u64(), time[1].as_u64()) else { return };
    let time = UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds);
    // A time that cannot be set back is no reason to call the refund not taken back.
    let _ = File::open(path).and_then(|file| file.set_modified(time));
}

fn lines(path: &Path) -> Result<Vec<Line>, String> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        _ => read(path)?.lines().map(|line| serde_json::from_str(line).map_err(|error| lost(path, &error))).collect(),
    }
}

fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let file = OpenOptions::new().read(true).custom_flags(NO_LINK).open(path);
    file.and_then(|file| file.take(MOST).read_to_string(&mut text)).map_err(|error| lost(path, &error))?;
    Ok(text)
}

// One change at a time, looked at again under the lock; the file is whole before and after. One that holds nothing goes.
fn change(path: &Path, with: impl FnOnce(&mut Vec<Line>) -> Result<(), String>) -> Result<(), String> {
    let failed = |error: std::io::Error| lost(path, &error);
    let folder = File::open(path.parent().unwrap_or(path)).map_err(failed)?;
    folder.lock().map_err(failed)?;
    let mut lines = lines(path)?;
    with(&mut lines)?;
    if lines.is_empty() {
        return std::fs::remove_file(path).map_err(failed);
    }
    let mut text = String::new();
    for line in &lines {
        text.push_str(&serde_json::to_string(line).map_err(|error| lost(path, &error))?);
        text.push('\n');
    }
    let new = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).custom_flags(NO_LINK);
    let mut file = options.open(&new).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&new, path).and_then(|()| folder.sync_all()).map_err(failed)
}

fn lost(path: &Path, error: &dyn std::fmt::Display) -> String {
    say("tools.error.other", &[("path", &assent_tools::words::shown_path(path)), ("because", &error.to_string())])
}

#[cfg(test)]
mod tests {
    use crate::check::{World, check_do_undo};
    use assent_agent::ToolError;
    use serde_json::json;
    use std::fs;

    #[test]
    fn an_order_is_refunded_once_never_above_what_was_paid_and_as_before_after_undo() {
        let world = World::new();
        fs::write(world.work.join("orders.csv"), "order,customer,cents\nA-1001,anna@example.org,3490\n").unwrap();
        let list = world.work.join("orders.csv").display().to_string();
        let args = |order: &str, cents: i64| json!({"orders": list, "order": order, "cents": cents});
        check_do_undo(&world, &world.work, "orders.refund", args("A-1001", 3490));
        let refused = |order: &str, cents: i64| world.describe("orders.refund", args(order, cents));
        for (order, cents) in [("A-1001", 3491), ("A-1001", 0), ("A-1002", 1), ("order", 1)] {
            assert!(
                matches!(refused(order, cents), Err(ToolError::Refused(_) | ToolError::BadInput(_))),
                "{order} {cents}"
            );
        }
        world.act("orders.refund", args("A-1001", 1000));
        assert!(matches!(refused("A-1001", 1000), Err(ToolError::Refused(_))), "twice");
    }
}
