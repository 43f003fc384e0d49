//! What the planner can be asked for, after the words are understood and before anything is looked at.

/// A folder or file as the user said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Absolute, or begins with `~/`.
    Path(String),
    /// A name inside another place.
    Within(Box<Place>, String),
    /// The folder that was spoken of last.
    Last,
}

/// How a folder is tidied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Type,
    Date,
    Size,
}

/// A length on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    Hours(i64),
    Days(i64),
    Weeks(i64),
    Months(i64),
    Years(i64),
}

/// Which files: every field that is set must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Lower case, without the dot.
    pub extension: Option<String>,
    /// The folder of that kind, as in `words::kinds`.
    pub kind: Option<&'static str>,
    pub older: Option<Age>,
    pub newer: Option<Age>,
    pub larger: Option<u64>,
    pub smaller: Option<u64>,
    /// Part of the name, any case.
    pub named: Option<String>,
}

/// Files of one folder (not of folders in it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    pub filter: Filter,
    pub folder: Place,
}

/// How names change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    Extension(String),
    Numbered { before: String, width: usize, first: u64, after: String },
    Replace { find: String, with: String },
    Lower,
    Upper,
}

/// A price against the average of some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    pub below: bool,
    /// By so many hundredths of a percent.
    pub by: i64,
    pub days: u32,
    /// The most that all orders of a day may come to.
    pub daily: Option<i64>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    Tidy {
        files: Selection,
        by: By,
    },
    TrashDuplicates {
        folder: Place,
    },
    FindDuplicates {
        folder: Place,
    },
    TrashPath {
        path: Place,
    },
    TrashFiles {
        files: Selection,
    },
    MoveFiles {
        files: Selection,
        to: Place,
        copy: bool,
    },
    MovePath {
        from: Place,
        to: Place,
        copy: bool,
    },
    RenamePath {
        path: Place,
        name: String,
    },
    RenameFiles {
        files: Selection,
        naming: Naming,
    },
    MakeFolder {
        path: Place,
    },
    ShowFiles {
        files: Selection,
    },
    SearchFiles {
        folder: Place,
        text: Option<String>,
        name: Option<String>,
    },
    ReadFile {
        path: Place,
    },
    ListEvents {
        days: String,
    },
    AddEvent {
        title: String,
        when: String,
        minutes: Option<i64>,
    },
    CancelEvent {
        text: String,
    },
    SearchMail {
        words: Option<String>,
        from: Option<String>,
        unread: bool,
    },
    SendLetter {
        to: Vec<String>,
        subject: String,
        text: String,
    },
    DraftLetter {
        to: Vec<String>,
        subject: String,
        text: String,
    },
    ReadPage {
        url: String,
    },
    SavePage {
        url: String,
        to: Place,
    },
    NotePage {
        url: String,
        title: Option<String>,
    },
    Order {
        account: Place,
        buys: bool,
        symbol: String,
        quantity: u32,
        /// A decimal, as said.
        limit: String,
    },
    OrderWhen {
        account: Place,
        buys: bool,
        symbol: String,
        quantity: u32,
        when: Crossing,
    },
    ShowAccount {
        account: Place,
    },
    AddNote {
        title: String,
        text: String,
    },
    SearchNotes {
        text: String,
    },
    ListNotes,
    AddTodo {
        text: String,
    },
    /// Several things on a list; without a name it is the list of to-dos.
    AddTodos {
        items: Vec<String>,
        list: Option<String>,
    },
    CompleteTodo {
        text: String,
        list: Option<String>,
    },
    EditTodo {
        text: String,
        new_text: String,
    },
    ListTodos {
        list: Option<String>,
    },
    Remind {
        text: String,
        when: String,
    },
    /// A time that repeats, which is not possible.
    RemindAgainAndAgain {
        text: String,
    },
    /// No time was said.
    RemindSometime {
        text: String,
    },
    CancelReminder {
        text: String,
    },
    ChangeReminder {
        text: String,
        when: String,
    },
    ListReminders,
    /// An event to which no time was said.
    EventSometime {
        title: String,
    },
    /// The next event, or the next with these words.
    NextEvent {
        text: Option<String>,
    },
    /// Takes away the one reminder or event with these words, of that day or hour.
    Cancel {
        text: String,
        when: Option<String>,
    },
    /// Gives the one reminder or event with these words another time.
    Move {
        text: String,
        when: String,
    },
    /// A letter to somebody whose address was not said.
    LetterTo {
        who: String,
        text: String,
        drafts: bool,
    },
    /// What is known of a person among the contacts.
    Contact {
        who: String,
    },
    /// A question about the files of a folder.
    Measure {
        files: Selection,
        what: Measure,
    },
    /// A list, which is there once something is on it.
    NewList {
        list: String,
    },
    Clock(Clock),
    /// Words that ask for nothing to be done.
    Say(Talk),
    /// Not sure: the likeliest readings, from which the user chooses.
    Choose {
        said: String,
        readings: Vec<Ask>,
    },
    /// The goal again and again: at a time, or when a file appears in a folder.
    Automate {
        goal: String,
        when: Option<String>,
        folder: Option<Place>,
    },
}

impl Ask {
    /// Whether it cannot be done before a time or an address is said.
    pub fn lacks_time(&self) -> bool {
        match self {
            Ask::RemindSometime { .. } | Ask::RemindAgainAndAgain { .. } | Ask::EventSometime { .. } => true,
            Ask::LetterTo { who, text, .. } => who.is_empty() || text.is_empty(),
            _ => false,
        }
    }

    /// Whether something is sent, or taken away.
    pub fn takes_away(&self) -> bool {
        matches!(self, Ask::Cancel { .. } | Ask::SendLetter { .. } | Ask::LetterTo { .. } | Ask::CompleteTodo { .. })
    }

    /// Whether it changes anything, of what is read from words that the grammar does not know.
    pub fn changes(&self) -> bool {
        self.takes_away()
            || matches!(
                self,
                Ask::Remind { .. }
                    | Ask::Tidy { .. }
                    | Ask::AddEvent { .. }
                    | Ask::Move { .. }
                    | Ask::AddTodos { .. }
                    | Ask::AddNote { .. }
                    | Ask::DraftLetter { .. }
            )
    }
}

/// A question about files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// How many there are.
    Count,
    /// How much they hold together.
    Size,
    Largest,
    Newest,
    Oldest,
}

/// A question about time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clock {
    /// What time and day it is.
    Now,
    /// Which day that is.
    Day(String),
    /// How long it is until then.
    Until(String),
    /// What time it is in a place.
    There(String),
    /// What time it is in the second place when it is that time in the first.
    Between { when: String, from: String, to: String },
}

/// What is answered with words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    Help,
    About,
    Undo,
    History,
    Stop,
    /// Thanks, greetings, jokes.
    Small,
    /// Nothing that Assent does.
    Outside,
}

impl Talk {
    /// Its name among the texts.
    pub fn name(self) -> &'static str {
        match self {
            Talk::Help => "help",
            Talk::About => "about",
            Talk::Undo => "undo",
            Talk::History => "history",
            Talk::Stop => "stop",
            Talk::Small => "small",
            Talk::Outside => "outside",
        }
    }
}

/// A part of the user's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Understood {
        ask: Box<Ask>,
        /// As written.
        said: String,
    },
    /// As written.
    NotUnderstood(String),
}
