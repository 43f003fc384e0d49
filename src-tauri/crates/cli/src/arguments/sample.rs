//! `assent sample`.

use assent_protocol::{Sample, SampleTask};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub struct SampleParts {
    sample: SampleName,
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u32,
    #[arg(long, value_name = "N")]
    days: Option<u32>,
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SampleName {
    Monitoring,
    Trading,
}

impl SampleParts {
    pub fn task(&self) -> SampleTask {
        let sample = match self.sample {
            SampleName::Monitoring => Sample::Monitoring,
            SampleName::Trading => Sample::Trading,
        };
        let folder = self.folder.as_ref().map(|folder| folder.display().to_string());
        SampleTask { sample, seed: self.seed, days: self.days, folder }
    }
}
