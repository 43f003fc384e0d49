//! Where a task's calls act, with which tools, and by which model.

use crate::{
    Answered, Engine,
    base::{config, driver::Driver, words},
};
use assent_agent::{Hosts, Place, Tool};
use assent_protocol::{Run, Turn};
use assent_tools::elsewhere::Elsewhere;
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

impl Engine {
    /// The model of a task: the one it names, else that of the settings.
    pub(crate) fn model_name(&self, asked: Option<String>) -> Answered<String> {
        match (&self.0.sources.stand_in, asked) {
            (Some(model), asked) if !matches!(asked.as_deref().map(Driver::of), Some(Driver::Acp(_))) => {
                Ok(model.name())
            }
            (_, Some(asked)) => Ok(asked),
            (_, None) => Ok(self.settings()?.model),
        }
    }

    /// A place of no run, for tools that are asked about themselves.
    pub(crate) fn nowhere(&self) -> Place {
        Place {
            grants: Vec::new(),
            hosts: Hosts::default(),
            now: self.0.host.now(),
            zone: self.0.host.zone(),
            home: self.0.config.home.clone(),
            data: self.0.config.data.clone(),
            copies: self.0.config.copies(),
            others: None,
            labels: self.labels(None),
            denied: Vec::new(),
            asked: Vec::new(),
            notes: self.notes_folder(),
            stop: Arc::default(),
        }
    }

    /// Where a run's calls act. `turns` hold the user's words, in which hosts may be named.
    pub(crate) fn place(&self, run: &Run, turns: &[Turn], stop: Arc<AtomicBool>) -> Place {
        let typed = turns.iter().filter_map(|turn| if let Turn::User { text } = turn { Some(text) } else { None });
        let named = |text: &String| assent_tools::web::address::named_in(text);
        Place {
            grants: run.grants.clone(),
            hosts: Hosts {
                typed: typed.flat_map(named).collect(),
                granted: run.hosts.iter().flat_map(named).collect(),
            },
            stop,
            ..self.nowhere()
        }
    }

    pub(crate) fn folder(&self, text: &str) -> Answered<PathBuf> {
        config::folder(&self.0.config, text)
    }

    pub(crate) fn tool(&self, name: &str) -> Option<Arc<dyn Tool>> {
        self.account_tool(name)
            .or_else(|| self.0.sources.tools.get(name).cloned())
            .or_else(|| self.connected_tool(name))
            .or_else(|| Some(Arc::new(Elsewhere::named(name)?)))
    }
}

// A host as a person grants it: `https://example.org`.
pub(crate) fn host_of(text: &str) -> Answered<String> {
    assent_tools::web::address::origin(text)
        .map_err(|because| words::bad_input("engine.grant.host", &[("host", text), ("because", &because)]))
}

/// What a tool says of itself, read for what it could do.
pub(crate) fn reading(spec: &assent_agent::ToolSpec) -> assent_provenance::reading::ToolReading {
    assent_provenance::reading::read_tool(
        &spec.name,
        &spec.description,
        &spec.schema,
        assent_provenance::reading::Hints::default(),
    )
}
