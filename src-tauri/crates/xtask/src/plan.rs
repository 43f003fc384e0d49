//! A list of steps done in order: each is announced with its place and ends with its time. The first that fails ends
//! the list with its sentence; a table of the times follows, and last the summaries of the programs that ran tests.

use crate::program;
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// What a step does: `Err` is a sentence that says what went wrong and what to do.
type Work = Box<dyn FnOnce(&mut Summaries) -> Result<(), String>>;

/// Lines such as `test result: ok. 12 passed`, as the programs printed them.
pub type Summaries = Vec<String>;

/// Steps that are yet to be done.
#[derive(Default)]
pub struct Plan {
    steps: Vec<Step>,
}

struct Step {
    title: String,
    detail: String,
    work: Work,
}

impl Plan {
    /// Adds work of our own; `detail` says in a few words how it is done.
    pub fn work(&mut self, title: &str, detail: &str, work: impl FnOnce() -> Result<(), String> + 'static) {
        self.add(title, detail.to_owned(), Box::new(|_| work()));
    }

    /// Adds a program that has to end well.
    pub fn command(&mut self, title: &str, mut command: Command) {
        let shown = program::shown(&command);
        self.add(title, shown, Box::new(move |_| program::call(&mut command)));
    }

    /// Adds a program that runs tests: its summary is kept for the end.
    pub fn tests(&mut self, title: &str, mut command: Command) {
        let shown = program::shown(&command);
        self.add(title, shown, Box::new(move |summaries| program::call_and_keep(&mut command, summaries)));
    }

    /// Does the steps. With `table`, their times are listed at the end. `Err` is the sentence of the step that failed,
    /// or empty when it has been printed, above the summaries.
    pub fn run(self, table: bool) -> Result<(), String> {
        let count = self.steps.len();
        let mut times = Vec::new();
        let mut summaries = Summaries::new();
        let mut failed = None;
        for (n, step) in self.steps.into_iter().enumerate() {
            let place = format!("[{}/{count}]", n + 1);
            println!("{place} {}: {} …", step.title, step.detail);
            let start = Instant::now();
            let done = (step.work)(&mut summaries);
            let time = start.elapsed();
            let how = if done.is_ok() { "done" } else { "FAILED" };
            println!("{:width$} {how} in {}", "", shown(time), width = place.len());
            times.push((step.title, how, time));
            if let Err(problem) = done {
                failed = Some(problem);
                break;
            }
        }
        if table {
            print_table(&times, count);
        }
        // The sentence stands above the summaries, which are the last lines whatever happens.
        let failed = failed.map(|problem| if summaries.is_empty() { problem } else { told(problem) });
        for line in summaries {
            println!("{line}");
        }
        failed.map_or(Ok(()), Err)
    }

    fn add(&mut self, title: &str, detail: String, work: Work) {
        self.steps.push(Step { title: title.to_owned(), detail, work });
    }
}

/// Says the sentence here and leaves nothing to say after the summaries.
fn told(problem: String) -> String {
    eprintln!("{problem}");
    String::new()
}

fn print_table(times: &[(String, &str, Duration)], count: usize) {
    println!();
    let width = times.iter().map(|(title, ..)| title.chars().count()).max().unwrap_or(0);
    for (title, how, time) in times {
        println!("  {title:width$}  {how:6}  {:>9}", shown(*time));
    }
    if times.len() < count {
        println!("  {} of {count} steps were not reached", count - times.len());
    }
    let total: Duration = times.iter().map(|(.., time)| *time).sum();
    println!("  {:width$}  {:6}  {:>9}\n", "all", "", shown(total));
}

fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f32())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, rc::Rc};

    #[test]
    fn nothing_runs_after_a_step_that_failed() {
        let reached = Rc::new(Cell::new(false));
        let mut plan = Plan::default();
        plan.work("one", "", || Err("It broke.".to_owned()));
        let seen = reached.clone();
        plan.work("two", "", move || {
            seen.set(true);
            Ok(())
        });
        assert_eq!(plan.run(true), Err("It broke.".to_owned()));
        assert!(!reached.get());
    }

    #[test]
    fn times_are_short() {
        assert_eq!(shown(Duration::from_millis(2340)), "2.3 s");
        assert_eq!(shown(Duration::from_secs(125)), "2 min 05 s");
    }
}
