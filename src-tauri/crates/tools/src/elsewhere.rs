//! A call that an agent elsewhere wants to make with a tool of its own. Here it can only be decided: running it means to
//! tell the agent yes. Nothing is known of its tools but the name and the arguments, and nothing that it says of them
//! counts.

use crate::{
    mcp::safe_name,
    words::{cut, say},
};
use assent_agent::{Inverse, Output, Place, Target, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{
    Effect, ItemOutcome, Preview, Reach, Reversal, Status,
    visible::{visible, visible_lines},
};
use serde_json::{Value, json};

/// In front of every tool of an agent elsewhere, so that none can bear the name of one that is known here.
const PREFIX: &str = "elsewhere.";
/// Longer names leave no room on a card.
const MOST_CLIENT: usize = 32;
const MOST_TOOL: usize = 64;
/// Bytes of the arguments of one call.
const MOST_ARGUMENTS: usize = 256 * 1024;

/// A tool that an agent elsewhere has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    client: String,
    tool: String,
}

impl Elsewhere {
    /// The tool of this whole name: `elsewhere.CLIENT.TOOL`. A client's name never holds a point.
    pub fn named(name: &str) -> Option<Elsewhere> {
        let (client, tool) = name.strip_prefix(PREFIX)?.split_once('.')?;
        let usual = |c: char| c.is_ascii_alphanumeric() || "_-.:/".contains(c);
        let sound = client_name(client) == client && (1..=MOST_TOOL).contains(&tool.len()) && tool.chars().all(usual);
        sound.then(|| Elsewhere { client: client.to_owned(), tool: tool.to_owned() })
    }

    /// `tool` of the agent `client`.
    ///
    /// # Errors
    /// For what is no name of a tool.
    pub fn of(client: &str, tool: &str) -> Result<Elsewhere, String> {
        Self::named(&format!("{PREFIX}{client}.{tool}"))
            .ok_or_else(|| say("elsewhere.bad_tool", &[("tool", &visible(cut(tool, MOST_TOOL).0))]))
    }

    /// The tool's name as its agent calls it: all that there is to read about it.
    pub fn own_name(&self) -> &str {
        &self.tool
    }
}

/// What an agent calls itself, as it stands in names here.
pub fn client_name(claimed: &str) -> String {
    let name = safe_name(cut(claimed.trim(), MOST_CLIENT).0);
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

impl Tool for Elsewhere {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: format!("{PREFIX}{}.{}", self.client, self.tool),
            description: say("elsewhere.description", &[]),
            schema: json!({"type": "object"}),
        }
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        if !args.is_object() || args.to_string().len() > MOST_ARGUMENTS {
            let most = (MOST_ARGUMENTS / 1024).to_string();
            return Err(ToolError::BadInput(say("elsewhere.bad_arguments", &[("most", &most)])));
        }
        let mut targets = Vec::new();
        collect(args, String::new(), place, &mut targets);
        Ok(ToolFacts {
            title: say("elsewhere.title", &[("client", &self.client), ("tool", &self.tool)]),
            effect: Effect::Execute,
            reversal: Reversal::None,
            inspectable: true,
            targets,
            items: 1,
            bytes: 0,
            preview: Preview::Fields { rows: self.rows(args) },
            provenance: None,
            account: Some(say("elsewhere.account", &[("client", &self.client)])),
        })
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Output, ToolError> {
        let note = Some(say("elsewhere.handed_over", &[]));
        let items = vec![ItemOutcome { item: 0, status: Status::HandedOver, note }];
        Ok(Output { items, ..Output::default() })
    }

    fn can_wait(&self) -> bool {
        false
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::Conflict(say("elsewhere.handed_over", &[]))
    }
}

impl Elsewhere {
    fn rows(&self, args: &Value) -> Vec<(String, String)> {
        let mut rows = vec![
            (say("elsewhere.row.agent", &[]), say("elsewhere.row.agent.value", &[("client", &self.client)])),
            (say("elsewhere.row.tool", &[]), self.tool.clone()),
        ];
        for (name, value) in args.as_object().into_iter().flatten() {
            let shown = match value {
                Value::String(text) => visible_lines(text).join("\n"),
                other => visible_lines(&serde_json::to_string_pretty(other).unwrap_or_default()).join("\n"),
            };
            rows.push((visible(name), shown));
        }
        rows.push((say("elsewhere.row.care", &[]), say("elsewhere.row.care.value", &[])));
        rows
    }
}

// Whatever names a place that is out of reach here is that for an agent elsewhere, too.
fn collect(value: &Value, field: String, place: &Place, found: &mut Vec<Target>) {
    match value {
        Value::String(text) => {
            let path = text.starts_with('/') || text.starts_with("~/");
            let reach = path.then(|| crate::resolve(text, place).map_or(Reach::Outside, |at| at.reach));
            if let Some(reach) = reach.filter(|reach| *reach > Reach::Outside) {
                found.push(Target { field, shown: text.clone(), state: String::new(), reach });
            }
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, inner)| collect(inner, format!("{field}/{n}"), place, found));
        }
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            collect(inner, format!("{field}/{}", key.replace('~', "~0").replace('/', "~1")), place, found);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mcp_05_an_agent_elsewhere_bears_no_name_that_is_known_here() {
        assert_eq!(client_name(" claude code\u{202e}.x "), "claude_code__x");
        assert_eq!(client_name(""), "unnamed");
        let tool = Elsewhere::of("claude-code", "mcp__files.move").unwrap();
        assert_eq!(tool.spec().name, "elsewhere.claude-code.mcp__files.move");
        assert_eq!(Elsewhere::named(&tool.spec().name), Some(tool));
        for odd in ["", "do it", "x\u{200b}", &"x".repeat(65)] {
            assert!(Elsewhere::of("a", odd).is_err(), "{odd:?}");
        }
        assert_eq!(Elsewhere::named("files.move"), None);
    }
}
