//! Reads the lists of servers that other programs keep: Claude Desktop, Claude Code, Cursor and VS Code. It only reads;
//! what was found is added switched off, and its secrets go to the keychain.

use super::{http::TOKEN, tool::safe_name};
use crate::words::say;
use assent_protocol::{ServerDraft, ServerFolder, Transport, visible::visible};
use serde_json::{Map, Value};
use std::path::Path;

/// A list longer than this is not one of servers.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The servers of a list, and a sentence for everything that was left out.
///
/// # Errors
/// A sentence when it is no such list.
pub fn read(text: &str) -> Result<(Vec<ServerDraft>, Vec<String>), String> {
    if text.len() > MOST_BYTES {
        return Err(say("mcp.import.too_long", &[]));
    }
    let list: Value = serde_json::from_str(&without_comments(text))
        .map_err(|error| say("mcp.import.not_json", &[("because", &error.to_string())]))?;
    let mut lists: Vec<&Map<String, Value>> = Vec::new();
    lists.extend(list["mcpServers"].as_object());
    lists.extend(list["servers"].as_object());
    lists.extend(list["mcp"]["servers"].as_object());
    // Claude Code keeps those of each project in one file.
    for project in list["projects"].as_object().into_iter().flat_map(Map::values) {
        lists.extend(project["mcpServers"].as_object());
    }
    if lists.is_empty() {
        return Err(say("mcp.import.no_list", &[]));
    }
    let (mut drafts, mut notes) = (Vec::<ServerDraft>::new(), Vec::new());
    for (name, entry) in lists.into_iter().flatten() {
        match server(name, entry, &mut notes) {
            Some(draft) if drafts.iter().any(|other| other.name == draft.name) => {
                notes.push(say("mcp.import.twice", &[("server", &visible(name))]));
            }
            Some(draft) => drafts.push(draft),
            None => notes.push(say("mcp.import.no_server", &[("server", &visible(name))])),
        }
    }
    Ok((drafts, notes))
}

fn server(name: &str, entry: &Value, notes: &mut Vec<String>) -> Option<ServerDraft> {
    let mut note = |key: &str, about: &str| {
        notes.push(say(key, &[("server", &visible(name)), ("name", &visible(about))]));
    };
    let mut secrets = Vec::new();
    let mut folders = Vec::new();
    let transport = if let Some(command) = entry["command"].as_str() {
        let args: Vec<String> =
            entry["args"].as_array().into_iter().flatten().filter_map(|arg| arg.as_str().map(str::to_owned)).collect();
        for (key, value) in entry["env"].as_object().into_iter().flatten() {
            match value.as_str() {
                // A place-holder of the other program means nothing here.
                Some(text) if !text.contains("${") => secrets.push((key.clone(), text.to_owned())),
                _ => note("mcp.import.no_value", key),
            }
        }
        for arg in args.iter().filter(|arg| Path::new(arg).is_absolute() && Path::new(arg).is_dir()) {
            folders.push(ServerFolder { path: arg.clone(), write: false });
        }
        Transport::Stdio { command: command.to_owned(), args }
    } else {
        let url = entry["url"].as_str().or_else(|| entry["serverUrl"].as_str())?;
        for (key, value) in entry["headers"].as_object().into_iter().flatten() {
            let token =
                value.as_str().filter(|text| !text.contains("${")).and_then(|text| text.strip_prefix("Bearer "));
            match token {
                Some(token) if key.eq_ignore_ascii_case("authorization") => {
                    secrets.push((TOKEN.to_owned(), token.to_owned()));
                }
                _ => note("mcp.import.no_header", key),
            }
        }
        Transport::Http { url: url.to_owned() }
    };
    let name: String = safe_name(name).to_lowercase().chars().take(24).collect();
    Some(ServerDraft { name, transport, folders, network: false, secrets })
}

// VS Code's lists are JSON with comments and commas at the ends.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut in_string = false;
    while let Some(c) = letters.next() {
        match (in_string, c, letters.peek()) {
            (true, '\\', Some(_)) => {
                out.push(c);
                out.extend(letters.next());
            }
            (_, '"', _) => {
                in_string = !in_string;
                out.push(c);
            }
            (false, '/', Some('/')) => while letters.next_if(|c| *c != '\n').is_some() {},
            (false, '/', Some('*')) => {
                let mut before = ' ';
                for c in letters.by_ref() {
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            (false, ']' | '}', _) => {
                let kept = out.trim_end().len();
                if out[..kept].ends_with(',') {
                    out.truncate(kept - 1);
                }
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_four_programs_are_read() {
        let claude = r#"{"mcpServers":{"git":{"command":"uvx","args":["mcp-server-git"],"env":{"TOKEN":"s3cret"}}}}"#;
        let (drafts, notes) = read(claude).unwrap();
        assert_eq!(
            drafts[0].transport,
            Transport::Stdio { command: "uvx".into(), args: vec!["mcp-server-git".into()] }
        );
        assert_eq!((drafts[0].secrets.as_slice(), notes.len()), ([("TOKEN".into(), "s3cret".into())].as_slice(), 0));

        let code = r#"{"projects":{"/p":{"mcpServers":{"a":{"type":"http","url":"https://a.test/mcp",
            "headers":{"Authorization":"Bearer t0ken","X-Other":"1"}}}}}}"#;
        let (drafts, notes) = read(code).unwrap();
        assert_eq!(drafts[0].transport, Transport::Http { url: "https://a.test/mcp".into() });
        assert_eq!((drafts[0].secrets.as_slice(), notes.len()), ([("token".into(), "t0ken".into())].as_slice(), 1));

        let vs_code =
            "{\n // mine\n \"servers\": {\"My Server!\": {\"command\": \"node\", \"args\": [\"//x\",], /* a */
            \"env\": {\"KEY\": \"${input:key}\"}, }, },\n}";
        let (drafts, notes) = read(vs_code).unwrap();
        assert_eq!((drafts[0].name.as_str(), drafts[0].secrets.len(), notes.len()), ("my_server_", 0, 1));

        assert!(read("{}").is_err() && read("[").is_err() && read("{\"mcpServers\": 4}").is_err());
        assert_eq!(read(r#"{"mcpServers":{"x":{"nothing":1}}}"#).unwrap().0, []);
    }
}
