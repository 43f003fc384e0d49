//! Addresses of the network, by one strict reading: what another program might take for another host is not taken at all.
//! This computer and the local network are reached only where the user typed that very host and port, or granted it.

use crate::words::say;
use assent_agent::Hosts;
use assent_protocol::visible::visible;
use reqwest::Url;
use std::net::{IpAddr, Ipv6Addr};

/// Characters of one address.
const MOST: usize = 4_096;
/// Where pages are.
const PORTS: &[u16] = &[80, 443, 8_080, 8_443];
/// Endings of names that are looked up in the local network, or nowhere.
const LOCAL: &[&str] = &["localhost", "local", "internal", "lan", "home", "intranet", "corp", "private", "arpa"];

/// An address that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// As the client will read it.
    pub url: Url,
    /// Its host in lower case; other alphabets in their `xn--` spelling.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it may lie on this computer or in the local network.
    pub may_be_local: bool,
}

impl Address {
    /// Reads an address that `hosts` were named beside.
    ///
    /// # Errors
    /// A sentence for what is no plain address of a page, or must not be reached.
    pub fn read(text: &str, hosts: &Hosts) -> Result<Address, String> {
        let url = plain(text)?;
        let shown = visible(text);
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        let named = format!("{host}:{port}");
        let granted = hosts.granted.contains(&named);
        let typed = hosts.typed.contains(&named);
        if !PORTS.contains(&port) && !typed && !granted {
            return Err(say("web.address.port", &[("host", &host), ("port", &port.to_string())]));
        }
        let local = local_name(&host) || number(&host).is_some_and(|number| !public(number));
        if local && !typed && !granted {
            return Err(say("web.address.private", &[("host", &host), ("url", &shown)]));
        }
        Ok(Address { url, host, port, may_be_local: local || granted })
    }

    /// Whether a redirect to `other` stays at the same site: the same host with or without `www.`, on the same port or
    /// from one usual port to the other.
    pub fn same_site(&self, other: &Address) -> bool {
        let bare = |address: &Address| address.host.strip_prefix("www.").unwrap_or(&address.host).to_owned();
        let usual = |port: u16| port == 80 || port == 443;
        bare(self) == bare(other) && (self.port == other.port || (usual(self.port) && usual(other.port)))
    }
}

/// The hosts in the addresses of a text, each with its port (`example.org:443`).
///
/// ```
/// use assent_tools::web::address::named_in;
/// assert_eq!(named_in("what do https://Example.org/a, and 127.0.0.1:8080 say?"), ["example.org:443", "127.0.0.1:8080"]);
/// assert_eq!(named_in("call Anna at 10:30"), Vec::<String>::new());
/// ```
pub fn named_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "<>\"'`(){}|".contains(c)) {
        let word = word.trim_matches(|c: char| ",;.!?".contains(c)).trim_end_matches(':');
        let lower = word.to_ascii_lowercase();
        let address = match ["https://", "http://"].iter().find_map(|scheme| lower.find(scheme)) {
            Some(at) => word[at..].to_owned(),
            None => match word.rsplit_once(':') {
                // A time of day is no host.
                Some((host, port))
                    if (host.contains('.') || host.contains(':') || host.eq_ignore_ascii_case("localhost"))
                        && port.chars().all(|c| c.is_ascii_digit())
                        && !port.is_empty() =>
                {
                    format!("http://{word}")
                }
                _ => continue,
            },
        };
        if let Ok(url) = plain(&address)
            && let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default())
        {
            found.push(format!("{host}:{port}"));
        }
    }
    found
}

/// `https://example.org` of an address: what is granted.
///
/// # Errors
/// A sentence for what is no plain address.
pub fn origin(text: &str) -> Result<String, String> {
    Ok(plain(text)?.origin().ascii_serialization())
}

// One reading: the host and the port stand in the text exactly as the client will understand them.
fn plain(text: &str) -> Result<Url, String> {
    let shown = visible(text);
    let wrong = |key: &str| say(key, &[("url", &shown)]);
    if text.len() > MOST {
        return Err(say("web.address.long", &[("most", &MOST.to_string())]));
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(wrong("web.address.none"));
    }
    let (scheme, rest) = text.split_once(':').ok_or_else(|| wrong("web.address.none"))?;
    if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Err(wrong("web.address.scheme"));
    }
    let rest = rest.strip_prefix("//").ok_or_else(|| wrong("web.address.none"))?;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err(wrong("web.address.credentials"));
    }
    let url = Url::parse(text).map_err(|_| wrong("web.address.none"))?;
    let host = url.host_str().ok_or_else(|| wrong("web.address.none"))?;
    // A dot at the end makes another host of it for some programs and not for others.
    let name = authority.rsplit_once(':').map_or(authority, |(name, port)| {
        if port.chars().all(|c| c.is_ascii_digit()) && !name.is_empty() { name } else { authority }
    });
    if !name.eq_ignore_ascii_case(host) || host.ends_with('.') || name.contains('%') {
        let whole = url.to_string().replacen(host, host.trim_end_matches('.'), 1);
        return Err(say("web.address.odd", &[("url", &shown), ("plain", &visible(&whole))]));
    }
    Ok(url)
}

fn number(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

fn local_name(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or(host);
    number(host).is_none() && (!host.contains('.') || LOCAL.contains(&last))
}

/// Whether an address belongs to the network at large.
pub fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a, b, c) == (192, 0, 0)
                || (a, b, c) == (192, 88, 99)
                || (a == 198 && (b == 18 || b == 19)))
        }
        IpAddr::V6(v6) => match v6.to_ipv4() {
            Some(v4) => public(IpAddr::V4(v4)),
            None => public_v6(v6),
        },
    }
}

// Only 2000::/3 is given out; of it 2002::/16 and 2001::/32 wrap older addresses, and 2001:db8::/32 and 3fff::/20 are for
// examples. The rest of 2001::/23 is for protocols.
fn public_v6(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    let reserved = first == 0x2002
        || (first == 0x2001 && (second < 0x200 || second == 0xdb8))
        || (first == 0x3fff && second < 0x1000);
    first & 0xe000 == 0x2000 && !reserved
}
