//! The program behind `cargo xtask eval`.
#![expect(clippy::print_stdout, reason = "the report is what this program is for")]

use assent_tests::eval::{cases, judge::COLUMNS, picture, report};
use report::{Counts, FileReport};
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};

struct Asked {
    data: PathBuf,
    mode: Option<usize>,
    json: bool,
    wrong: bool,
    picture: Option<PathBuf>,
}

fn main() -> ExitCode {
    match read(std::env::args().skip(1)).and_then(|asked| run(&asked)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked { data: PathBuf::new(), mode: None, json: false, wrong: false, picture: None };
    while let Some(flag) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{flag} needs a value."));
        match flag.as_str() {
            "--data" => asked.data = value()?.into(),
            "--mode" => {
                let name = value()?;
                let at = COLUMNS.iter().position(|column| *column == name);
                asked.mode =
                    Some(at.ok_or_else(|| format!("There is no mode {name}; there are {}.", COLUMNS.join(", ")))?);
            }
            "--picture" => asked.picture = Some(value()?.into()),
            "--json" => asked.json = true,
            "--wrong" => asked.wrong = true,
            _ => {
                return Err(format!(
                    "eval does not know {flag}; it knows --data DIR, --mode M, --json, --wrong, --picture FILE."
                ));
            }
        }
    }
    if asked.data.as_os_str().is_empty() {
        return Err("Name the folder of the cases: --data DIR.".to_owned());
    }
    Ok(asked)
}

fn run(asked: &Asked) -> Result<(), String> {
    let files = cases::read_folder(&asked.data)?;
    let reports: Vec<FileReport> = files.iter().map(report::report).collect();
    let modes: Vec<usize> = asked.mode.map_or_else(|| (0..COLUMNS.len()).collect(), |mode| vec![mode]);
    let headline: Vec<&FileReport> = reports.iter().filter(|report| report.transcripts).collect();
    let mut total = [Counts::default(); COLUMNS.len()];
    for report in &headline {
        for (sum, counts) in total.iter_mut().zip(report.columns) {
            *sum = sum.and(counts);
        }
    }
    for report in &reports {
        if asked.json {
            let by_mode: serde_json::Map<_, _> =
                modes.iter().map(|at| (COLUMNS[*at].to_owned(), report.columns[*at].json())).collect();
            let g = report.guesses;
            println!(
                "{}",
                json!({"file": report.name, "modes": by_mode, "tools": {"changes": g.changes, "changes_guessed_as_reads": g.changes_as_reads, "reads": g.reads, "reads_guessed_as_changes": g.reads_as_changes}})
            );
        } else {
            println!("{}", report::table(&report.name, &report.columns, &modes));
            let g = report.guesses;
            if g.changes + g.reads > 0 {
                println!(
                    "  tools guessed: changes as reads {}, reads as changes {}",
                    report::percent(g.changes_as_reads, g.changes),
                    report::percent(g.reads_as_changes, g.reads)
                );
            }
            if asked.wrong {
                report.wrong.iter().for_each(|line| println!("    {line}"));
            }
        }
    }
    if !headline.is_empty() {
        if asked.json {
            let by_mode: serde_json::Map<_, _> =
                modes.iter().map(|at| (COLUMNS[*at].to_owned(), total[*at].json())).collect();
            println!("{}", json!({"file": "total of the transcripts", "modes": by_mode}));
        } else {
            println!("{}", report::table("Total of the transcripts", &total, &modes));
        }
        if let Some(path) = &asked.picture {
            let public = headline.iter().all(|report| report.name.starts_with("agentdojo"));
            std::fs::write(path, picture::svg(&total, public))
                .map_err(|error| format!("The picture {} cannot be written: {error}.", path.display()))?;
            if !asked.json {
                println!("\nThe curve is drawn in {}.", path.display());
            }
        }
    }
    Ok(())
}
