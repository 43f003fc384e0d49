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
    #[arg(long, value_name = "DIR")]
    letters: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SampleName {
    Monitoring,
    Support,
    Trading,
}

impl SampleParts {
    pub fn task(&self) -> SampleTask {
        let sample = match self.sample {
            SampleName::Monitoring => Sample::Monitoring,
            SampleName::Support => Sample::Support,
            SampleName::Trading => Sample::Trading,
        };
        let shown = |path: &PathBuf| path.display().to_string();
        let (folder, letters) = (self.folder.as_ref().map(shown), self.letters.as_ref().map(shown));
        SampleTask { sample, seed: self.seed, days: self.days, folder, letters }
    }
}
