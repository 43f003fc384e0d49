//! Writes `ui/src/host/wire.ts` from the types of this crate, and fails when the committed file differs.
//! `ASSENT_WRITE_WIRE=1 cargo test -p assent-protocol --test wire` writes it anew.

use assent_protocol::{
    Account, AccountDraft, Action, Advice, Agent, AgentDraft, AutomationDraft, AutomationView, Automations, Connection,
    Digest, Imported, LookBack, Rule, RuleOffer, Run, SampleReport, SampleTask, ServerDraft, TrustOffer, wire::*,
};
use std::{collections::BTreeMap, env, fs, path::Path};
use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "// Generated from src-tauri/crates/protocol by its test `wire`. Do not edit.\n";

#[test]
fn the_windows_types_are_those_of_the_protocol() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/host/wire.ts");
    let made = Types::of_everything_that_crosses().text();
    if env::var_os("ASSENT_WRITE_WIRE").is_some() {
        fs::write(&path, &made).expect("wire.ts cannot be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == made,
        "ui/src/host/wire.ts differs from the protocol: run ASSENT_WRITE_WIRE=1 cargo test -p assent-protocol --test wire"
    );
}

/// Declarations by name, each type once.
struct Types {
    config: Config,
    found: BTreeMap<String, String>,
}

impl Types {
    // Whatever a command takes or gives; the types inside of these follow by themselves.
    fn of_everything_that_crosses() -> Types {
        let mut types = Types { config: Config::new().with_large_int("number"), found: BTreeMap::new() };
        types.visit::<Action>();
        types.visit::<Advice>();
        types.visit::<Agent>();
        types.visit::<AgentDraft>();
        types.visit::<AutomationDraft>();
        types.visit::<AutomationView>();
        types.visit::<Automations>();
        types.visit::<Digest>();
        types.visit::<LookBack>();
        types.visit::<Card>();
        types.visit::<Change>();
        types.visit::<Connection>();
        types.visit::<HistoryPage>();
        types.visit::<HistoryQuery>();
        types.visit::<Imported>();
        types.visit::<Inbox>();
        types.visit::<LocalServer>();
        types.visit::<NewTask>();
        types.visit::<Rule>();
        types.visit::<RuleOffer>();
        types.visit::<Run>();
        types.visit::<RunRow>();
        types.visit::<RunView>();
        types.visit::<SampleReport>();
        types.visit::<SampleTask>();
        types.visit::<ServerDraft>();
        types.visit::<Account>();
        types.visit::<AccountDraft>();
        types.visit::<Settings>();
        types.visit::<Standing>();
        types.visit::<ToolRow>();
        types.visit::<TrustOffer>();
        types.visit::<UndoReport>();
        types.visit::<Verification>();
        types.visit::<WireError>();
        types
    }

    fn text(&self) -> String {
        let mut out = String::from(HEAD);
        for declaration in self.found.values() {
            out.push('\n');
            for line in declaration.lines() {
                // `/items/*/to` in a doc comment would end the comment.
                let kept = line.strip_prefix(" * ").map(|words| format!(" * {}", words.replace("*/", "*\\/")));
                out.push_str(kept.as_deref().unwrap_or(line).trim_end());
                out.push('\n');
            }
        }
        out
    }
}

impl TypeVisitor for Types {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only derived types have a file of their own; strings, lists and the like do not.
        let declared = T::output_path().is_some();
        if declared {
            let name = T::ident(&self.config);
            if self.found.contains_key(&name) {
                return;
            }
            let declaration = format!("{}export {}", T::docs().unwrap_or_default(), T::decl(&self.config));
            self.found.insert(name, declaration);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}
