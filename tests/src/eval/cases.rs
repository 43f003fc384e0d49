//! The files of cases: transcripts with their tools, and single calls. A line that cannot be read ends the reading, with
//! its file and number, because a rate over the lines that happened to parse would be a lie.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One file, read whole.
pub struct CaseFile {
    /// Its name without the folder.
    pub name: String,
    /// What is in it.
    pub cases: Vec<Case>,
    /// Whether it is one of transcripts, the headline.
    pub transcripts: bool,
}

/// One case: what the user typed, what was read before, and the calls to judge.
pub struct Case {
    /// Its id, for lists of misses.
    pub id: String,
    /// What the user typed.
    pub task: String,
    /// An attacker's calls, not the user's own.
    pub attack: bool,
    /// Calls made before, with what they gave back.
    pub before: Vec<Step>,
    /// The calls to judge, in order.
    pub calls: Vec<Step>,
}

/// One call.
pub struct Step {
    /// The tool.
    pub tool: ToolText,
    /// The arguments, as the text that a model would have written.
    pub args: String,
    /// What the case says the call does: never shown to the core.
    pub effect: Option<String>,
    /// What it gave back.
    pub output: Option<Value>,
    /// Whether it is a line for a shell.
    pub shell: Option<String>,
}

/// A tool as its server describes it.
#[derive(Clone)]
pub struct ToolText {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its JSON Schema.
    pub schema: Value,
    /// Hints of its server.
    pub hints: Value,
}

/// Reads every case file of a folder, in order of name.
pub fn read_folder(folder: &Path) -> Result<Vec<CaseFile>, String> {
    let listed =
        fs::read_dir(folder).map_err(|error| format!("The folder {} cannot be read: {error}.", folder.display()))?;
    let mut names: Vec<String> = listed
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".jsonl"))
        .collect();
    names.sort();
    if names.is_empty() {
        return Err(format!("There are no .jsonl files of cases in {}.", folder.display()));
    }
    names.into_iter().map(|name| read_file(folder, name)).collect()
}

fn read_file(folder: &Path, name: String) -> Result<CaseFile, String> {
    let path = folder.join(&name);
    let text = fs::read_to_string(&path).map_err(|error| format!("{name} cannot be read: {error}."))?;
    let transcripts = name.ends_with("_transcripts.jsonl");
    let tools = if transcripts { tools_beside(folder, &name)? } else { BTreeMap::new() };
    let mut cases = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |problem: String| format!("{name}:{}: {problem}", number + 1);
        let record: Value = serde_json::from_str(line).map_err(|error| wrong(format!("not JSON: {error}")))?;
        let map = record.as_object().ok_or_else(|| wrong("not a JSON object".to_owned()))?;
        let case = if transcripts { transcript(map, &tools) } else { single(map) };
        cases.push(case.map_err(wrong)?);
    }
    Ok(CaseFile { name, cases, transcripts })
}

fn tools_beside(folder: &Path, name: &str) -> Result<BTreeMap<String, ToolText>, String> {
    let beside = name.replace("_transcripts.jsonl", "_tools.json");
    let text = fs::read_to_string(folder.join(&beside))
        .map_err(|error| format!("{name} needs the descriptions of its tools in {beside}: {error}."))?;
    let all: Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| format!("{beside}: not a JSON object: {error}"))?;
    let tool = |(name, tool): (String, Value)| {
        let text = ToolText {
            description: tool["description"].as_str().unwrap_or_default().to_owned(),
            schema: schema(&tool["schema"]),
            hints: tool["annotations"].clone(),
            name: name.clone(),
        };
        (name, text)
    };
    Ok(all.into_iter().map(tool).collect())
}

fn text(map: &Map<String, Value>, key: &str) -> Result<String, String> {
    match map.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Null) | None => Err(format!("the field {key} is missing")),
        Some(_) => Err(format!("the field {key} is not a text")),
    }
}

fn attack(map: &Map<String, Value>) -> Result<bool, String> {
    match text(map, "label")?.as_str() {
        "benign" => Ok(false),
        "injected" | "harmful" => Ok(true),
        other => Err(format!("the label {other:?} is none of benign, injected, harmful")),
    }
}

const EFFECTS: [&str; 6] = ["read", "write", "send", "pay", "delete", "execute"];

fn effect(map: &Map<String, Value>) -> Result<Option<String>, String> {
    match map.get("effect") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(effect)) if EFFECTS.contains(&effect.as_str()) => Ok(Some(effect.clone())),
        Some(other) => Err(format!("the effect {other} is none of {}", EFFECTS.join(", "))),
    }
}

fn transcript(map: &Map<String, Value>, tools: &BTreeMap<String, ToolText>) -> Result<Case, String> {
    let steps = |key: &str| -> Result<Vec<Step>, String> {
        let Some(list) = map.get(key) else { return Err(format!("the field {key} is missing")) };
        let list = list.as_array().ok_or_else(|| format!("the field {key} is not a list"))?;
        list.iter()
            .map(|step| {
                let step = step.as_object().ok_or_else(|| format!("a step of {key} is not an object"))?;
                let name = text(step, "tool")?;
                let tool =
                    tools.get(&name).cloned().ok_or_else(|| format!("the tool {name} is not in the file of tools"))?;
                Ok(Step {
                    tool,
                    args: arguments(step)?,
                    effect: effect(step)?,
                    output: step.get("output").cloned(),
                    shell: None,
                })
            })
            .collect()
    };
    Ok(Case {
        id: text(map, "id")?,
        task: text(map, "task")?,
        attack: attack(map)?,
        before: steps("before")?,
        calls: steps("calls")?,
    })
}

fn arguments(map: &Map<String, Value>) -> Result<String, String> {
    match map.get("args") {
        Some(args @ Value::Object(_)) => Ok(args.to_string()),
        _ => Err("the field args is not an object".to_owned()),
    }
}

fn single(map: &Map<String, Value>) -> Result<Case, String> {
    let name = text(map, "tool")?;
    let args = arguments(map)?;
    let said = map.get("description").and_then(Value::as_str).map(str::to_owned);
    // A tool without a description that takes one command is a shell.
    let line = map.get("args").and_then(|args| args.get("command")).and_then(Value::as_str);
    let shell = if said.is_none() { line.map(str::to_owned) } else { None };
    let tool = ToolText {
        name,
        description: said.unwrap_or_default(),
        schema: schema(map.get("schema").unwrap_or(&Value::Null)),
        hints: map.get("annotations").cloned().unwrap_or(Value::Null),
    };
    let mut before = Vec::new();
    // What was read before is known only by what it asked for.
    let prior = map.get("prior_tools").and_then(Value::as_array).is_some_and(|prior| !prior.is_empty());
    let seen = map.get("injectable_content_seen_before").and_then(Value::as_bool).unwrap_or(prior);
    let goal = map.get("injection_goal").and_then(Value::as_str);
    if seen || goal.is_some() {
        let page =
            ToolText { name: "read".into(), description: "Reads.".into(), schema: json!({}), hints: Value::Null };
        let output = Some(json!([goal.unwrap_or("content")]));
        before.push(Step { tool: page, args: "{}".into(), effect: None, output, shell: None });
    }
    let calls = vec![Step { tool, args, effect: effect(map)?, output: None, shell }];
    let task = map.get("task").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Case { id: text(map, "id")?, task, attack: attack(map)?, before, calls })
}

// Collections write their schemas in three ways: JSON Schema, a list of parameters, a map of parameters.
fn schema(found: &Value) -> Value {
    match found {
        Value::Array(list) => {
            let property = |one: &Value| Some((one["name"].as_str()?.to_owned(), one.clone()));
            json!({"type": "object", "properties": list.iter().filter_map(property).collect::<Map<_, _>>()})
        }
        Value::Object(map) if map.contains_key("properties") || map.is_empty() => found.clone(),
        Value::Object(map) if map.values().all(Value::is_object) => json!({"type": "object", "properties": found}),
        _ => json!({}),
    }
}
