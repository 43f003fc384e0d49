//! Which tools a model is told of when there are many. Up to [`MOST`] it is told of all. Above, it gets every built-in
//! tool and every tool that this run has called, then the others by how well they fit what the user wrote: two points
//! for each of the user's words in a tool's name, one for each in its description; ties go by name. A tool that is left
//! out can still be called by a model that knows its name, and is judged like any other.

use assent_agent::ToolSpec;
use std::collections::HashSet;

/// Tools of one request.
pub(crate) const MOST: usize = 40;
/// Tools that read on in a result that was too long. A model hears of them once there is one.
pub(crate) const PAGERS: &[&str] = &["results.read", "shell.output"];
/// The tool that puts what a command made, and what was held back, where it belongs. A model hears of it once there is some.
pub(crate) const PLACES_HELD: &str = "shell.place";
/// Families that a model hears of when the task is about them: beginnings of words in the user's text, in the languages
/// that are commonest here. Every request pays for every tool it names.
const FAMILIES: &[(&str, &str)] = &[
    (
        "calendar.",
        "calend kalend agenda event appoint meeting schedul invit termin spotkan reuni riunion today \
         tomorrow week busy ics",
    ),
    (
        "web.",
        "http www web page site online internet feed rss link url fetch brows news article seite strona \
         strony stronę stronie pagin página sito sitio",
    ),
    (
        "mail.",
        "mail email letter inbox mailbox messag reply repli answer write send draft forward newsletter \
         invoice brief post correo courri poczt wiadom",
    ),
    (
        "contacts.",
        "contact kontakt contatt phone telefon teléfon number nummer numer address adres email mail letter call anruf \
         person people who whose birthday vcard",
    ),
    (
        "trading.",
        "trad broker buy sell stock share portfolio position invest order price ticker akti kauf verkauf \
         akcj kup sprzed accion compra vend achet",
    ),
    (
        "automations.",
        "automat every each whenever when daily hourly weekly monthly regular repeat recur watch monitor jede täglich \
         immer chaque toujours cada siempre ogni sempre każd codzien zawsze",
    ),
    ("orders.", "refund erstatt rembours reembols rimbors zwrot customer kund client"),
    ("delegate", "helper deleg subagent sub parallel helfer pomocnik ayudante assistants"),
];
/// Words that say nothing about a tool.
const EMPTY: &[&str] =
    &["the", "and", "for", "with", "from", "into", "this", "that", "all", "any", "tool", "server", "third", "party"];

/// Whether a model hears of `tool` when the user has said this. An address is one also without `https://`.
pub(crate) fn spoken_of(tool: &str, said: &str) -> bool {
    let Some((family, begin)) = FAMILIES.iter().find(|(family, _)| tool.starts_with(family)) else { return true };
    let said = said.to_lowercase();
    let words = || said.split(|c: char| !c.is_alphanumeric());
    words().any(|word| begin.split_whitespace().any(|start| word.starts_with(start)))
        || (*family == "web."
            && said.split_whitespace().any(|word| !assent_tools::web::address::named_in(word).is_empty()))
}

/// The tools of one request, by name. `kept` says which stay whatever the words are.
pub(crate) fn fitting(mut tools: Vec<ToolSpec>, said: &str, kept: impl Fn(&str) -> bool) -> Vec<ToolSpec> {
    tools.sort_by(|a, b| a.name.cmp(&b.name));
    if tools.len() <= MOST {
        return tools;
    }
    let asked = words(said);
    let mut ranked: Vec<(bool, usize, ToolSpec)> = tools
        .into_iter()
        .map(|tool| {
            let points = 2 * asked.intersection(&words(&tool.name)).count()
                + asked.intersection(&words(&tool.description)).count();
            (kept(&tool.name), points, tool)
        })
        .collect();
    // Stable, so that equals stay in the order of their names.
    ranked.sort_by_key(|(kept, points, _)| (!kept, usize::MAX - points));
    let most = ranked.iter().filter(|(kept, ..)| *kept).count().max(MOST);
    ranked.truncate(most);
    let mut tools: Vec<ToolSpec> = ranked.into_iter().map(|(.., tool)| tool).collect();
    tools.sort_by(|a, b| a.name.cmp(&b.name));
    tools
}

// In lower case, without the plural's s, at least three letters.
fn words(text: &str) -> HashSet<String> {
    let split = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    split
        .map(|word| word.strip_suffix('s').map_or(word.clone(), str::to_owned))
        .filter(|word| word.chars().count() >= 3 && !EMPTY.contains(&word.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(name: &str, description: &str) -> ToolSpec {
        ToolSpec { name: name.into(), description: description.into(), schema: serde_json::json!({}) }
    }

    #[test]
    fn a_family_is_told_of_when_the_task_is_about_it() {
        for said in ["What does https://example.org say?", "read the page", "127.0.0.1:8080?", "sprawdź stronę sklepu"]
        {
            assert!(spoken_of("web.fetch", said), "{said}");
        }
        assert!(!spoken_of("web.fetch", "Tidy my folder at 10:30"));
        assert!(spoken_of("files.move", "Tidy my folder"));
    }

    #[test]
    fn forty_tools_are_all_told_and_of_more_those_that_fit_and_those_that_were_used() {
        let mut tools: Vec<_> = (0..39).map(|n| tool(&format!("x.t{n:02}"), "Does nothing in particular.")).collect();
        tools.push(tool("files.move", "Moves."));
        assert_eq!(fitting(tools.clone(), "anything", |_| false).len(), 40);
        tools.push(tool("git.create_issue", "Makes an issue."));
        tools.push(tool("git.zz_used", "Was used."));
        let kept = |name: &str| name.starts_with("files.") || name == "git.zz_used";
        let names: Vec<_> = fitting(tools.clone(), "open two issues", kept).into_iter().map(|t| t.name).collect();
        assert_eq!(names.len(), MOST);
        for name in ["files.move", "git.create_issue", "git.zz_used", "x.t00"] {
            assert!(names.contains(&name.to_owned()), "{name}");
        }
        assert!(!names.contains(&"x.t38".to_owned()));
        tools.reverse();
        let again: Vec<_> = fitting(tools, "open two issues", kept).into_iter().map(|t| t.name).collect();
        assert_eq!(again, names);
    }
}
