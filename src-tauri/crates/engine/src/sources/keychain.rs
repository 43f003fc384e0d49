//! The system's keychain: the head of the history's chain and the model's key. Where there is none, that is said,
//! the key lasts for this run of the program, and nothing secret is written to disk.

use crate::sources::settings::{address_of, host_of};
use assent_journal::Anchor;
use assent_protocol::wire::Provider;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

const SERVICE: &str = "org.assent.desktop";

/// Access to the keychain, or the memory that takes its place for one run.
#[derive(Clone)]
pub(crate) struct Keys {
    enabled: bool,
    for_this_run: Arc<Mutex<HashMap<String, String>>>,
    secrets: Arc<Mutex<HashMap<String, String>>>,
    data: String,
}

impl Keys {
    pub(crate) fn new(enabled: bool) -> Keys {
        Keys { enabled, for_this_run: Arc::default(), secrets: Arc::default(), data: String::new() }
    }

    /// One anchor for each data folder, so that a second one (a test, another profile) does not overwrite the first.
    pub(crate) fn for_folder(mut self, folder: &str) -> Keys {
        self.data = assent_protocol::canonical::digest(&[folder])[..16].to_owned();
        self
    }

    /// The model's key for `host`: from the keychain, else from this run, else from the environment. Each is bound to
    /// its host; a key is never looked up for another (SEC-07).
    pub(crate) fn key(&self, host: &str) -> Option<String> {
        if host.is_empty() {
            return None;
        }
        self.get(&format!("key {host}"))
            .ok()
            .flatten()
            .or_else(|| self.for_this_run.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned())
            .or_else(|| from_environment(host))
    }

    /// Keeps the key, bound to `host`. Says whether it is kept beyond this run.
    pub(crate) fn keep_key(&self, host: &str, key: &str) -> bool {
        self.for_this_run.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned(), key.to_owned());
        self.set(&format!("key {host}"), key).is_ok()
    }

    /// The secrets of a connection: from the keychain, else from this run.
    pub(crate) fn secrets(&self, connection: &str) -> Vec<(String, String)> {
        let name = self.connection(connection);
        let kept = self.get(&name).ok().flatten();
        let kept = kept.or_else(|| self.secrets.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned());
        kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Keeps the secrets of a connection, all of them in one entry; none removes it. Says whether they are kept beyond
    /// this run.
    pub(crate) fn keep_secrets(&self, connection: &str, secrets: &[(String, String)]) -> bool {
        let name = self.connection(connection);
        let text = serde_json::to_string(secrets).unwrap_or_default();
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), text.clone());
        if secrets.is_empty() { self.remove(&name) } else { self.set(&name, &text).is_ok() }
    }

    fn connection(&self, connection: &str) -> String {
        format!("connection {} {connection}", self.data)
    }

    fn remove(&self, name: &str) -> bool {
        self.enabled
            && apart(|| match keyring::v1::Entry::new(SERVICE, name).and_then(|entry| entry.delete_credential()) {
                Ok(()) | Err(keyring::v1::Error::NoEntry) => Ok(()),
                Err(_) => Err("the keychain did not answer".to_owned()),
            })
            .is_ok()
    }

    fn get(&self, name: &str) -> Result<Option<String>, String> {
        if !self.enabled {
            return Err("the keychain is switched off".to_owned());
        }
        apart(|| match keyring::v1::Entry::new(SERVICE, name).and_then(|entry| entry.get_password()) {
            Ok(text) => Ok(Some(text)),
            Err(keyring::v1::Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        })
    }

    fn set(&self, name: &str, value: &str) -> Result<(), String> {
        if !self.enabled {
            return Err("the keychain is switched off".to_owned());
        }
        apart(|| {
            keyring::v1::Entry::new(SERVICE, name)
                .and_then(|entry| entry.set_password(value))
                .map_err(|error| error.to_string())
        })
    }
}

// The variables that the providers' own programs read, each for its provider's address; `OPENAI_BASE_URL` moves the
// first one.
fn from_environment(host: &str) -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let names = [
        ("OPENAI_API_KEY", set("OPENAI_BASE_URL"), Provider::Openai),
        ("ANTHROPIC_API_KEY", set("ANTHROPIC_BASE_URL"), Provider::Anthropic),
        ("GEMINI_API_KEY", None, Provider::Gemini),
    ];
    names.into_iter().find_map(|(name, moved, provider)| {
        let origin = host_of(&address_of(provider, &moved.unwrap_or_default()));
        (origin == host).then(|| set(name)).flatten()
    })
}

impl Anchor for Keys {
    fn load(&self) -> Result<Option<String>, String> {
        self.get(&format!("history {}", self.data))
    }

    fn store(&self, head: &str) -> Result<(), String> {
        self.set(&format!("history {}", self.data), head)
    }
}

// The keychain's client blocks on a runtime of its own, which must not happen on a thread of ours.
fn apart<T: Send>(work: impl FnOnce() -> Result<T, String> + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        scope.spawn(work).join().unwrap_or_else(|_| Err("the keychain did not answer".to_owned()))
    })
}
