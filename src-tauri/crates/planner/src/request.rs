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
    CompleteTodo {
        text: String,
    },
    EditTodo {
        text: String,
        new_text: String,
    },
    ListTodos,
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
    /// The goal again and again: at a time, or when a file appears in a folder.
    Automate {
        goal: String,
        when: Option<String>,
        folder: Option<Place>,
    },
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
