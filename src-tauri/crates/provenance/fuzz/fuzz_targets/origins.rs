//! The tracer of origins and the reading of tools: any user's words, content, tool and arguments give facts, and the
//! same ones when the same is read again.
#![no_main]
use assent_provenance::reading::{Hints, read_tool};
use assent_provenance::{Author, Call, Content, Known, Ways, facts};
use assent_protocol::Reversal;
use libfuzzer_sys::fuzz_target;

const WAYS: Ways = Ways { change: Reversal::Undoable, delete: Reversal::None, outward: Reversal::Recallable };

fuzz_target!(|input: (&str, &str, &str, &str, &str)| {
    let (typed, read, name, says, args) = input;
    let args = serde_json::from_str(args).unwrap_or_else(|_| serde_json::json!({"to": args, "body": args, name: args}));
    let schema = serde_json::from_str(says).unwrap_or_default();
    let value = read.into();
    let judge = || {
        let mut known = Known::default();
        known.typed(typed);
        known.read(&Content { source: "a page", author: Author::Others, value: &value, records: true });
        let tool = read_tool(name, says, &schema, Hints::default());
        facts(&Call { tool: &tool, schema: &schema, args: &args, ways: WAYS, pinned: &[] }, &known)
    };
    assert_eq!(judge(), judge());
});
