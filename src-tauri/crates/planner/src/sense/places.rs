//! Lists and their names, people and their addresses, as they stand in a sentence.

/// "my shopping list": what stands around it, and the name. "to-do" is the list without a name.
pub struct Listed {
    pub items: Vec<String>,
    pub list: Option<String>,
}

const UNNAMED: &[&str] = &["todo", "to-do", "to do", "task", "tasks", "todos", "to-dos"];
const BARE: &[&str] = &["the", "my", "a", "new", "our", "this", "that", "me", "on", "to", "of", "from", "all", "any"];

/// The name of the list in `said`, in lower case; none for the list of to-dos.
pub fn list_name(said: &str) -> Option<String> {
    let low = said.to_lowercase();
    let words: Vec<&str> = low.split_whitespace().map(|word| word.trim_matches([',', '.', '!', '?', ':'])).collect();
    let at = words.iter().position(|word| ["list", "lists", "list's"].contains(word))?;
    let name = match words.get(at + 1..at + 3) {
        Some(["called" | "named", name]) => name,
        _ => words[..at].last()?,
    };
    (!BARE.contains(name) && !UNNAMED.contains(name)).then(|| name.strip_suffix("'s").unwrap_or(name).to_owned())
}

/// The things in "milk, eggs and bread".
pub fn items(text: &str) -> Vec<String> {
    text.split([',', ';', '\n'])
        .flat_map(|piece| piece.split(" and "))
        .map(|piece| piece.trim().trim_start_matches("and ").trim_matches([' ', '.', '!', '?']).to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// What is put on or taken off a list, and which list.
pub fn listed(said: &str, triggers: &[&str]) -> Option<Listed> {
    let list = list_name(said);
    let low = said.to_lowercase();
    // "shopping list: flour, sugar"
    if let Some((head, rest)) = said.split_once(':')
        && head.to_lowercase().trim_end().ends_with("list")
    {
        return Some(Listed { items: items(rest), list });
    }
    let start = triggers.iter().filter_map(|word| begins(&low, word)).min()?;
    let rest = said.get(start..)?;
    let low = rest.to_lowercase();
    let end = [" to ", " on ", " onto ", " in ", " from ", " off "]
        .iter()
        .filter_map(|word| low.rfind(word))
        .filter(|at| low[*at..].contains("list") || UNNAMED.iter().any(|todo| low[*at..].contains(todo)))
        .max()
        .unwrap_or(rest.len());
    let items = items(&rest[..end]);
    (!items.is_empty()).then_some(Listed { items, list })
}

// Where the words go on behind `phrase`, which stands at the beginning or behind what says nothing.
fn begins(low: &str, phrase: &str) -> Option<usize> {
    let at = low.find(phrase)?;
    let before = &low[..at];
    let free = at == 0 || before.ends_with(' ');
    let after = low[at + phrase.len()..].starts_with(' ');
    (free && after).then_some(at + phrase.len() + 1)
}

/// An address of mail in `said`.
pub fn address(said: &str) -> Option<String> {
    said.split_whitespace()
        .map(|word| word.trim_matches([',', '.', ';', ':', '!', '?', '"', '<', '>', '(', ')']))
        .find(|word| word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')))
        .map(str::to_owned)
}

/// What stands behind the first of the words that begin what is to be said.
pub fn message(said: &str) -> Option<String> {
    let low = said.to_lowercase();
    let behind = |word: &str| low.find(word).map(|at| at + word.len());
    let at =
        [" saying that ", " saying ", " telling him ", " telling her ", " telling them ", " and say ", ": ", " that "]
            .iter()
            .find_map(|word| behind(word))?;
    said.get(at..).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
