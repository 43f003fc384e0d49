//! What the user can set, kept as one row of the journal. Keys never are.

use crate::{Answered, Engine, words};
use assent_protocol::{
    Level, Mode, texts,
    wire::{Change, Settings},
};
use std::{collections::BTreeMap, path::PathBuf};

const NAME: &str = "settings";

impl Engine {
    /// The settings, with their defaults where nothing was set.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn settings(&self) -> Answered<Settings> {
        let kept = self.0.journal.setting(NAME).map_err(words::other)?;
        let mut settings = kept
            .and_then(|text| serde_json::from_str::<Settings>(&text).ok())
            .unwrap_or_else(|| self.default_settings());
        settings.has_key = self.0.keys.key(&host_of(&settings.base_url)).is_some();
        Ok(settings)
    }

    /// Keeps new settings.
    ///
    /// # Errors
    /// For a folder or an address that cannot be used; nothing is changed then.
    pub fn set_settings(&self, settings: Settings) -> Answered<Settings> {
        for folder in &settings.folders {
            if !PathBuf::from(folder).is_dir() {
                return Err(words::bad_input("engine.grant.missing", &[("folder", folder)]));
            }
        }
        if !PathBuf::from(&settings.notes_folder).is_absolute() {
            return Err(words::bad_input("engine.settings.notes", &[]));
        }
        if settings.model != "planner" && host_of(&settings.base_url).is_empty() {
            return Err(words::bad_input("engine.settings.base_url", &[]));
        }
        let text = serde_json::to_string(&settings).map_err(words::other)?;
        self.0.journal.set_setting(NAME, &text, self.0.host.now()).map_err(words::other)?;
        self.0.host.changed(Change::Settings);
        self.settings()
    }

    /// Keeps the model's key in the keychain, bound to the host it is for; for this run only where there is no keychain.
    /// Says which.
    ///
    /// # Errors
    /// When no address is set that the key could belong to.
    pub fn set_key(&self, key: &str) -> Answered<String> {
        let host = host_of(&self.base_url()?);
        if host.is_empty() {
            return Err(words::bad_input("engine.settings.base_url", &[]));
        }
        let kept = self.0.keys.keep_key(&host, key.trim());
        self.0.host.changed(Change::Settings);
        Ok(texts::say(if kept { "engine.key.kept" } else { "engine.key.for_this_run" }, &[("host", &host)]))
    }

    pub(crate) fn base_url(&self) -> Answered<String> {
        let kept = self.0.journal.setting(NAME).map_err(words::other)?;
        let kept = kept.and_then(|text| serde_json::from_str::<Settings>(&text).ok()).map(|settings| settings.base_url);
        Ok(kept.filter(|url| !url.is_empty()).unwrap_or_else(|| self.default_settings().base_url))
    }

    pub(crate) fn notes_folder(&self) -> PathBuf {
        let kept = self.0.journal.setting(NAME).ok().flatten();
        kept.and_then(|text| serde_json::from_str::<Settings>(&text).ok())
            .map_or_else(|| self.0.config.home.join("Notes"), |settings| PathBuf::from(settings.notes_folder))
    }

    fn default_settings(&self) -> Settings {
        Settings {
            mode: Mode::Semi,
            model: "planner".to_owned(),
            base_url: std::env::var("OPENAI_BASE_URL").unwrap_or_default(),
            theme: "system".to_owned(),
            notes_folder: self.0.config.home.join("Notes").display().to_string(),
            folders: Vec::new(),
            keys: true,
            keymap: BTreeMap::new(),
            has_key: false,
            practised: false,
            risk: Level::Medium,
            complexity: Level::Medium,
            oversight: Level::Medium,
        }
    }
}

/// The origin that a key is bound to, read as the client will read it; empty for what is not an address.
pub(crate) fn host_of(url: &str) -> String {
    assent_models::open_ai::origin_of(url).unwrap_or_default()
}
