//! A home whose model does what the test says, and a core that may be open beside it.

use assent_tests::scripted_model::{Event, Interface, Said, ScriptedModel};
use assent_tests::{Home, Run};
use serde_json::Value;
use std::process::Child;
use std::time::{Duration, Instant};

/// A home with its model.
pub struct Rig {
    pub home: Home,
    pub model: ScriptedModel,
}

/// One reply with these calls.
pub fn says(calls: &[(&str, Value)]) -> Event {
    let call = |(n, (tool, args)): (usize, &(&str, Value))| (format!("c{n}"), (*tool).to_owned(), args.clone());
    Event::Says(Said { text: "Next.".into(), calls: calls.iter().enumerate().map(call).collect(), signature: None })
}

impl Rig {
    pub fn new(script: impl FnOnce(&Home) -> Vec<Event>) -> Rig {
        let home = Home::new();
        std::fs::create_dir_all(home.path().join("Work")).expect("a folder");
        let model = ScriptedModel::start(Interface::OpenAi, script(&home));
        let set = |name: &str, value: &str| drop(home.json(&["settings", name, value]).ended(0));
        set("provider", "openai");
        set("base_url", model.address());
        set("model", "scripted-1");
        Rig { home, model }
    }

    /// Sets the task going, granted the folder `Work`.
    pub fn ask(&self, more: &[&str]) -> Run {
        self.home.json(&self.args(more).iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The same, left running.
    pub fn start(&self, more: &[&str]) -> Child {
        self.home.start(&self.args(more).iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn args(&self, more: &[&str]) -> Vec<String> {
        let work = self.home.path().join("Work").display().to_string();
        let args = ["ask", "Do the work.", "--grant", &work, "--model", "scripted-1"];
        args.iter().chain(more).map(|text| (*text).to_owned()).collect()
    }

    /// Whether this text reached the model.
    pub fn model_saw(&self, text: &str) -> bool {
        self.model.bodies().iter().any(|body| body.contains(text))
    }
}

/// A program that ends with the test.
pub struct Ends(pub Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Looks until it is so; panics with `what` after `seconds`.
#[track_caller]
pub fn until(what: &str, seconds: u64, so: impl Fn() -> bool) {
    let since = Instant::now();
    while !so() {
        assert!(since.elapsed() < Duration::from_secs(seconds), "{what}: not within {seconds} s");
        std::thread::yield_now();
    }
}
