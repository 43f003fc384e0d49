//! What a command line would do, read from its grammar and never by running it. Everything that is not understood is
//! not inspectable, and a line that is not inspectable never only reads.
//!
//! The reading holds for `bash -c` with the environment of [`crate::sandbox::ENVIRONMENT`] and no arguments: what the line does
//! not set and that list does not have is empty.

use super::{
    argv::{self, Context},
    script::Script,
};
use assent_protocol::{Effect, visible::visible};

/// Longer lines are not read.
pub const MOST_BYTES: usize = 16 * 1024;
/// Lines with more simple commands are not read.
pub const MOST_COMMANDS: usize = 200;
/// Deeper nesting (substitutions, `bash -c` in `bash -c`) is not read.
pub(super) const DEEPEST: usize = 40;

/// One path that a command names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPath {
    /// Without quotes; begins with `~` only where the shell would put the home folder.
    pub text: String,
    /// Whether the command may change what is there.
    pub changes: bool,
    /// Whether `text` ends where a pattern or an unknown part begins.
    pub open: bool,
}

/// Why a command is read as it is: the key of a sentence below `tools.shell.why`, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// `reads`, `unknown_option`…
    pub key: &'static str,
    /// An option, a program, a variable.
    pub about: String,
}

impl Why {
    pub(super) fn plain(key: &'static str) -> Why {
        Why { key, about: String::new() }
    }

    pub(super) fn about(key: &'static str, about: impl Into<String>) -> Why {
        Why { key, about: about.into() }
    }

    /// For a person.
    pub fn sentence(&self) -> String {
        assent_protocol::texts::say(&format!("tools.shell.why.{}", self.key), &[("about", &visible(&self.about))])
    }
}

/// One simple command of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimpleCommand {
    /// As written, or as it would be called from within `xargs`, `find -exec` or `bash -c`.
    pub text: String,
    /// The program, if it is known.
    pub program: String,
    /// What it does.
    pub effect: Effect,
    /// Whether all of that is known.
    pub inspectable: bool,
    /// Paths among its words and redirections.
    pub paths: Vec<NamedPath>,
    /// Why it is read so.
    pub why: Why,
}

impl SimpleCommand {
    /// Whether it changes nothing, sends nothing and runs nothing that is not listed by itself.
    pub fn reads_only(&self) -> bool {
        self.inspectable && self.effect == Effect::Observe
    }
}

/// What a whole line would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineReading {
    /// Every simple command, in the order in which they stand.
    pub commands: Vec<SimpleCommand>,
    /// The most severe of them.
    pub effect: Effect,
    /// Whether all of the line is understood.
    pub inspectable: bool,
    /// Whether it may be run unasked inside the grants.
    pub reads_only: bool,
    /// Why the line as a whole could not be read.
    pub problem: Option<Why>,
    /// Whether it is too long or has too many commands to be shown on a card, so that it is refused.
    pub too_complex: bool,
    /// Every program that it names to be started, wrappers and what they start alike, as written but for quotes.
    pub programs: Vec<String>,
    /// Whether it goes to a folder that is only known when it runs.
    pub wanders: bool,
}

/// Reads a line.
///
/// ```
/// use assent_tools::shell::read_line;
/// assert!(read_line("find . -name '*.rs' | xargs grep -l todo").reads_only);
/// assert!(!read_line("find . -name '*.rs' -delete").reads_only);
/// ```
pub fn read_line(line: &str) -> LineReading {
    let mut found = Findings::default();
    if line.len() > MOST_BYTES {
        found.too_complex = true;
        found.broken(Why::plain("too_long"));
    } else {
        Script::read(line, &mut found, &argv::Scope::default(), Context::Shell);
    }
    found.reading()
}

/// What has been found so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) commands: Vec<SimpleCommand>,
    pub(super) problem: Option<Why>,
    pub(super) too_complex: bool,
    pub(super) depth: usize,
    pub(super) programs: Vec<String>,
    /// Whether it goes to a folder that is only known when it runs.
    pub(super) wanders: bool,
}

impl Findings {
    pub(super) fn push(&mut self, command: SimpleCommand) {
        if self.commands.len() >= MOST_COMMANDS {
            self.too_complex = true;
            self.broken(Why::plain("too_many"));
        } else {
            self.commands.push(command);
        }
    }

    /// A program is named to be started.
    pub(super) fn starts(&mut self, program: &str) {
        if !program.is_empty() && self.programs.len() < 2 * MOST_COMMANDS && !self.programs.iter().any(|p| p == program)
        {
            self.programs.push(program.to_owned());
        }
    }

    /// Something is not understood, whatever else is.
    pub(super) fn broken(&mut self, why: Why) {
        self.problem.get_or_insert(why);
    }

    /// Whether all that has been found only reads.
    pub(super) fn reads_only(&self) -> bool {
        self.problem.is_none() && self.commands.iter().all(SimpleCommand::reads_only)
    }

    pub(super) fn is_full(&self) -> bool {
        self.too_complex
    }

    fn reading(self) -> LineReading {
        let Findings { commands, problem, too_complex, programs, wanders, .. } = self;
        let inspectable = problem.is_none() && commands.iter().all(|command| command.inspectable);
        let worst = commands.iter().map(|command| command.effect).max().unwrap_or(Effect::Observe);
        let effect = if inspectable { worst } else { worst.max(Effect::Execute) };
        let reads_only = inspectable && effect == Effect::Observe && !commands.is_empty();
        LineReading { commands, effect, inspectable, reads_only, problem, too_complex, programs, wanders }
    }
}
