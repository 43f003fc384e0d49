//! Makes the weights anew: `cargo xtask train --data DIR`. DIR holds `train.jsonl` (`say`, `intent`, `slots`, `src`).
#![expect(clippy::print_stdout, reason = "what came of it is what this program is for")]

use assent_reader::{INTENTS, LABELS, train};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::HashSet, error::Error, fs, path::Path};

const OWN: &str = include_str!("../examples.txt");

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [flag, folder, rest @ ..] = arguments.as_slice() else { return Err("Usage: --data DIR [--to FOLDER]".into()) };
    if flag != "--data" {
        return Err("Usage: --data DIR [--to FOLDER]".into());
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights");
    let to = rest.get(1).map_or(here, |folder| Path::new(folder).to_owned());
    let kept = kept_apart(Path::new(folder))?;
    let mut rows: Vec<train::Row> =
        fs::read_to_string(Path::new(folder).join("train.jsonl"))?.lines().filter_map(public).collect();
    let public = rows.len();
    rows.retain(|row| !kept.contains(&row.say.to_lowercase()));
    let own = own();
    println!("{public} public sentences, {} of them kept apart, {} of our own", public - rows.len(), own.len());
    // Twice: they are few and typed.
    rows.extend(own.iter().cloned().chain(own.iter().cloned()));
    let intents = train::intents(&rows);
    println!("intents: {} of {} right in training", train::right(&rows, &intents), rows.len());
    fs::write(to.join("intents.bin"), &intents)?;
    rows.retain(|row| row.parts.is_some());
    println!("parts: {} sentences", rows.len());
    train::parts(&rows, &to.join("parts.crf"))?;
    let mut digests = String::new();
    for file in ["intents.bin", "parts.crf"] {
        let bytes = fs::read(to.join(file))?;
        println!("{file}: {} bytes", bytes.len());
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        digests.push_str(&format!("{digest}  {file}\n"));
    }
    fs::write(to.join("DIGESTS"), digests)?;
    Ok(())
}

// Sentences on which the result is measured.
fn kept_apart(folder: &Path) -> Result<HashSet<String>, Box<dyn Error>> {
    let mut kept = HashSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".jsonl") && name != "train.jsonl" {
            let said = |line: &str| Some(serde_json::from_str::<Value>(line).ok()?["say"].as_str()?.to_lowercase());
            kept.extend(fs::read_to_string(&path)?.lines().filter_map(said));
        }
    }
    Ok(kept)
}

fn public(line: &str) -> Option<train::Row> {
    let value: Value = serde_json::from_str(line).ok()?;
    let say = value["say"].as_str()?.to_owned();
    let intent = ours(value["intent"].as_str()?)?;
    let in_reach = !intent.starts_with("out_") && intent != "small_talk";
    let marked = in_reach && value["src"].as_str() != Some("clinc");
    let parts = marked.then(|| {
        let slots = value["slots"].as_array().into_iter().flatten();
        slots.filter_map(|slot| Some((label(slot[0].as_str()?)?, slot[1].as_str()?.to_owned()))).collect()
    });
    Some(train::Row { say, intent, parts })
}

fn ours(name: &str) -> Option<&'static str> {
    let begins = |heads: &[&str]| heads.iter().any(|head| name.starts_with(head));
    let mapped = match name {
        "email_flag" | "email_remove" => "email_change",
        "chit_help" => "help",
        "chit_general_commandstop" => "stop",
        _ if begins(&["chit_"]) => "small_talk",
        _ if begins(&["oos_play", "oos_music", "oos_audio"]) => "out_media",
        _ if begins(&["oos_iot", "oos_c_home"]) => "out_home",
        _ if begins(&["oos_weather", "oos_news", "oos_qa"]) => "out_facts",
        _ if begins(&["oos_transport", "oos_recommendation", "oos_c_travel", "oos_c_auto"]) => "out_travel",
        _ if begins(&["oos_takeaway", "oos_cooking", "oos_c_kitchen"]) => "out_food",
        _ if begins(&["oos_social"]) => "out_social",
        _ if begins(&["oos_"]) => "out_other",
        other => other,
    };
    INTENTS.iter().copied().find(|intent| *intent == mapped)
}

fn label(name: &str) -> Option<&'static str> {
    let mapped = match name.to_lowercase().as_str() {
        "date" | "time" | "timeofday" | "meal_type" => "when",
        "general_frequency" => "often",
        "event_name" => "what",
        "person" | "relation" => "who",
        "place_name" | "time_zone" => "where",
        "list_name" => "list",
        "personal_info" => "field",
        "email_address" => "address",
        _ => return None,
    };
    LABELS.iter().copied().find(|label| *label == mapped)
}

// The sentences of `examples.txt`.
fn own() -> Vec<train::Row> {
    let mut intent = None;
    let mut out = Vec::new();
    for line in OWN.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            intent = INTENTS.iter().copied().find(|known| *known == name);
            continue;
        }
        let Some(intent) = intent else { continue };
        let pieces = pieces(line);
        let most = pieces.iter().map(|(_, choices)| choices.len()).max().unwrap_or(1);
        for round in 0..most {
            let (mut say, mut parts) = (String::new(), Vec::new());
            for (n, (label, choices)) in pieces.iter().enumerate() {
                // Neighbours go on at different paces, so that they meet in different pairs.
                let chosen = choices[(round * (1 + n / 2) + n) % choices.len()];
                say.push_str(chosen);
                if let Some(label) = LABELS.iter().copied().find(|known| known == label) {
                    parts.push((label, chosen.to_owned()));
                }
            }
            out.push(train::Row { say, intent, parts: Some(parts) });
        }
    }
    out
}

// Label and choices for each piece of a line; plain text is a piece with one choice.
fn pieces(line: &str) -> Vec<(&str, Vec<&str>)> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some((plain, after)) = rest.split_once('{') {
        out.push(("", vec![plain]));
        let (inside, after) = after.split_once('}').unwrap_or((after, ""));
        let (label, choices) = match inside.split_once(':') {
            Some((label, choices)) if LABELS.contains(&label) => (label, choices),
            _ => ("", inside),
        };
        out.push((label, choices.split('|').collect()));
        rest = after;
    }
    out.push(("", vec![rest]));
    out
}
