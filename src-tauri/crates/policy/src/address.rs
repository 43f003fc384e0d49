//! Hosts and mail domains, by one strict reading. Whatever another program might read differently (user names, escapes,
//! other alphabets, spaces, backslashes) has no host here at all.

/// The host of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Lower case, as written otherwise: a trailing dot stays and makes it another host.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
}

/// The host of `https://host[:port][/…]`, or of a bare `host[:port]`; None for anything that is not plainly one.
///
/// ```
/// use assent_policy::address::host_of;
/// assert_eq!(host_of("https://DOCS.python.org/3/").unwrap().host, "docs.python.org");
/// assert_eq!(host_of("https://docs.python.org@evil.test/"), None);
/// ```
pub fn host_of(address: &str) -> Option<Host> {
    if !address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let authority = match address.split_once("://") {
        Some((scheme, rest)) => {
            let plain = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
            if !plain {
                return None;
            }
            &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
        }
        None => address,
    };
    let (name, port) = match authority.split_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port.parse().ok()?)),
        Some(_) => return None,
        None => (authority, None),
    };
    Some(Host { host: domain_name(name)?, port })
}

/// The part after the one `@` of a bare mail address, lower case.
pub fn domain_of(address: &str) -> Option<String> {
    let (local, domain) = address.split_once('@')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    if local.is_empty() || !local.bytes().all(plain) {
        return None;
    }
    domain_name(domain)
}

fn domain_name(name: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (!name.is_empty() && !name.starts_with('.') && !name.contains("..") && name.bytes().all(plain))
        .then(|| name.to_ascii_lowercase())
}
