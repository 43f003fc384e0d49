//! The command line. Its help comes from the catalogue, as every other text: `cli.help.<command>.<argument>`.

mod automation;
mod sample;

pub use automation::{AutomationParts, AutomationWhat};
pub use sample::SampleParts;

use assent_protocol::{ActionId, LimitName, Mode, QuestionId, RuleId, RunId, texts};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(name = "assent", version, max_term_width = 100)]
pub struct Arguments {
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Ask {
        goal: String,
        #[arg(long, value_name = "MODE")]
        mode: Option<ModeName>,
        #[arg(long, value_name = "DIR")]
        grant: Vec<String>,
        #[arg(long, value_name = "NAME")]
        model: Option<String>,
        #[arg(long, value_name = "NAME", conflicts_with = "model")]
        agent: Option<String>,
        #[arg(long, value_name = "WHICH")]
        approve: Option<Approve>,
        #[arg(long, value_name = "NAME=N", value_parser = limit)]
        limit: Vec<(LimitName, u32)>,
    },
    Limit {
        run: RunId,
        #[arg(value_name = "NAME=N", value_parser = limit)]
        limits: Vec<(LimitName, u32)>,
    },
    Advise {
        goal: String,
        #[arg(long, value_name = "DIR")]
        grant: Vec<String>,
        #[arg(long, value_name = "NAME")]
        model: Option<String>,
    },
    Inbox,
    Show {
        id: ActionId,
    },
    Approve {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<ActionId>,
        #[arg(long, value_name = "TEXT")]
        confirm: Option<String>,
    },
    Edit {
        id: ActionId,
        #[arg(long, value_name = "JSON")]
        args: Option<String>,
    },
    Reject {
        id: ActionId,
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[arg(long)]
        stop: bool,
    },
    Answer {
        id: QuestionId,
        #[arg(allow_hyphen_values = true)]
        text: String,
    },
    Say {
        run: RunId,
        #[arg(allow_hyphen_values = true)]
        text: String,
    },
    Resume {
        run: RunId,
        #[arg(long, value_name = "WHICH")]
        approve: Option<Approve>,
    },
    Stop {
        run: RunId,
    },
    Recall {
        id: ActionId,
    },
    Look {
        id: ActionId,
    },
    Undo {
        id: String,
    },
    Dismiss {
        id: ActionId,
    },
    Why {
        id: ActionId,
    },
    History {
        #[arg(long, value_name = "WORDS", default_value = "")]
        search: String,
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        #[arg(long, value_name = "NAME")]
        tool: Option<String>,
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    Tasks {
        #[arg(long, value_name = "WORDS", default_value = "")]
        search: String,
    },
    Rules {
        #[command(subcommand)]
        what: Option<Rules>,
    },
    Rule {
        id: ActionId,
        #[arg(long, value_name = "N")]
        offer: Option<usize>,
        #[arg(long, requires = "offer")]
        yes_again: bool,
    },
    Freeze,
    Unfreeze,
    Verify,
    Export {
        file: PathBuf,
        #[arg(long, value_name = "FORMAT")]
        format: Format,
    },
    Settings {
        key: Option<String>,
        value: Option<String>,
    },
    Connections {
        #[command(subcommand)]
        what: Option<Connections>,
    },
    Accounts {
        #[command(subcommand)]
        what: Option<Accounts>,
    },
    Models {
        #[command(subcommand)]
        what: Models,
    },
    Practice {
        #[arg(long)]
        unattended: bool,
    },
    Sample(SampleParts),
    Automation {
        #[command(subcommand)]
        what: AutomationWhat,
    },
    Digest {
        #[arg(long)]
        seen: bool,
        #[arg(long, value_name = "HOURS")]
        hours: Option<u32>,
        #[arg(long, value_name = "ID")]
        ask_next_time: Vec<ActionId>,
        #[arg(long)]
        undo: bool,
    },
    Agents {
        #[command(subcommand)]
        what: Option<Agents>,
    },
    Core {
        #[arg(long, value_name = "SWITCH")]
        at_login: Option<OnOff>,
    },
    Mcp,
}

#[derive(Debug, Subcommand)]
pub enum Agents {
    List,
    Add {
        name: String,
        #[arg(long)]
        network: bool,
        #[arg(long, value_name = "NAME")]
        secret: Vec<String>,
        #[arg(last = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    Remove {
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    On,
    Off,
}

/// A rule written by hand.
#[derive(Debug, Args)]
pub struct NewRule {
    pub tool: String,
    #[arg(long, value_name = "ANSWER", default_value = "allow")]
    pub answer: AnswerName,
    #[arg(long, value_name = "PATH=VALUE")]
    pub is: Vec<String>,
    #[arg(long, value_name = "PATH=A,B")]
    pub one_of: Vec<String>,
    #[arg(long, value_name = "PATH=FOLDER")]
    pub under: Vec<String>,
    #[arg(long, value_name = "PATH=HOST")]
    pub host: Vec<String>,
    #[arg(long, value_name = "PATH=DOMAIN")]
    pub domain: Vec<String>,
    #[arg(long, value_name = "PATH=N")]
    pub at_most: Vec<String>,
    #[arg(long, value_name = "N", default_value = "30")]
    pub days: u32,
    #[arg(long, value_name = "N")]
    pub uses: Option<u32>,
    #[arg(long, value_name = "N")]
    pub per_day: Option<u32>,
    #[arg(long, value_name = "SUM")]
    pub amount_per_day: Option<String>,
    #[arg(long)]
    pub preview: bool,
    #[arg(long)]
    pub yes_again: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerName {
    Allow,
    Ask,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Rules {
    Add(Box<NewRule>),
    Revoke { id: RuleId },
    Offers,
    Accept { id: ActionId },
    Decline { id: ActionId },
}

#[derive(Debug, Subcommand)]
pub enum Connections {
    List,
    Tools {
        server: String,
    },
    Add {
        name: String,
        #[arg(long, value_name = "DIR")]
        folder: Vec<String>,
        #[arg(long, value_name = "DIR")]
        write: Vec<String>,
        #[arg(long)]
        network: bool,
        #[arg(long, value_name = "NAME")]
        secret: Vec<String>,
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        #[arg(last = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    Test {
        server: String,
    },
    On {
        server: String,
    },
    Off {
        server: String,
    },
    SignIn {
        server: String,
        #[arg(long)]
        no_browser: bool,
    },
    Remove {
        server: String,
    },
    Declare {
        server: String,
        tool: String,
        does: Does,
        #[arg(long, value_name = "TOOL")]
        undo: Option<String>,
        #[arg(long, value_name = "JSON", requires = "undo")]
        undo_args: Option<String>,
    },
    Accept {
        server: String,
        tool: String,
    },
    Import {
        file: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Accounts {
    List,
    Add {
        #[command(subcommand)]
        what: NewAccount,
    },
    Test {
        name: String,
    },
    On {
        name: String,
    },
    Off {
        name: String,
    },
    Remove {
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum NewAccount {
    Mail {
        name: String,
        #[arg(long, value_name = "ADDRESS")]
        address: String,
        #[arg(long, value_name = "HOST[:PORT]")]
        imap: String,
        #[arg(long, value_name = "HOST[:PORT]")]
        smtp: String,
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        #[arg(long, value_name = "HOW", default_value = "tls")]
        imap_security: Kept,
        #[arg(long, value_name = "HOW", default_value = "tls")]
        smtp_security: Kept,
    },
    Calendar {
        name: String,
        #[arg(long, value_name = "URL")]
        url: String,
        #[arg(long, value_name = "NAME")]
        user: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kept {
    Tls,
    Starttls,
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Does {
    Reads,
    Creates,
    Changes,
    Deletes,
    Runs,
    Sends,
    Spends,
    Unknown,
}

#[derive(Debug, Subcommand)]
pub enum Models {
    Find,
    Prices,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeName {
    Suggest,
    Ask,
    Semi,
    Auto,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Mode {
        match name {
            ModeName::Suggest => Mode::Suggest,
            ModeName::Ask => Mode::Ask,
            ModeName::Semi => Mode::Semi,
            ModeName::Auto => Mode::Auto,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Approve {
    All,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Jsonl,
    Csv,
    CsvBare,
}

/// `actions=20`
fn limit(text: &str) -> Result<(LimitName, u32), String> {
    let names = || LimitName::ALL.map(LimitName::name).join(", ");
    let bad = || texts::say("cli.limit.bad", &[("text", text), ("names", &names())]);
    let (name, most) = text.split_once('=').ok_or_else(bad)?;
    Ok((LimitName::parse(name).ok_or_else(bad)?, most.parse().map_err(|_| bad())?))
}

impl Arguments {
    /// Reads the command line; help, version and bad usage end the program here, the last with status 2.
    pub fn read() -> Arguments {
        Arguments::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit())
    }
}

fn command() -> clap::Command {
    let command = described(Arguments::command(), "cli.help");
    command.after_help(texts::say("cli.help.after", &[])).mut_args(|arg| {
        let help = texts::say(&format!("cli.help.--{}", arg.get_id()), &[]);
        arg.help(help)
    })
}

fn described(command: clap::Command, key: &str) -> clap::Command {
    command.about(texts::say(key, &[])).mut_subcommands(|sub| {
        let key = format!("{key}.{}", sub.get_name());
        let sub = sub.mut_args(|arg| {
            let help = texts::say(&format!("{key}.{}", arg.get_id()), &[]);
            arg.help(help)
        });
        described(sub, &key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together_and_all_its_help_is_in_the_catalogue() {
        let mut command = command();
        command.build();
        command.clone().debug_assert();
        check(&command);
    }

    fn check(command: &clap::Command) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(!about.is_empty() && !about.starts_with("cli."), "{}: {about}", command.get_name());
        for arg in command.get_arguments().filter(|arg| !["help", "version"].contains(&arg.get_id().as_str())) {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty() && !help.starts_with("cli."), "{} {}: {help}", command.get_name(), arg.get_id());
        }
        command.get_subcommands().filter(|sub| sub.get_name() != "help").for_each(check);
    }
}
