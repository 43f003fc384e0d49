//! What a command wrote: at most 32 KB for the model, its two ends, and all of it in a file that `shell.output` pages.

use crate::{
    batch::blank,
    contents::{digest, keep, kept},
    input::{parse, spec},
    sandbox::{End, Ran},
    words::{cut, say},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, Preview, Provenance};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Bytes of output in one result.
pub const MOST_SHOWN: usize = 24 * 1024;

/// Read more of what a command wrote, when shell.run gave only its two ends.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The value of `more` in the result of shell.run.
    more: String,
    /// The byte to start at; 0 is the beginning.
    #[serde(default)]
    from: usize,
}

/// The tool.
pub struct More;

impl Tool for More {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("shell.output")
    }

    fn describe(&self, args: &Value, _place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let rows = vec![(say("tools.shell.output.from", &[]), input.from.to_string())];
        Ok(ToolFacts {
            title: say("tools.shell.output.title", &[]),
            preview: Preview::Fields { rows },
            provenance: Some(Provenance::Untrusted),
            ..blank(Effect::Observe)
        })
    }

    fn prepare(&self, _args: &Value, _facts: &ToolFacts, _place: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        // Only outputs carry this mark, so that no other copy can be read by guessing its name.
        let sum = input
            .more
            .strip_prefix("output-")
            .filter(|sum| sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit()));
        let bytes = sum.and_then(|sum| kept(sum, &place.copies.join("outputs")));
        let Some(bytes) = bytes else { return Err(ToolError::Failed(say("tools.shell.output.gone", &[]))) };
        let text = String::from_utf8_lossy(bytes.get(input.from..).unwrap_or_default());
        let (shown, more) = cut(&text, MOST_SHOWN);
        let mut value = json!({ "output": shown, "total": bytes.len() });
        if more {
            value["next"] = json!(input.from + shown.len());
        }
        Ok(Output { value, untrusted: Some(say("tools.shell.output.source", &[])), ..Output::default() })
    }

    fn undo(&self, _inverse: &Inverse, _place: &Place) -> Undone {
        Undone::NotNeeded
    }
}

/// The result of a command for the model.
///
/// # Errors
/// When the whole output cannot be kept.
pub fn value(ran: &Ran, place: &Place) -> Result<Value, ToolError> {
    let text = String::from_utf8_lossy(&ran.output);
    let mut value = match ran.end {
        End::Status(status) => json!({ "status": status }),
        End::Late => json!({ "ended": say("tools.shell.late_word", &[]) }),
        End::Stopped => json!({ "ended": say("tools.shell.stopped_word", &[]) }),
    };
    if text.len() <= MOST_SHOWN {
        value["output"] = json!(text);
    } else {
        let (head, _) = cut(&text, MOST_SHOWN / 2);
        let mut from = text.len() - MOST_SHOWN / 2;
        while !text.is_char_boundary(from) {
            from += 1;
        }
        keep(&ran.output, &place.copies.join("outputs"))?;
        value["output"] = json!(head);
        value["left_out"] = json!(from - head.len());
        value["end_of_output"] = json!(&text[from..]);
        value["more"] = json!(format!("output-{}", digest(&ran.output)));
    }
    if ran.dropped > 0 {
        value["not_kept"] = json!(ran.dropped);
    }
    Ok(value)
}
