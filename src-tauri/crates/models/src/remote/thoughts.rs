//! What a model writes into its answer that is no answer: thoughts between marks, the marks of its own turn, and calls
//! that were written as text because the server does not speak tools. Thoughts are for nobody; a written call is not made.

use super::names::ToolNames;
use serde_json::Value;

// Each family's marks around its thoughts.
const MARKS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|start|>assistant<|channel|>analysis<|message|>", "<|end|>"),
];
// What may stand around the answer itself.
const BEFORE: &[&str] = &["<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"];
const BEHIND: &[&str] =
    &["<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|return|>", "<|end|>", "<end_of_turn>", "<|eom_id|>", "</s>"];
// How calls begin that are written as text.
const WRITTEN: &[&str] = &[
    "<tool_call",
    "<function_call",
    "<functioncall",
    "<function=",
    "<invoke ",
    "<tool_code",
    "<tool_use",
    "<|tool",
    "<｜tool",
    "<|python_tag|>",
    "[TOOL_CALL",
    "[TOOL_REQUEST",
    "<|channel|>commentary",
    "<|start|>assistant<|channel|>commentary",
    "```tool_c",
];
// Looked at in one answer.
const MOST_LINES: usize = 50;

/// Keeps thoughts out of what is heard while the answer is still coming.
#[derive(Debug, Default)]
pub struct Listening {
    held: String,
    now: Now,
}

#[derive(Debug, Default, Clone, Copy)]
enum Now {
    // Nothing but room and whole thoughts so far.
    #[default]
    Before,
    Thinking(&'static str),
    Answering,
}

impl Listening {
    /// The words to be heard now that `more` came.
    pub fn hear(&mut self, more: &str) -> String {
        self.held.push_str(more);
        loop {
            match self.now {
                Now::Answering => return std::mem::take(&mut self.held),
                Now::Thinking(end) => match self.held.find(end) {
                    Some(at) => {
                        self.held.drain(..at + end.len());
                        self.now = Now::Before;
                    }
                    None => {
                        let keep = self.held.len().saturating_sub(end.len());
                        self.held.drain(..self.held.floor_char_boundary(keep));
                        return String::new();
                    }
                },
                Now::Before => {
                    let rest = self.held.trim_start();
                    if let Some((begin, end)) = MARKS.iter().find(|(begin, _)| rest.starts_with(begin)) {
                        self.held = rest[begin.len()..].to_owned();
                        self.now = Now::Thinking(end);
                    } else if MARKS.iter().any(|(begin, _)| begin.starts_with(rest)) {
                        return String::new();
                    } else {
                        self.now = Now::Answering;
                    }
                }
            }
        }
    }
}

/// The answer in a whole text, without thoughts and marks.
pub fn answer(text: &str) -> String {
    let mut out = text.to_owned();
    // The beginning of the thoughts may stand in the prompt, so that only their end is in the answer.
    for (begin, end) in MARKS.iter().filter(|(_, end)| end.contains('/')) {
        if let Some(at) = out.find(end).filter(|at| !out[..*at].contains(begin) && is_plain(&out, *at)) {
            out = out[at + end.len()..].trim_start().to_owned();
        }
    }
    let mut from = 0;
    let first = |out: &str, from: usize| {
        let found = MARKS.iter().filter_map(|(begin, end)| Some((from + out[from..].find(begin)?, *begin, *end)));
        found.min_by_key(|(at, begin, _)| (*at, std::cmp::Reverse(begin.len())))
    };
    while let Some((at, begin, end)) = first(&out, from) {
        let leads = out[..at].trim().is_empty();
        let line = out[..at].rfind('\n').map_or(0, |at| at + 1);
        let length = out[at..].find(end).map(|length| length + end.len());
        match length {
            _ if !out[line..at].trim().is_empty() || !is_plain(&out, at) => from = at + begin.len(),
            Some(length) => {
                let rest = out[at + length..].trim_start().to_owned();
                out.truncate(if leads { 0 } else { at });
                from = out.len();
                out.push_str(&rest);
            }
            // Thoughts without an end are no answer.
            None if leads => return String::new(),
            None => from = at + begin.len(),
        }
    }
    for mark in BEFORE {
        if let Some(rest) = out.trim_start().strip_prefix(mark) {
            out = rest.to_owned();
        }
    }
    while let Some(rest) = BEHIND.iter().find_map(|mark| out.trim_end().strip_suffix(mark)) {
        out = rest.trim_end().to_owned();
    }
    out
}

// Whether a place lies in plain words and not in quoted code.
fn is_plain(text: &str, at: usize) -> bool {
    text[..at].matches("```").count().is_multiple_of(2) && !text[..at].ends_with('`')
}

/// Whether an answer writes a call of one of these tools instead of making it.
pub fn writes_call(text: &str, names: &ToolNames) -> bool {
    let mut at = 0;
    let mut looked = 0;
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        let (rest, trimmed) = (&text[at..], line.trim_start());
        let marked = WRITTEN.iter().any(|mark| trimmed.starts_with(mark)) && !fenced;
        if marked && (text[..at].trim().is_empty() || names.are_in(rest)) {
            return true;
        }
        if trimmed.starts_with("```") {
            fenced = !fenced;
        }
        if trimmed.starts_with(['{', '[']) && looked < MOST_LINES {
            looked += 1;
            let first = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next();
            if first.and_then(Result::ok).is_some_and(|value| is_call(&value, names)) {
                return true;
            }
        }
        at += line.len();
    }
    false
}

fn is_call(value: &Value, names: &ToolNames) -> bool {
    match value {
        Value::Array(list) => list.first().is_some_and(|one| is_call(one, names)),
        Value::Object(fields) => {
            let inner = ["tool_calls", "tool_call", "function_call", "function", "tool_uses"];
            if inner.iter().filter_map(|name| fields.get(*name)).any(|one| is_call(one, names)) {
                return true;
            }
            let called = ["name", "tool", "tool_name", "function", "action", "recipient_name"];
            let args = ["arguments", "parameters", "args", "input", "params", "action_input", "tool_input", "kwargs"];
            let name = called.iter().filter_map(|name| fields.get(*name)?.as_str());
            args.iter().any(|name| fields.contains_key(*name)) && name.into_iter().any(|name| names.offers(name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assent_agent::ToolSpec;
    use serde_json::json;

    #[test]
    fn thoughts_are_no_part_of_an_answer_and_words_about_them_are() {
        for (text, wanted) in [
            ("<think>plan</think>\n\nHello", "Hello"),
            ("\n <think>\nplan\n</think>Hello", "Hello"),
            ("<thinking>a</thinking><think>b</think> Hello", "Hello"),
            ("plan without its beginning</think>\nHello", "Hello"),
            ("[THINK]x[/THINK]Hello", "Hello"),
            ("◁think▷x◁/think▷Hello", "Hello"),
            (
                "<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>Hello<|return|>",
                "Hello",
            ),
            ("One.\n<think>x</think>\nTwo.", "One.\nTwo."),
            ("Hello<|im_end|>", "Hello"),
            ("Hello</s>", "Hello"),
            ("<think>never ends", ""),
            ("<think></think>", ""),
            ("Write `<think>` before it and `</think>` behind.", "Write `<think>` before it and `</think>` behind."),
            ("So:\n```\n<think>x</think>\n```", "So:\n```\n<think>x</think>\n```"),
            ("A tag <think> in a line", "A tag <think> in a line"),
            ("  two rooms", "  two rooms"),
            ("a < b and <thin", "a < b and <thin"),
        ] {
            assert_eq!(answer(text), wanted, "{text}");
        }
    }

    #[test]
    fn thoughts_are_not_heard_however_they_are_cut() {
        let check = |text: &str, wanted: &str| {
            for size in 1..=text.chars().count() {
                let (mut listening, mut heard) = (Listening::default(), String::new());
                for piece in text.chars().collect::<Vec<_>>().chunks(size) {
                    heard += &listening.hear(&piece.iter().collect::<String>());
                }
                assert_eq!(heard.trim_start(), wanted, "{text} in pieces of {size}");
            }
        };
        check("<think>Zażółć < </thin </think>\n\nHello", "Hello");
        check("<think>a</think><thinking>b</thinking>Hello", "Hello");
        check("<thin ice", "<thin ice");
        check("◁think▷文字◁/think▷Hello", "Hello");
        check("Hello <think>", "Hello <think>");
    }

    #[test]
    fn a_call_that_is_written_as_text_is_seen_and_words_about_tools_are_not() {
        let tool = |name: &str| ToolSpec { name: name.into(), description: "d".into(), schema: json!({}) };
        let names = ToolNames::new(&[tool("files.make_folder"), tool("files.list")]);
        for text in [
            "<tool_call>\n{\"name\": \"files_make_folder\", \"arguments\": {\"path\": \"x\"}}\n</tool_call>",
            "I do it.\n<tool_call>{\"name\": \"files_list\"}</tool_call>",
            "[TOOL_CALLS][{\"name\": \"x\"}]",
            "<function=files_list>{}</function>",
            "<|python_tag|>files_list.call()",
            "<｜tool▁calls▁begin｜>x",
            "<invoke name=\"files_list\">",
            "{\"name\": \"files_list\", \"parameters\": {}}",
            "{\"name\": \"files.list\", \"arguments\": {}}",
            "[{\"name\": \"files_list\", \"arguments\": {}}]",
            "```json\n{\"name\": \"files_list\",\n \"arguments\": {}}\n```",
            "Now:\n```json\n{\"tool\": \"files_list\", \"args\": {}}\n```\nDone.",
            "{\"tool_calls\": [{\"function\": {\"name\": \"files_list\", \"arguments\": \"{}\"}}]}",
            "{\"action\": \"files_list\", \"action_input\": {}}",
        ] {
            assert!(writes_call(text, &names), "{text}");
        }
        for text in [
            "Done.",
            "files_list({\"folder\": \"~\"})",
            "{\"name\": \"Anna\", \"arguments\": {}}",
            "{\"name\": \"files_list\"}",
            "The format is `<tool_call>`.",
            "So:\n```\n<tool_call>\n```",
            "[link](x) and {braces}",
            "",
        ] {
            assert!(!writes_call(text, &names), "{text}");
        }
    }
}
