//! A key that cannot be printed, logged or written to disk by accident.

use std::fmt;

/// A secret text. It has neither `Display` nor `Serialize`, and its `Debug` is `***`.
///
/// ```compile_fail
/// println!("{}", assent_models::Secret::new("sk-1")); // SEC-09
/// ```
/// ```compile_fail
/// serde_json::to_string(&assent_models::Secret::new("sk-1")).unwrap(); // SEC-09
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`; blanks around it are dropped, because keys are pasted.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into().trim().to_owned())
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `text` with this secret written as `***`.
    pub fn mask(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "***") }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_09_a_secret_prints_as_stars() {
        let secret = Secret::new(" sk-canary\n");
        assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), "*** Some(\n    ***,\n)");
        assert_eq!(secret.mask("bad key sk-canary!"), "bad key ***!");
        assert_eq!(secret.expose(), "sk-canary");
    }
}
