//! Fills in what was only pointed at: "there", "it", a folder that was left out, a time that answers a question.

use super::{
    names,
    parse::{Known, parts},
    request::{Ask, Part, Place, Selection, Talk},
    words::Words,
};
use crate::{
    sense::sensed,
    when::{has_hour, is_when, left_over},
};
use assent_agent::Request;
use assent_protocol::{Mode, texts::say, visible::visible};

/// Words that come to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// As written.
    pub said: String,
    /// They are known to ask for what Assent does not do.
    pub outside: bool,
}

/// What was spoken of so far.
pub struct Context<'a> {
    known: Known<'a>,
    last: Option<String>,
    only: Option<String>,
    // A reminder that lacks its time.
    timeless: Option<String>,
    mode: Mode,
    /// What was read from words that the grammar does not know.
    pub sensed: Vec<Ask>,
}

impl<'a> Context<'a> {
    pub fn new(request: &'a Request, words: &'static Words) -> Context<'a> {
        let known = Known { words, home: &request.home, folders: &request.folders };
        let own: Vec<&String> = request.folders.iter().filter(|folder| **folder != request.notes_folder).collect();
        let only = if let [one] = own.as_slice() { Some((*one).clone()) } else { None };
        Context { known, last: None, only, timeless: None, mode: request.mode, sensed: Vec::new() }
    }

    /// Takes note of a message that is answered.
    pub fn follow(&mut self, text: &str) {
        self.asks(text);
    }

    /// The requests in `text`, each with its places filled in or a sentence that says what is missing; and the parts
    /// that were not understood.
    pub fn asks(&mut self, text: &str) -> (Vec<Result<Ask, String>>, Vec<Lost>) {
        let (mut found, mut lost) = (Vec::new(), Vec::new());
        let mut parts = parts(text, &self.known);
        // What the grammar reads nothing of is taken as one: its joints may be those of a list.
        if parts.len() > 1 && parts.iter().all(|part| matches!(part, Part::NotUnderstood(_))) {
            parts = vec![Part::NotUnderstood(text.trim().to_owned())];
        }
        for part in parts {
            match part {
                Part::Understood { ask, said } => {
                    let which = say("planner.which_folder", &[("text", &visible(&said))]);
                    // A time in the middle of the words is one that the grammar does not see.
                    let ask = match &*ask {
                        Ask::RemindSometime { text } if left_over(text).is_some() => {
                            sensed(&said, self.mode, self.known.words).map_or(ask, Box::new)
                        }
                        _ => ask,
                    };
                    if let Ask::RemindSometime { text } = &*ask {
                        self.timeless = Some(text.clone());
                    }
                    let ask = doubted(*ask, &said);
                    found.push(self.filled(ask).ok_or(which));
                }
                Part::NotUnderstood(said) => match self.timeless.take() {
                    Some(text) if is_when(&said) => found.push(Ok(Ask::Remind { text, when: said })),
                    timeless => {
                        self.timeless = timeless;
                        match sensed(&said, self.mode, self.known.words) {
                            Some(Ask::Say(Talk::Outside)) => lost.push(Lost { said, outside: true }),
                            Some(ask) => {
                                if let Ask::RemindSometime { text } = &ask {
                                    self.timeless = Some(text.clone());
                                }
                                let which = say("planner.which_folder", &[("text", &visible(&said))]);
                                let ask = doubted(ask, &said);
                                self.sensed.push(ask.clone());
                                found.push(self.filled(ask).ok_or(which));
                            }
                            None => lost.push(Lost { said, outside: false }),
                        }
                    }
                },
            }
        }
        (found, lost)
    }

    fn filled(&mut self, ask: Ask) -> Option<Ask> {
        Some(match ask {
            Ask::Tidy { files, by } => Ask::Tidy { files: self.files(files)?, by },
            Ask::TrashDuplicates { folder } => Ask::TrashDuplicates { folder: self.folder(folder)? },
            Ask::FindDuplicates { folder } => Ask::FindDuplicates { folder: self.folder(folder)? },
            Ask::TrashPath { path } => Ask::TrashPath { path: self.file(path)? },
            Ask::TrashFiles { files } => Ask::TrashFiles { files: self.files(files)? },
            Ask::MoveFiles { files, to, copy } => {
                // "there" is what was spoken of before this request, not its own source; but the folder `Archive`
                // of a source that was left out lies in that source.
                let to = self.place(&to)?;
                Ask::MoveFiles { files: self.files(files)?, to: Place::Path(to), copy }
            }
            Ask::MovePath { from, to, copy } => {
                let (from, to) = (self.place(&from)?, self.place(&to)?);
                self.last = Some(to.clone());
                Ask::MovePath { from: Place::Path(from), to: Place::Path(to), copy }
            }
            Ask::RenamePath { path, name } => Ask::RenamePath { path: self.file(path)?, name },
            Ask::RenameFiles { files, naming } => Ask::RenameFiles { files: self.files(files)?, naming },
            Ask::Measure { files, what } => Ask::Measure { files: self.files(files)?, what },
            Ask::MakeFolder { path } => Ask::MakeFolder { path: self.folder(path)? },
            Ask::ShowFiles { files } => Ask::ShowFiles { files: self.files(files)? },
            Ask::SearchFiles { folder, text, name } => Ask::SearchFiles { folder: self.folder(folder)?, text, name },
            Ask::ReadFile { path } => Ask::ReadFile { path: self.file(path)? },
            Ask::SavePage { url, to } => Ask::SavePage { url, to: self.file(to)? },
            Ask::Order { account, buys, symbol, quantity, limit } => {
                Ask::Order { account: self.folder(account)?, buys, symbol, quantity, limit }
            }
            Ask::OrderWhen { account, buys, symbol, quantity, when } => {
                Ask::OrderWhen { account: self.folder(account)?, buys, symbol, quantity, when }
            }
            Ask::ShowAccount { account } => Ask::ShowAccount { account: self.folder(account)? },
            Ask::Automate { goal, when, folder: Some(folder) } => {
                Ask::Automate { goal, when, folder: Some(self.folder(folder)?) }
            }
            other => other,
        })
    }

    fn files(&mut self, files: Selection) -> Option<Selection> {
        Some(Selection { folder: self.folder(files.folder)?, filter: files.filter })
    }

    fn folder(&mut self, place: Place) -> Option<Place> {
        let path = self.place(&place)?;
        self.last = Some(path.clone());
        Some(Place::Path(path))
    }

    fn file(&mut self, place: Place) -> Option<Place> {
        let path = self.place(&place)?;
        self.last = Some(names::parent(&path).to_owned());
        Some(Place::Path(path))
    }

    fn place(&self, place: &Place) -> Option<String> {
        match place {
            // A lone `~` is the home folder, which tools want in full.
            Place::Path(path) if path == "~" => Some(names::expand(path, self.known.home)),
            Place::Path(path) => Some(path.clone()),
            Place::Within(parent, name) => Some(names::join(&self.place(parent)?, name)),
            Place::Last => self.last.clone().or_else(|| self.only.clone()),
        }
    }
}

// Beside a time stands another word that could belong to one, or "for friday" may belong to the text: which is meant is
// asked.
fn doubted(ask: Ask, said: &str) -> Ask {
    let (Ask::Remind { text, when } | Ask::AddEvent { title: text, when, .. }) = &ask else { return ask };
    let loose = ["for ", "until ", "before ", "till "].iter().any(|lead| when.to_lowercase().starts_with(lead));
    if left_over(text).is_none() && (!loose || has_hour(when)) {
        return ask;
    }
    let last = said.trim_end_matches(['.', '!', '?', ' ']).ends_with(when.as_str());
    let second = match &ask {
        Ask::Remind { text, when } if last => Ask::RemindSometime { text: format!("{text} {when}") },
        Ask::Remind { text, .. } => Ask::RemindSometime { text: text.clone() },
        Ask::AddEvent { title, when, .. } => Ask::EventSometime { title: format!("{title} {when}") },
        _ => return ask,
    };
    Ask::Choose { said: said.to_owned(), readings: vec![ask, second] }
}
