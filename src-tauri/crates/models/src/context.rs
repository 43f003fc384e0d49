//! A long conversation in less room: the oldest replies are shortened, then left out with a line that says so. What the
//! user wrote stays word for word, calls without a result and refusals stay, and so does every label of where content
//! came from. Only what is sent to a model is shortened; the history keeps everything.

use assent_protocol::{ProposedCall, Status, Turn, texts::say};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The most bytes of a conversation that are sent, as far as it can be shortened.
pub const ROOM: usize = 256 * 1024;
/// What stays of a text, of arguments and of an output when a reply is shortened.
const REST: usize = 300;
/// The newest replies stay whole.
const WHOLE: usize = 6;
/// Replies are shortened so many at a time, so that the beginning stays the same for several requests.
const STRIDE: usize = 8;

/// A conversation that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// What is sent.
    pub turns: Vec<Turn>,
    /// The first call of each reply that is not whole any more.
    pub shortened: HashSet<String>,
}

/// Shortens `turns` to about `room` bytes. The same turns always come out the same.
pub fn fit(turns: &[Turn], room: usize) -> Fitted {
    let mut fitted = Fitted { turns: turns.to_vec(), shortened: HashSet::new() };
    if size(turns) <= room {
        return fitted;
    }
    let replies: Vec<usize> = (0..turns.len()).filter(|at| matches!(turns[*at], Turn::Model { .. })).collect();
    let old = replies.len().saturating_sub(WHOLE);
    let statuses = statuses(turns);
    let mut count = 0;
    while count < old && size(&fitted.turns) > room {
        count = (count + STRIDE).min(old);
        fitted = shortened(turns, &replies[..count], &statuses);
    }
    let mut gone = 0;
    while gone < count && size(&fitted.turns) > room {
        gone = (gone + STRIDE).min(count);
        fitted = shortened(turns, &replies[..count], &statuses);
        leave_out(&mut fitted, &replies[..gone], turns, &statuses);
    }
    fitted
}

fn size(turns: &[Turn]) -> usize {
    turns
        .iter()
        .map(|turn| match turn {
            Turn::User { text } => text.len(),
            Turn::Model { text, calls } => {
                text.len() + calls.iter().map(|c| c.args.len() + c.tool.len() + 80).sum::<usize>()
            }
            Turn::Result { output, reason, .. } => {
                bytes(output).min(crate::remote::LARGEST_RESULT) + reason.as_ref().map_or(0, String::len) + 120
            }
        })
        .sum()
}

fn bytes(value: &Value) -> usize {
    if value.is_null() { 0 } else { value.to_string().len() }
}

fn statuses(turns: &[Turn]) -> HashMap<&str, Status> {
    let results = turns.iter().filter_map(|turn| match turn {
        Turn::Result { call, status, .. } => Some((call.as_str(), *status)),
        _ => None,
    });
    results.collect()
}

// A call that is still open keeps its whole reply.
fn is_open(calls: &[ProposedCall], statuses: &HashMap<&str, Status>) -> bool {
    calls.iter().any(|call| !statuses.contains_key(call.call.as_str()))
}

fn shortened(turns: &[Turn], replies: &[usize], statuses: &HashMap<&str, Status>) -> Fitted {
    let mut fitted = Fitted { turns: turns.to_vec(), shortened: HashSet::new() };
    let mut calls_of = HashSet::new();
    for at in replies {
        let Turn::Model { text, calls } = &mut fitted.turns[*at] else { continue };
        if is_open(calls, statuses) {
            continue;
        }
        fitted.shortened.extend(calls.first().map(|call| call.call.clone()));
        text.truncate(text.floor_char_boundary(REST));
        for call in calls {
            calls_of.insert(call.call.clone());
            if call.args.len() > REST {
                call.args = json!({"left_out": left_out(call.args.len())}).to_string();
            }
        }
    }
    for turn in &mut fitted.turns {
        if let Turn::Result { call, output, .. } = turn
            && calls_of.contains(call)
            && bytes(output) > REST
        {
            *output = json!({"left_out": left_out(bytes(output))});
        }
    }
    fitted
}

fn left_out(bytes: usize) -> String {
    say("model.left_out", &[("count", &bytes.to_string())])
}

// Replies that only did what they said go altogether; one that met a refusal or an unknown outcome stays, so that it is
// not tried again. A line takes their place.
fn leave_out(fitted: &mut Fitted, replies: &[usize], turns: &[Turn], statuses: &HashMap<&str, Status>) {
    let done = |call: &ProposedCall| {
        matches!(
            statuses.get(call.call.as_str()),
            Some(Status::Succeeded | Status::Partly | Status::Failed | Status::Undone)
        )
    };
    let mut gone: HashSet<usize> = HashSet::new();
    let (mut calls_gone, mut used) = (HashSet::new(), BTreeSet::new());
    for at in replies {
        if let Turn::Model { calls, .. } = &turns[*at]
            && calls.iter().all(done)
        {
            gone.insert(*at);
            calls_gone.extend(calls.iter().map(|call| call.call.as_str()));
            used.extend(calls.iter().map(|call| call.tool.as_str()));
        }
    }
    let mut sources = BTreeSet::new();
    let mut first = None;
    let mut at = 0;
    fitted.turns.retain(|turn| {
        let here = at;
        at += 1;
        let goes = match turn {
            Turn::Model { .. } => gone.contains(&here),
            Turn::Result { call, untrusted, .. } if calls_gone.contains(call.as_str()) => {
                sources.extend(untrusted.clone());
                true
            }
            _ => false,
        };
        if goes && first.is_none() {
            first = Some(here);
        }
        !goes
    });
    // Nothing before the first one went, so that its place is the same.
    let Some(first) = first else { return };
    let tools: Vec<&str> = used.into_iter().collect();
    let mut text = say("model.steps_left_out", &[("count", &gone.len().to_string()), ("tools", &tools.join(", "))]);
    if !sources.is_empty() {
        let sources: Vec<String> = sources.into_iter().collect();
        text = format!("{text} {}", say("model.sources_left_out", &[("sources", &sources.join(", "))]));
    }
    fitted.turns.insert(first, Turn::Model { text, calls: Vec::new() });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> Turn {
        Turn::User { text: text.into() }
    }

    fn step(n: usize, status: Status, output: usize, untrusted: Option<&str>) -> [Turn; 2] {
        let call = ProposedCall {
            call: format!("c{n}"),
            tool: "files.read".into(),
            args: format!("{{\"path\":\"/x/{n}\"}}"),
            says: None,
        };
        let result = Turn::Result {
            call: call.call.clone(),
            tool: call.tool.clone(),
            status,
            output: json!("x".repeat(output)),
            reason: (status == Status::Rejected).then(|| "never that one".into()),
            untrusted: untrusted.map(str::to_owned),
        };
        [Turn::Model { text: "I look.".into(), calls: vec![call] }, result]
    }

    fn long(steps: usize) -> Vec<Turn> {
        let mut turns = vec![user("Tidy up. Never touch the blue folder.")];
        for n in 0..steps {
            let status = if n == 3 { Status::Rejected } else { Status::Succeeded };
            turns.extend(step(n, status, 2_000, (n == 5).then_some("the page x.org")));
            if n == 10 {
                turns.push(user("And keep the receipts."));
            }
        }
        turns
    }

    fn text(turns: &[Turn]) -> String {
        serde_json::to_string(turns).unwrap()
    }

    #[test]
    fn what_fits_is_sent_as_it_is() {
        let turns = long(20);
        assert_eq!(fit(&turns, ROOM), Fitted { turns, shortened: HashSet::new() });
    }

    #[test]
    fn the_oldest_outputs_go_first_and_the_users_words_stay_word_for_word() {
        let turns = long(60);
        let fitted = fit(&turns, 90_000);
        assert!(size(&fitted.turns) <= 90_000 && fitted.turns.len() == turns.len());
        let users =
            |turns: &[Turn]| turns.iter().filter(|t| matches!(t, Turn::User { .. })).cloned().collect::<Vec<_>>();
        assert_eq!(users(&fitted.turns), users(&turns));
        assert!(fitted.shortened.contains("c0") && !fitted.shortened.contains("c59"));
        assert_eq!(fitted.turns[turns.len() - 12..], turns[turns.len() - 12..]);
        // The label stands, whatever became of the words.
        assert!(text(&fitted.turns).contains("the page x.org"));
    }

    #[test]
    fn net_16_what_is_left_out_altogether_leaves_its_label_and_refusals_stay() {
        let turns = long(400);
        let fitted = fit(&turns, 60_000);
        assert!(size(&fitted.turns) <= 60_000, "{}", size(&fitted.turns));
        let all = text(&fitted.turns);
        for part in
            ["Never touch the blue folder.", "And keep the receipts.", "the page x.org", "never that one", "\"c399\""]
        {
            assert!(all.contains(part), "{part}");
        }
        assert!(fitted.turns.len() < turns.len() / 2 && !all.contains("\"c8\""));
    }

    #[test]
    fn an_open_call_keeps_its_reply_whole() {
        let mut turns = vec![user("go")];
        let [open, _] = step(900, Status::Succeeded, 0, None);
        turns.push(open.clone());
        turns.extend(long(200));
        let fitted = fit(&turns, 40_000);
        assert_eq!(fitted.turns[1], open);
        assert!(!fitted.shortened.contains("c900"));
    }

    #[test]
    fn the_beginning_stays_the_same_for_several_requests() {
        let starts: HashSet<String> =
            (300..308).map(|n| text(&fit(&long(n), 200_000).turns)[..20_000].to_owned()).collect();
        assert!(starts.len() <= 2, "{}", starts.len());
    }

    #[test]
    fn every_call_that_is_sent_still_has_its_result() {
        for room in [10_000, 60_000, 200_000] {
            let fitted = fit(&long(300), room);
            let calls: Vec<&String> = fitted
                .turns
                .iter()
                .filter_map(|t| match t {
                    Turn::Model { calls, .. } => Some(calls),
                    _ => None,
                })
                .flatten()
                .map(|c| &c.call)
                .collect();
            let results: Vec<&String> = fitted
                .turns
                .iter()
                .filter_map(|t| match t {
                    Turn::Result { call, .. } => Some(call),
                    _ => None,
                })
                .collect();
            assert_eq!(calls, results);
        }
    }
}
