//! "Did you mean": what is not sure is asked, each reading as the sentence of what would happen.

use super::work;
use crate::{
    desk::Desk,
    request::Ask,
    understanding::piece,
    when::{day_only, is_when, shown, when},
};
use assent_protocol::{texts::say, visible::visible};
use serde_json::json;

/// The tool that asks the user.
const ASK: &str = "ask_user";

/// Asks which of `readings` is meant, and works on the one that the user chose.
pub fn ask(said: &str, readings: &[Ask], desk: &mut Desk) -> Option<()> {
    let choices: Vec<String> = readings.iter().map(|reading| would(reading, desk)).collect();
    let none = say("planner.choose.none", &[]);
    let question = say("planner.choose", &[("text", &visible(said))]);
    let args = json!({"question": question, "choices": choices.iter().chain([&none]).collect::<Vec<_>>()});
    let output = desk.look_or_say(ASK, args, say("planner.says.choose", &[]), said)?;
    let answer = output["answer"].as_str().unwrap_or_default().trim().trim_matches(['.', '"', ' ']).to_owned();
    let low = answer.to_lowercase();
    let number = answer.parse::<usize>().ok().filter(|n| (1..=readings.len()).contains(n));
    let by_text = || choices.iter().position(|choice| choice.to_lowercase() == low).map(|at| at + 1);
    let yes = (readings.len() == 1 && ["y", "yes", "ok"].contains(&low.as_str())).then_some(1);
    if let Some(reading) = number.or_else(by_text).or(yes).and_then(|n| readings.get(n - 1)) {
        return work(reading, desk);
    }
    // "When?" may be answered at once.
    let timeless = readings.iter().find_map(|reading| match reading {
        Ask::RemindSometime { text } | Ask::Remind { text, .. } => Some(text.clone()),
        _ => None,
    });
    match timeless {
        Some(text) if is_when(&answer) => work(&Ask::Remind { text, when: answer }, desk),
        _ => {
            desk.note(crate::nearest::not_understood(said, desk.words));
            Some(())
        }
    }
}

/// What would happen, in a sentence.
pub fn would(reading: &Ask, desk: &Desk) -> String {
    let piece = piece(reading);
    let (key, time) = match reading {
        Ask::Remind { when: spoken, .. } | Ask::Move { when: spoken, .. } | Ask::AddEvent { when: spoken, .. } => {
            let whole =
                matches!(reading, Ask::AddEvent { .. }).then(|| day_only(spoken, desk.now, desk.zone)).flatten();
            let time = match (whole, when(spoken, desk.now, desk.zone)) {
                (Some(day), _) => day.strftime("%A %-d %B %Y").to_string(),
                (None, Ok(at)) => shown(&at),
                (None, Err(_)) => visible(spoken),
            };
            (if matches!(reading, Ask::Remind { .. }) { "remind" } else { piece.intent }, time)
        }
        Ask::RemindSometime { .. } => ("remind_when", String::new()),
        Ask::RemindAgainAndAgain { .. } => ("remind_again", String::new()),
        Ask::EventSometime { .. } => ("event_when", String::new()),
        _ => (piece.intent, visible(&piece.when)),
    };
    let list = if piece.list.is_empty() { say("planner.list.todos", &[]) } else { visible(&piece.list) };
    let values = [("what", visible(&piece.what)), ("time", time), ("who", visible(&piece.who)), ("list", list)];
    say(&format!("planner.would.{key}"), &values.each_ref().map(|(name, value)| (*name, value.as_str())))
}
