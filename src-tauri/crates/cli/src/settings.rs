//! Settings: show all, or set one. The model's key is read from the input, so that it stays out of the shell's history.

use crate::out::{Style, words};
use crate::tasks::{absolute, bad_usage};
use crate::{Answered, Desk, Ended};
use assent_protocol::{
    Level, LimitName, Mode,
    wire::{Provider, Settings, WireError},
};
use serde_json::{Value, json};

/// How a limit is named among the settings: `limit.actions`.
const LIMIT: &str = "limit.";

impl Desk {
    pub(crate) fn settings(&self, key: Option<String>, value: Option<String>) -> Answered {
        let settings = self.engine.settings()?;
        match (key.as_deref(), value) {
            (None, _) => self.show_settings(&settings, None),
            (Some(name @ ("key" | "fallback_key")), value) => self.set_model_key(name, value),
            (Some("domains"), Some(names)) => {
                let names = names.split(',').map(str::trim).filter(|name| !["", "off"].contains(name));
                self.engine.set_domains(names.map(str::to_owned).collect())?;
                self.show_settings(&settings, Some("domains"))
            }
            (Some(key), None) => self.show_settings(&settings, Some(key)),
            (Some(key), Some(value)) => {
                let settings = self.engine.set_settings(with(settings, key, &value)?)?;
                self.show_settings(&settings, Some(key))
            }
        }
    }

    fn show_settings(&self, settings: &Settings, only: Option<&str>) -> Answered {
        let Ok(Value::Object(mut all)) = serde_json::to_value(settings) else { return Ok(Ended::Done) };
        // Named as they are set.
        if let Some(Value::Object(fallback)) = all.shift_remove("fallback") {
            all.extend(fallback.into_iter().map(|(name, value)| (format!("fallback_{name}"), value)));
        }
        for limit in LimitName::ALL {
            let most = settings.limits.get(limit).map_or(Value::Null, Value::from);
            all.insert(format!("{LIMIT}{}", limit.name()), most);
        }
        all.remove("limits");
        all.insert("domains".to_owned(), json!(self.engine.domains()?));
        if let Some(key) = only.filter(|key| !all.contains_key(*key)) {
            return Err(unknown(key));
        }
        for (key, value) in all.iter().filter(|(key, _)| only.is_none_or(|only| only == *key)) {
            self.out.object(&json!({"type": "setting", "key": key, "value": value}));
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
                Value::Null if key.starts_with(LIMIT) => words("cli.limit.mode", &[]),
                other => other.to_string(),
            };
            self.out.line(Style::Plain, &format!("{key} = {text}"));
        }
        Ok(Ended::Done)
    }

    fn set_model_key(&self, name: &str, value: Option<String>) -> Answered {
        if value.is_some() {
            return Err(bad_usage("cli.settings.key", &[("name", name)]));
        }
        crate::typed::forget();
        let mut line = String::new();
        std::io::stdin()
            .read_line(&mut line)
            .map_err(|error| bad_usage("cli.settings.read", &[("error", &error.to_string())]))?;
        let kept = self.engine.set_key(line.trim(), name == "fallback_key")?;
        self.out.message(&kept);
        Ok(Ended::Done)
    }
}

fn with(mut settings: Settings, key: &str, value: &str) -> Result<Settings, WireError> {
    match key {
        "mode" => {
            settings.mode = serde_json::from_value::<Mode>(json!(value)).map_err(|_| {
                bad_usage("cli.settings.value", &[("key", key), ("value", value), ("fits", "suggest, ask, semi, auto")])
            })?;
        }
        "model" => settings.model = value.to_owned(),
        "provider" => settings.provider = provider(key, value)?,
        "base_url" => settings.base_url = value.to_owned(),
        "fallback_model" => settings.fallback.model = value.to_owned(),
        "fallback_provider" => settings.fallback.provider = provider(key, value)?,
        "fallback_base_url" => settings.fallback.base_url = value.to_owned(),
        "reviewer" => settings.reviewer = if value == "off" { String::new() } else { value.to_owned() },
        "theme" => settings.theme = value.to_owned(),
        "notes_folder" => settings.notes_folder = value.to_owned(),
        "folders" => {
            settings.folders = value.split(',').map(str::trim).filter(|f| !f.is_empty()).map(absolute).collect()
        }
        "hold_seconds" => {
            let bad = || bad_usage("cli.settings.value", &[("key", key), ("value", value), ("fits", "30, 0")]);
            settings.hold_seconds = value.parse().map_err(|_| bad())?;
        }
        "helpers_at_once" => {
            let bad = || bad_usage("cli.settings.value", &[("key", key), ("value", value), ("fits", "4, 1")]);
            settings.helpers_at_once = value.parse().map_err(|_| bad())?;
        }
        "quiet" => settings.quiet = value.to_owned(),
        "keys" => settings.keys = switch(key, value)?,
        "risk" => settings.risk = level(key, value)?,
        "complexity" => settings.complexity = level(key, value)?,
        "oversight" => settings.oversight = level(key, value)?,
        "practised" => settings.practised = switch(key, value)?,
        _ => {
            let limit = key.strip_prefix(LIMIT).and_then(LimitName::parse).ok_or_else(|| unknown(key))?;
            let most = if value == "default" { None } else { Some(number(key, value)?) };
            settings.limits.set(limit, most);
        }
    }
    Ok(settings)
}

fn level(key: &str, value: &str) -> Result<Level, WireError> {
    serde_json::from_value(json!(value))
        .map_err(|_| bad_usage("cli.settings.value", &[("key", key), ("value", value), ("fits", "low, medium, high")]))
}

fn provider(key: &str, value: &str) -> Result<Provider, WireError> {
    serde_json::from_value(json!(value)).map_err(|_| {
        let fits = "openai, responses, anthropic, gemini";
        bad_usage("cli.settings.value", &[("key", key), ("value", value), ("fits", fits)])
    })
}

fn number(key: &str, value: &str) -> Result<u32, WireError> {
    let bad = || bad_usage("cli.settings.value", &[("key", key), ("value", value), ("fits", "20, default")]);
    value.parse().map_err(|_| bad())
}

fn switch(key: &str, value: &str) -> Result<bool, WireError> {
    match value {
        "on" | "true" | "yes" => Ok(true),
        "off" | "false" | "no" => Ok(false),
        _ => Err(bad_usage("cli.settings.value", &[("key", key), ("value", value), ("fits", "on, off")])),
    }
}

fn unknown(key: &str) -> WireError {
    bad_usage("cli.settings.unknown", &[("key", key), ("keys", &words("cli.settings.keys", &[]))])
}
