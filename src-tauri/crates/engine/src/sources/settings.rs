//! What the user can set, kept as one row of the journal. Keys never are.

use crate::{Answered, Engine, words};
use assent_protocol::{
    Budget, Level, Mode, texts,
    wire::{Change, ModelChoice, Provider, Settings},
};
use std::{collections::BTreeMap, path::PathBuf};

const NAME: &str = "settings";
/// A longer hold is a card that nobody looks at.
const LONGEST_HOLD: u32 = 3600;
/// Each asks a model by itself; more of them at once only makes it dear.
const MOST_AT_ONCE: u32 = 16;

impl Engine {
    /// The settings, with their defaults where nothing was set.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn settings(&self) -> Answered<Settings> {
        let kept = self.0.journal.setting(NAME)?;
        let mut settings = kept
            .and_then(|text| serde_json::from_str::<Settings>(&text).ok())
            .unwrap_or_else(|| self.default_settings());
        let has_key = |provider, url: &str| self.0.keys.key(&host_of(&address_of(provider, url))).is_some();
        settings.has_key = has_key(settings.provider, &settings.base_url);
        let fallback = &mut settings.fallback;
        fallback.has_key = !fallback.model.is_empty() && has_key(fallback.provider, &fallback.base_url);
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
        let is_address = |provider, url: &str| !host_of(&address_of(provider, url)).is_empty();
        let fallback = &settings.fallback;
        let second = fallback.model.is_empty() || is_address(fallback.provider, &fallback.base_url);
        let asked = settings.model != "planner" || !settings.reviewer.is_empty();
        if (asked && !is_address(settings.provider, &settings.base_url)) || !second {
            return Err(words::bad_input("engine.settings.base_url", &[]));
        }
        if fallback.model == "planner" {
            return Err(words::bad_input("engine.settings.fallback", &[]));
        }
        if settings.reviewer == "planner" {
            return Err(words::bad_input("engine.settings.reviewer", &[]));
        }
        if settings.hold_seconds > LONGEST_HOLD {
            return Err(words::bad_input("engine.settings.hold", &[("most", &LONGEST_HOLD.to_string())]));
        }
        if !(1..=MOST_AT_ONCE).contains(&settings.helpers_at_once) {
            return Err(words::bad_input("engine.settings.helpers", &[("most", &MOST_AT_ONCE.to_string())]));
        }
        crate::action::limits::usable(&settings.limits)?;
        if crate::automation::trigger::quiet::read(&settings.quiet).is_err() {
            return Err(words::bad_input("automation.quiet", &[("quiet", &settings.quiet)]));
        }
        let text = serde_json::to_string(&settings).map_err(words::other)?;
        self.0.journal.set_setting(NAME, &text, self.0.host.now())?;
        self.0.host.changed(Change::Settings);
        self.settings()
    }

    /// Keeps the key of the model, or of the `fallback`, in the keychain, bound to the host it is for; for this run only
    /// where there is no keychain. Says which.
    ///
    /// # Errors
    /// When no address is set that the key could belong to.
    pub fn set_key(&self, key: &str, fallback: bool) -> Answered<String> {
        let settings = self.settings()?;
        let (provider, base_url) = match fallback {
            true => (settings.fallback.provider, &settings.fallback.base_url),
            false => (settings.provider, &settings.base_url),
        };
        let host = host_of(&address_of(provider, base_url));
        if host.is_empty() {
            return Err(words::bad_input("engine.settings.base_url", &[]));
        }
        let kept = self.0.keys.keep_key(&host, key.trim());
        self.0.host.changed(Change::Settings);
        Ok(texts::say(if kept { "engine.key.kept" } else { "engine.key.for_this_run" }, &[("host", &host)]))
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
            provider: Provider::default(),
            fallback: ModelChoice::default(),
            reviewer: String::new(),
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
            limits: Budget::default(),
            hold_seconds: 30,
            helpers_at_once: 4,
            quiet: String::new(),
        }
    }
}

/// Where a model is asked: as set, else at the provider's usual address.
pub(crate) fn address_of(provider: Provider, base_url: &str) -> String {
    let base_url = base_url.trim();
    if base_url.is_empty() { assent_models::remote::usual_address(provider).to_owned() } else { base_url.to_owned() }
}

/// The origin that a key is bound to, read as the client will read it; empty for what is not an address.
pub(crate) fn host_of(url: &str) -> String {
    assent_models::origin_of(url).unwrap_or_default()
}
