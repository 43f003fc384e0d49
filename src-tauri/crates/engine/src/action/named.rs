//! What the user named in so many words: a file or folder by its whole path, which may then be read without a card; and
//! what to say of a tool that is not there.

use assent_agent::ToolFacts;
use assent_protocol::{Destination, Effect, Facts, Reach, Turn, texts, visible::visible};
use std::path::Path;

/// Whether a call only reads, and everything outside of the task's folders that it reads is named by its whole path in the
/// user's own words. One that is not there is found missing by the tool.
pub(crate) fn read_by_its_name(facts: &Facts, described: &ToolFacts, said: &[Turn], home: &Path) -> bool {
    if facts.effect != Effect::Observe || facts.reach != Reach::Outside || facts.destination != Destination::Here {
        return false;
    }
    let mut outside = described.targets.iter().filter(|target| target.reach != Reach::Inside).peekable();
    outside.peek().is_some()
        && outside.all(|target| {
            said.iter().any(|turn| matches!(turn, Turn::User { text } if names(text, &target.shown, home)))
        })
}

// Whether `text` has the whole path in it, as it is or from the home folder, with nothing that goes on.
fn names(text: &str, path: &str, home: &Path) -> bool {
    let path = path.trim_end_matches('/');
    let from_home = Path::new(path).strip_prefix(home).ok().map(|rest| format!("~/{}", rest.display()));
    let ways = [Some(path.to_owned()), from_home];
    path.len() > 1 && ways.iter().flatten().any(|way| stands_alone(text, way.trim_end_matches('/')))
}

fn stands_alone(text: &str, path: &str) -> bool {
    const BESIDE: &[char] =
        &['"', '\'', '`', '“', '”', '‘', '’', '«', '»', '(', ')', '[', ']', ',', ';', ':', '!', '?'];
    let ends = |rest: &str| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let rest = rest.trim_start_matches(['.', ',', ';', ':', '!', '?']);
        rest.chars().next().is_none_or(|c| c.is_whitespace() || BESIDE.contains(&c))
    };
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || BESIDE.contains(&c)) && ends(&text[at + path.len()..])
    })
}

/// What is said of a tool that is not there: which account it needs, where it needs one.
pub(crate) fn missing_tool(name: &str) -> String {
    let key = if name.starts_with("mail.") { "engine.call.needs_mail" } else { "engine.call.unknown_tool" };
    texts::say(key, &[("tool", &visible(name))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_path_that_the_user_wrote_is_named() {
        let home = Path::new("/home/u");
        for text in [
            "read /mnt/data/a.txt",
            "read /mnt/data/a.txt.",
            "what is in \"/mnt/data/a.txt\"?",
            "(/mnt/data/a.txt), please",
            "/mnt/data/a.txt/",
        ] {
            assert!(names(text, "/mnt/data/a.txt", home), "{text}");
        }
        for text in [
            "read /mnt/data/a.txt.bak",
            "read /mnt/data/a.txt2",
            "read /mnt/data/a.txt/b",
            "read x/mnt/data/a.txt",
            "read a.txt in /mnt/data",
            "",
        ] {
            assert!(!names(text, "/mnt/data/a.txt", home), "{text}");
        }
        assert!(names("list ~/Other", "/home/u/Other", home) && names("list ~/Other/ now", "/home/u/Other", home));
        assert!(!names("list ~/Other/x", "/home/u/Other", home) && !names("list /", "/", home));
        assert!(names("look at '/mnt/My Data/Plan 1.txt'", "/mnt/My Data/Plan 1.txt", home));
    }
}
