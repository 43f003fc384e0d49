//! Where a model is: https anywhere, or plain http on this computer.

use assent_protocol::{texts::say, visible::visible};
use reqwest::Url;
use std::net::IpAddr;

/// A checked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    base: Url,
}

/// The name of the place that `base_url` means, as `https://api.openai.com`: a key is kept under this name, so that a
/// changed address finds no key and the user enters it again (SEC-07).
///
/// # Errors
/// A sentence when it is not an address for a model.
pub fn origin_of(base_url: &str) -> Result<String, String> {
    Address::parse(base_url).map(|address| address.base.origin().ascii_serialization())
}

impl Address {
    pub fn parse(base_url: &str) -> Result<Address, String> {
        let bad = || say("model.address", &[("url", &visible(base_url.trim()))]);
        // Signs that readers of addresses take differently (`\`, `@`, blanks) would let one name stand for two places.
        if !base_url.trim().chars().all(|c| c.is_ascii_graphic() && !"\\@".contains(c)) {
            return Err(bad());
        }
        let url = Url::parse(base_url.trim()).map_err(|_| bad())?;
        let fits = match url.scheme() {
            "https" => url.host_str().is_some_and(|host| !host.is_empty()),
            "http" => is_here(&url),
            _ => false,
        };
        let plain =
            url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        if !fits || !plain {
            return Err(bad());
        }
        Ok(Address { base: url })
    }

    /// The path of the address, without a `/` at its end.
    pub fn path(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }

    /// The place at `path` on the same host.
    pub fn at(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url.set_query(query);
        url
    }

    /// Whether it is a program on this computer.
    pub fn is_here(&self) -> bool {
        is_here(&self.base)
    }

    /// Host and port, for sentences.
    pub fn shown(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_07_only_https_or_this_computer_is_an_address() {
        for good in
            ["https://api.openai.com/v1", "http://127.0.0.1:11434/v1/", "http://localhost:1/v1", "http://[::1]:8080"]
        {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.openai.com/v1",
            "http://127.0.0.1.evil.test/v1",
            "http://localhost.evil.test",
            "http://127.0.0.1@evil.test/v1",
            "https://user:pass@host/v1",
            "https://evil.test\\@api.openai.com/v1",
            "https://evil.test/@api.openai.com/v1",
            "https://api.openai.com\t.evil.test/v1",
            "https://api.openai.com。evil.test/v1",
            "https://host/v1?x=1",
            "https://host/v1#x",
            "http://0.0.0.0:1/v1",
            "http://192.168.0.2/v1",
            "file:///etc/passwd",
            "ftp://127.0.0.1",
            "https://",
            "api.openai.com",
            "",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sec_07_a_key_is_kept_under_the_place_it_was_given_for() {
        let origin = |url| origin_of(url).unwrap();
        assert_eq!(origin("https://api.openai.com/v1"), "https://api.openai.com");
        assert_eq!(origin("https://API.openai.com:443/other/"), "https://api.openai.com");
        assert_ne!(origin("https://api.openai.com.evil.test/v1"), origin("https://api.openai.com/v1"));
        assert_ne!(origin("http://127.0.0.1:1/v1"), origin("http://127.0.0.1:2/v1"));
    }
}
