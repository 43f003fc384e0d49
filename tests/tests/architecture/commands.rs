//! The window's commands as the front end sees them: `ui/src/host/commands.ts` is made from the one list in
//! `src-tauri/src/commands/list.rs`, argument by argument. `ASSENT_WRITE_WIRE=1 cargo test -p assent-tests --test architecture`
//! writes it anew.

use crate::sources::{read, root};

/// The list itself.
pub const LIST: &str = "src-tauri/src/commands/list.rs";
const MADE: &str = "ui/src/host/commands.ts";

/// One line of the list.
pub struct Listed {
    /// As Rust and the wire call it.
    pub name: String,
    /// Argument and type, in Rust.
    args: Vec<(String, String)>,
    answer: String,
    about: Vec<String>,
}

/// Every command of the list.
pub fn listed() -> Vec<Listed> {
    let text = read(LIST);
    let (_, table) = text.split_once("commands! {").expect("the list of commands");
    let mut found = Vec::new();
    let mut about = Vec::new();
    for line in table.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("/// ") {
            about.push(words.to_owned());
        } else if let Some((head, _)) = line.split_once(" =").filter(|(head, _)| head.contains(") -> ")) {
            let (call, answer) = head.split_once(") -> ").expect("what a command answers");
            let (name, args) = call.split_once('(').expect("the arguments of a command");
            let args = args.split(", ").filter_map(|arg| arg.split_once(": "));
            let args = args.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect();
            let (name, answer) = (name.to_owned(), answer.to_owned());
            found.push(Listed { name, args, answer, about: std::mem::take(&mut about) });
        }
    }
    found
}

#[test]
fn the_front_end_calls_the_commands_as_they_are_listed() {
    let made = typescript(&listed());
    let path = root().join(MADE);
    if std::env::var_os("ASSENT_WRITE_WIRE").is_some() {
        std::fs::write(&path, &made).expect("commands.ts cannot be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "{MADE} differs from {LIST}: run ASSENT_WRITE_WIRE=1 cargo test -p assent-tests --test architecture"
    );
}

fn typescript(commands: &[Listed]) -> String {
    let mut used = std::collections::BTreeSet::new();
    let (mut types, mut calls) = (String::new(), String::new());
    for Listed { name, args, answer, about } in commands {
        let mut kind = |rust: &str| in_typescript(rust, &mut used);
        let typed: Vec<String> = args.iter().map(|(name, rust)| format!("{}: {}", camel(name), kind(rust))).collect();
        let answer = kind(answer).replace("null", "void");
        match about.as_slice() {
            [] => {}
            [line] => types += &format!("  /** {line} */\n"),
            lines => {
                types += &format!("  /**\n{}   */\n", lines.iter().map(|l| format!("   * {l}\n")).collect::<String>())
            }
        }
        types += &format!("  {}({}): Promise<{answer}>;\n", camel(name), typed.join(", "));
        let names: Vec<String> = args.iter().map(|(name, _)| camel(name)).collect();
        let with = if names.is_empty() { String::new() } else { format!(", {{ {} }}", names.join(", ")) };
        calls += &format!("    {}: ({}) => invoke(\"{name}\"{with}),\n", camel(name), names.join(", "));
    }
    let used: String = used.iter().map(|name| format!("  {name},\n")).collect();
    format!(
        "// Generated from {LIST} by the test `architecture`. Do not edit.\n\nimport type {{\n{used}}} from \"./wire\";\n\n\
         /** Every command of the core. Each fails with a `WireError`. */\nexport interface Commands {{\n{types}}}\n\n\
         /** The commands over a function that carries a name and its arguments to the core. */\n\
         export function commands(invoke: <T>(name: string, args?: Record<string, unknown>) => Promise<T>): Commands {{\n  \
         return {{\n{calls}  }};\n}}\n"
    )
}

fn in_typescript(rust: &str, used: &mut std::collections::BTreeSet<String>) -> String {
    let inner = |name: &str| rust.strip_prefix(name).and_then(|rest| rest.strip_suffix('>'));
    match rust {
        "()" => "null".to_owned(),
        "bool" => "boolean".to_owned(),
        "String" => "string".to_owned(),
        "i64" | "u32" => "number".to_owned(),
        "Value" => "unknown".to_owned(),
        _ => match (inner("Vec<"), inner("Option<")) {
            (Some(item), _) => format!("{}[]", in_typescript(item, used)),
            (_, Some(some)) => format!("{} | null", in_typescript(some, used)),
            _ => {
                assert!(rust.chars().all(char::is_alphanumeric), "no words for {rust} in TypeScript");
                used.insert(rust.to_owned());
                rust.to_owned()
            }
        },
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    let upper = |part: &str| part[..1].to_uppercase() + &part[1..];
    parts.fold(first, |name, part| name + &upper(part))
}

#[test]
fn a_type_of_rust_has_its_word_in_typescript() {
    let kind = |rust| in_typescript(rust, &mut std::collections::BTreeSet::new());
    assert_eq!(
        ["Vec<RunRow>", "Option<String>", "Value", "bool"].map(kind),
        ["RunRow[]", "string | null", "unknown", "boolean"]
    );
    assert_eq!(["run_sample", "inbox"].map(camel), ["runSample", "inbox"]);
}
