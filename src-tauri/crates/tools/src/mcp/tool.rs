//! One tool of a server beside the built-in ones. What it does is what the user declared; without that nobody can say,
//! so that it always asks. The server's own claims only make it more careful.

use super::{
    Definition, Server,
    definition::Hints,
    result,
    session::Broken,
    undo::{filled, needs_result},
};
use crate::words::{cut, say};
use assent_agent::{Inverse, Output, Place, Target, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{
    Declaration, Effect, ItemOutcome, Preview, Reach, Reversal, Status,
    canonical::canonical,
    visible::{visible, visible_lines},
};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::AtomicBool},
};

/// What the model is given of a server's description.
const MOST_DESCRIPTION: usize = 2_000;
/// A name that every provider takes.
const MOST_NAME: usize = 60;

/// What the user looked at and said.
#[derive(Debug, Clone)]
pub struct Known {
    /// The definition that was looked at.
    pub definition: Definition,
    /// What it does; none until the user said so.
    pub declared: Option<Declaration>,
    /// The definition of the tool that takes it back, as it was looked at.
    pub inverse: Option<Definition>,
    /// Why it must not be called until the user has looked at it again.
    pub suspended: Option<String>,
}

/// The tool.
pub struct McpTool {
    server: Arc<Server>,
    known: Known,
    name: String,
}

impl McpTool {
    /// A tool of `server` as it is known.
    pub fn new(server: Arc<Server>, known: Known) -> McpTool {
        let name = full_name(&server.config().name, &known.definition.tool);
        McpTool { server, known, name }
    }

    /// The same under the name that [`full_names`] gave it.
    pub fn named(self, name: String) -> McpTool {
        McpTool { name, ..self }
    }

    /// What the server calls it.
    pub fn own_name(&self) -> &str {
        &self.known.definition.tool
    }

    /// Whether the model may be told of it.
    pub fn is_offered(&self) -> bool {
        self.known.suspended.is_none()
    }

    fn server_name(&self) -> &str {
        &self.server.config().name
    }

    fn source(&self) -> String {
        say("mcp.source", &[("server", self.server_name())])
    }

    fn check_arguments(&self, args: &Value) -> Result<(), ToolError> {
        let wrong = |because: String| ToolError::BadInput(say("tools.input.wrong", &[("because", &visible(&because))]));
        let schema = self.known.definition.schema();
        let validator = jsonschema::validator_for(&schema).map_err(|error| wrong(error.to_string()))?;
        match validator.iter_errors(args).next() {
            None => Ok(()),
            Some(error) => {
                let at = error.instance_path().to_string();
                Err(wrong(if at.is_empty() { error.to_string() } else { format!("{at}: {error}") }))
            }
        }
    }

    fn effect(&self) -> Effect {
        let hints = self.known.definition.hints();
        match &self.known.declared {
            None => Effect::Modify,
            Some(declared) => careful(declared.effect, hints),
        }
    }

    fn reversal(&self, args: &Value) -> Reversal {
        let by = self.known.declared.as_ref().and_then(|declared| declared.undo.as_ref());
        match (by, &self.known.inverse) {
            (Some(by), Some(_)) if needs_result(by) || filled(&by.args, args, &Value::Null).is_some() => {
                Reversal::Undoable
            }
            _ => Reversal::None,
        }
    }

    fn ended(&self, status: Status, note: String, value: Value) -> Output {
        let items = vec![ItemOutcome { item: 0, status, note: Some(note) }];
        Output { value, items, untrusted: Some(self.source()), inverses: Vec::new() }
    }

    fn taken_back_with(&self, args: &Value, result: &Value) -> Option<Value> {
        let by = self.known.declared.as_ref()?.undo.as_ref()?;
        filled(&by.args, args, result)
    }
}

impl Tool for McpTool {
    fn spec(&self) -> ToolSpec {
        let said = cut(self.known.definition.description(), MOST_DESCRIPTION).0;
        ToolSpec {
            name: self.name.clone(),
            description: say("mcp.description", &[("server", self.server_name()), ("text", said)]),
            schema: self.known.definition.schema(),
        }
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        if let Some(why) = &self.known.suspended {
            return Err(ToolError::Refused(why.clone()));
        }
        self.check_arguments(args)?;
        self.server.check(&self.known.definition).map_err(ToolError::Refused)?;
        let effect = self.effect();
        let tool = visible(&self.known.definition.tool);
        let title = say("mcp.title", &[("tool", &tool), ("server", self.server_name())]);
        let mut targets = Vec::new();
        collect(args, String::new(), effect != Effect::Observe, place, &mut targets);
        Ok(ToolFacts {
            title,
            effect,
            reversal: self.reversal(args),
            inspectable: self.known.declared.is_some(),
            targets,
            items: u32::from(effect != Effect::Observe),
            bytes: 0,
            preview: Preview::Fields { rows: rows(args, effect, self.known.definition.hints(), &self.source()) },
            provenance: None,
            account: Some(self.source()),
        })
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        if facts.reversal != Reversal::Undoable {
            return Ok(Vec::new());
        }
        // What needs the result is filled in after the call; until then it says that it cannot be known.
        let by = self.known.declared.as_ref().and_then(|declared| declared.undo.as_ref());
        let ready = by.filter(|by| !needs_result(by)).and_then(|by| filled(&by.args, args, &Value::Null));
        Ok(vec![Inverse { item: 0, data: json!({"args": ready}) }])
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        // Exactly the bytes that the digest was made over: the canonical spelling, in its order.
        let Ok(Value::Object(sent)) = serde_json::from_str(&canonical(args)) else {
            return Err(ToolError::BadInput(say("tools.input.wrong", &[("because", "{}")])));
        };
        let reads = facts.effect == Effect::Observe;
        let result = match self.server.call(&self.known.definition.tool, sent, &place.stop) {
            Ok(result) => result,
            Err(Broken::Refused(text)) => {
                let note = say("mcp.call.refused", &[("text", &text)]);
                return Ok(self.ended(Status::Failed, note, json!({"error": text})));
            }
            Err(Broken::Stopped) => {
                let status = if reads { Status::Cancelled } else { Status::Unknown };
                return Ok(self.ended(status, say("mcp.call.stopped", &[]), Value::Null));
            }
            Err(Broken::Lost(text)) => {
                let status = if reads { Status::Failed } else { Status::Unknown };
                return Ok(self.ended(status, say("mcp.call.lost", &[("because", &text)]), Value::Null));
            }
        };
        let (value, failed) = result::told(&result, &self.source(), place);
        if failed {
            let said = visible_lines(cut(&result::text(&result), 600).0).join(" ");
            return Ok(self.ended(Status::Failed, say("mcp.call.refused", &[("text", &said)]), value));
        }
        let mut output = Output { value, untrusted: Some(self.source()), ..Output::default() };
        if !reads {
            output.items = vec![ItemOutcome { item: 0, status: Status::Succeeded, note: None }];
        }
        if facts.reversal == Reversal::Undoable {
            let structured = result.structured_content.clone();
            let whole = structured.or_else(|| serde_json::from_str(&result::text(&result)).ok()).unwrap_or(Value::Null);
            let back = self.taken_back_with(args, &whole);
            output.inverses = vec![Inverse { item: 0, data: json!({"args": back}) }];
        }
        Ok(output)
    }

    fn undo(&self, inverse: &Inverse, _: &Place) -> Undone {
        let args = &inverse.data["args"];
        let (Value::Object(sent), Some(by)) = (args, &self.known.inverse) else {
            return Undone::Conflict(say("mcp.undo.unknown", &[]));
        };
        // A list of nothing: the call had changed nothing.
        if sent.values().any(|value| value.as_array().is_some_and(Vec::is_empty)) {
            return Undone::NotNeeded;
        }
        if let Err(why) = self.server.check(by) {
            return Undone::Conflict(why);
        }
        let sent = serde_json::from_str(&canonical(args)).unwrap_or_default();
        match self.server.call(&by.tool, sent, &Arc::new(AtomicBool::new(false))) {
            Ok(result) if result.is_error != Some(true) => Undone::Restored,
            Ok(result) => {
                let said = visible_lines(cut(&result::text(&result), 600).0).join(" ");
                Undone::Conflict(say("mcp.call.refused", &[("text", &said)]))
            }
            Err(broken) => Undone::Conflict(broken.sentence()),
        }
    }

    fn undo_words(&self) -> String {
        let by = self.known.inverse.as_ref().map(|by| visible(&by.tool)).unwrap_or_default();
        say("mcp.undo.words", &[("tool", &by), ("server", self.server_name())])
    }
}

/// The names of all tools of a server, no two alike, whatever order they come in. Where [`full_name`] gives one name to
/// several, it is kept by the tool that is really called so, else by the first by its own name; the others get a longer
/// piece of their hash.
pub fn full_names<'a>(server: &str, tools: impl IntoIterator<Item = &'a str>) -> HashMap<&'a str, String> {
    let mut tools: Vec<(bool, &str, String)> = tools
        .into_iter()
        .map(|tool| (tool, full_name(server, tool)))
        .map(|(tool, name)| {
            (name.strip_prefix(server).is_none_or(|rest| rest.strip_prefix('.') != Some(tool)), tool, name)
        })
        .collect();
    tools.sort();
    let mut taken = HashSet::new();
    let mut names = HashMap::new();
    for (_, tool, name) in tools {
        if names.contains_key(tool) {
            continue;
        }
        let most = MOST_NAME.saturating_sub(server.len() + 1);
        let longer = |length: usize| {
            let hash = &assent_protocol::canonical::digest(&[tool])[..length];
            format!("{server}.{}_{hash}", cut(&safe_name(tool), most.saturating_sub(length + 1)).0)
        };
        let free = [name].into_iter().chain([12, 18, 24, 32].map(longer)).find(|name| !taken.contains(name));
        // Two whole hashes alike do not happen; such a tool would have no name and not be offered.
        if let Some(name) = free {
            taken.insert(name.clone());
            names.insert(tool, name);
        }
    }
    names
}

/// A tool's name on cards, in rules and for the model. Only letters, digits, `_` and `-` are left of what the server
/// calls it; where that or the length changed it, a piece of its hash keeps it apart from others.
pub fn full_name(server: &str, tool: &str) -> String {
    let safe = safe_name(tool);
    let most = MOST_NAME.saturating_sub(server.len() + 1);
    if safe == tool && safe.len() <= most {
        return format!("{server}.{safe}");
    }
    let hash = &assent_protocol::canonical::digest(&[tool])[..6];
    format!("{server}.{}_{hash}", cut(&safe, most.saturating_sub(7)).0)
}

/// `text` with nothing but ASCII letters, digits, `_` and `-`.
pub fn safe_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' }).collect()
}

/// Whether two names would pass for one: `read_fi1e` for `files.read`.
pub fn looks_like(one: &str, other: &str) -> bool {
    let words = |name: &str| {
        let plain: String = name
            .to_lowercase()
            .chars()
            .map(|c| match c {
                '0' => 'o',
                '1' | '|' | '!' => 'l',
                '5' | '$' => 's',
                other => other,
            })
            .collect();
        let mut words: Vec<String> = plain
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(
                |word| if word == "fs" { "file".to_owned() } else { word.strip_suffix('s').unwrap_or(word).to_owned() },
            )
            .collect();
        words.sort();
        words
    };
    let (one, other) = (words(one), words(other));
    !one.is_empty() && (one == other || one.concat() == other.concat())
}

/// What was declared, made stricter by what the server itself says; never milder.
fn careful(declared: Effect, hints: Hints) -> Effect {
    match declared {
        Effect::Observe if hints.reads_only == Some(false) => Effect::Modify,
        Effect::Create | Effect::Modify if hints.destructive == Some(true) && hints.reads_only != Some(true) => {
            Effect::Delete
        }
        other => other,
    }
}

// Every value of a change is a target, because nobody knows which of them is none. Paths are looked at in any case: a
// protected place or one outside the grants is what it is, whoever opens it.
fn collect(value: &Value, field: String, all: bool, place: &Place, found: &mut Vec<Target>) {
    match value {
        Value::String(text) => {
            let path = text.starts_with('/') || text.starts_with("~/");
            let reach = path.then(|| crate::resolve(text, place).map_or(Reach::Outside, |at| at.reach));
            if all || reach.is_some_and(|reach| reach > Reach::Inside) {
                let reach = reach.unwrap_or(Reach::Inside);
                found.push(Target { field, shown: text.clone(), state: String::new(), reach });
            }
        }
        Value::Number(number) if all => {
            found.push(Target { field, shown: number.to_string(), state: String::new(), reach: Reach::Inside });
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, inner)| collect(inner, format!("{field}/{n}"), all, place, found));
        }
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            collect(inner, format!("{field}/{}", key.replace('~', "~0").replace('/', "~1")), all, place, found);
        }),
        _ => {}
    }
}

fn rows(args: &Value, effect: Effect, hints: Hints, source: &str) -> Vec<(String, String)> {
    let mut rows = vec![(say("mcp.row.server", &[]), source.to_owned())];
    for (name, value) in args.as_object().into_iter().flatten() {
        let shown = match value {
            Value::String(text) => visible_lines(text).join("\n"),
            other => visible_lines(&serde_json::to_string_pretty(other).unwrap_or_default()).join("\n"),
        };
        rows.push((visible(name), shown));
    }
    rows.push((say("mcp.row.claims", &[]), hints.sentences().join(" ")));
    if effect == Effect::Send {
        rows.push((say("mcp.row.care", &[]), say("mcp.care.send", &[])));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mcp_05_names_are_safe_do_not_collide_and_look_alikes_are_seen() {
        assert_eq!(full_name("memory", "create_entities"), "memory.create_entities");
        let odd = full_name("x", "do it.now");
        assert!(odd.starts_with("x.do_it_now_") && odd != full_name("x", "do it/now"), "{odd}");
        assert!(full_name("x", &"y".repeat(200)).len() <= MOST_NAME);
        for (name, built_in) in [("read_fi1e", "files.read"), ("fs_read", "files.read"), ("M0VE_FILES", "files.move")] {
            assert!(looks_like(name, built_in), "{name}");
        }
        assert!(!looks_like("create_entities", "files.read"));
    }

    #[test]
    fn mcp_05_no_two_tools_of_a_server_have_one_name() {
        let long = "y".repeat(80);
        let short = full_name("x", &long);
        let short = short.strip_prefix("x.").unwrap();
        let odd = full_name("x", "do it");
        let odd = odd.strip_prefix("x.").unwrap();
        for tools in [
            vec!["a", "b", "do it", "do/it", odd],
            vec![&long, short, "plain"],
            vec![short, &long],
            vec!["a b", "a/b", "a.b", "a:b"],
            vec!["same", "same"],
        ] {
            let names = full_names("x", tools.iter().copied());
            let mut all: Vec<&String> = names.values().collect();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), names.len(), "{names:?}");
            assert!(all.iter().all(|name| name.len() <= MOST_NAME), "{names:?}");
            // Whatever order they come in, and without a collision as ever.
            assert_eq!(full_names("x", tools.iter().rev().copied()), names);
            for tool in tools {
                let usual = full_name("x", tool);
                assert!(names[tool] == usual || names.iter().any(|(other, name)| *other != tool && *name == usual));
            }
        }
        // The one that is really called so keeps the name.
        assert_eq!(full_names("x", [long.as_str(), short])[short], format!("x.{short}"));
    }

    #[test]
    fn mcp_07_a_claim_makes_a_declared_tool_stricter_and_never_milder() {
        let all = [Effect::Observe, Effect::Create, Effect::Modify, Effect::Delete, Effect::Send, Effect::Spend];
        let claims = [None, Some(true), Some(false)];
        for effect in all {
            for reads_only in claims {
                for destructive in claims {
                    for open_world in claims {
                        let hints = Hints { reads_only, destructive, open_world };
                        assert!(careful(effect, hints) >= effect, "{effect:?} {hints:?}");
                    }
                }
            }
        }
        let destroys = Hints { destructive: Some(true), ..Hints::default() };
        assert_eq!(careful(Effect::Modify, destroys), Effect::Delete);
        assert_eq!(careful(Effect::Observe, Hints { reads_only: Some(false), ..Hints::default() }), Effect::Modify);
    }
}
