//! What a command wrote: at most 24 KB for the model, its two ends, and all of it in a file that `results.read` pages.

use crate::{
    results,
    sandbox::{End, Ran},
    words::{cut, say},
};
use assent_agent::{Place, ToolError};
use serde_json::{Value, json};

/// Bytes of output in one result.
pub const MOST_SHOWN: usize = 24 * 1024;

/// The result of a command for the model; `source` says whose words it holds.
///
/// # Errors
/// When the whole output cannot be kept.
pub fn value(ran: &Ran, source: &str, place: &Place) -> Result<Value, ToolError> {
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
        let kept = results::keep(&place.data, source, &text)
            .map_err(|error| ToolError::Failed(say("tools.shell.output_not_kept", &[("because", &error.to_string())])));
        value["output"] = json!(head);
        value["left_out"] = json!(from - head.len());
        value["end_of_output"] = json!(&text[from..]);
        value["more"] = json!({ "tool": results::NAME, "result": kept? });
    }
    if ran.dropped > 0 {
        value["not_kept"] = json!(ran.dropped);
    }
    Ok(value)
}
