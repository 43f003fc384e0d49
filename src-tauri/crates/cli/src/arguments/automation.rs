//! What the terminal is told about automations.

use super::{ModeName, limit};
use assent_protocol::{AutomationId, Exit, FiringId, LimitName, Missed, Overlap, texts};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum AutomationWhat {
    List,
    Add {
        #[command(flatten)]
        parts: Box<AutomationParts>,
        #[arg(long)]
        on: bool,
    },
    Show {
        id: AutomationId,
    },
    Run {
        id: AutomationId,
    },
    Pause {
        id: Option<AutomationId>,
    },
    Resume {
        id: Option<AutomationId>,
        #[arg(long, value_name = "ID", requires = "id")]
        confirm: Option<String>,
    },
    Remove {
        id: AutomationId,
    },
    LookBack {
        id: AutomationId,
    },
    MakeUp {
        firing: FiringId,
        #[arg(long)]
        leave: bool,
    },
}

/// What an automation is made of.
#[derive(Debug, Args)]
pub struct AutomationParts {
    pub goal: String,
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long, value_name = "TIME")]
    pub when: Option<String>,
    #[arg(long, value_name = "ZONE", requires = "when")]
    pub zone: Option<String>,
    #[arg(long, value_name = "DIR")]
    pub folder: Option<String>,
    #[arg(long, requires = "folder")]
    pub below: bool,
    #[arg(long, value_name = "URL")]
    pub page: Option<String>,
    #[arg(long, value_name = "ACCOUNT")]
    pub mailbox: Option<String>,
    #[arg(long, value_name = "NAME", requires = "mailbox")]
    pub letters_in: Option<String>,
    #[arg(long, value_name = "DIR")]
    pub free_space: Option<String>,
    #[arg(long, value_name = "FILE|URL")]
    pub number_in: Option<String>,
    #[arg(long, value_name = "LINE")]
    pub command: Option<String>,
    #[arg(long = "in", value_name = "DIR", requires = "command")]
    pub folder_of_command: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub after: Option<String>,
    #[arg(long, value_name = "N", value_parser = hundredths, allow_hyphen_values = true, conflicts_with = "beneath")]
    pub above: Option<i64>,
    #[arg(long = "under", value_name = "N", value_parser = hundredths, allow_hyphen_values = true)]
    pub beneath: Option<i64>,
    #[arg(long, value_name = "N", value_parser = hundredths)]
    pub back: Option<i64>,
    #[arg(long, value_name = "HOW")]
    pub exit: Option<ExitName>,
    #[arg(long, value_name = "MINUTES", default_value_t = 15)]
    pub every: u32,
    #[arg(long, value_name = "RULE")]
    pub triage: Vec<String>,
    #[arg(long, value_name = "MODE")]
    pub mode: Option<ModeName>,
    #[arg(long, value_name = "DIR")]
    pub grant: Vec<String>,
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    #[arg(long, value_name = "NAME=N", value_parser = limit)]
    pub limit: Vec<(LimitName, u32)>,
    #[arg(long, value_name = "WHICH")]
    pub missed: Option<MissedName>,
    #[arg(long, value_name = "WHICH")]
    pub overlap: Option<OverlapName>,
    #[arg(long, value_name = "N")]
    pub per_hour: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExitName {
    Fails,
    Succeeds,
}

impl From<ExitName> for Exit {
    fn from(name: ExitName) -> Exit {
        match name {
            ExitName::Fails => Exit::Fails,
            ExitName::Succeeds => Exit::Succeeds,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MissedName {
    Once,
    Skip,
    Ask,
}

impl From<MissedName> for Missed {
    fn from(name: MissedName) -> Missed {
        match name {
            MissedName::Once => Missed::Once,
            MissedName::Skip => Missed::Skip,
            MissedName::Ask => Missed::Ask,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OverlapName {
    Skip,
    Queue,
}

impl From<OverlapName> for Overlap {
    fn from(name: OverlapName) -> Overlap {
        match name {
            OverlapName::Skip => Overlap::Skip,
            OverlapName::Queue => Overlap::Queue,
        }
    }
}

/// `19.5`, to its hundredths.
fn hundredths(text: &str) -> Result<i64, String> {
    let bad = || texts::say("cli.automation.number", &[("text", text)]);
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let plain = whole.strip_prefix('-').unwrap_or(whole);
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if plain.is_empty() || !digits(plain) || !digits(part) || part.len() > 2 {
        return Err(bad());
    }
    format!("{whole}{part:0<2}").parse().map_err(|_| bad())
}
