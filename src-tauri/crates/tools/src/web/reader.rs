//! Reads one address: every host is looked up once and checked, the connection goes to what was checked, redirects stay at
//! the site, and size and time have limits.

use super::address::{Address, public};
use crate::words::{say, size};
use assent_agent::Hosts;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::{Response, Url, header, redirect};
use std::{
    collections::HashMap,
    io::{self, Read as _},
    net::{IpAddr, SocketAddr, ToSocketAddrs as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Bytes of one body, unpacked.
pub const MOST: u64 = 10_000_000;
/// All of one read, redirects and slow bodies included.
const WITHIN: Duration = Duration::from_secs(20);
/// Redirects.
const HOPS: usize = 5;
/// What is said of the program: its name and version, and nothing of the user.
const AGENT: &str = concat!("Assent/", env!("CARGO_PKG_VERSION"));
/// What is asked for.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/feed+json,application/json,application/xml,text/*";

/// How a name is looked up.
pub type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// What a page said of its version when it was last read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// The `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`, as it was written.
    pub modified: Option<String>,
}

/// A body that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Where it was in the end.
    pub address: Address,
    /// Its media type in lower case, without parameters; empty where none was said.
    pub kind: String,
    /// The encoding that was said.
    pub charset: Option<String>,
    /// Its bytes, unpacked.
    pub bytes: Vec<u8>,
    /// Which version it is.
    pub version: Version,
}

/// What came of a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// It is there.
    Body(Box<Body>),
    /// It is the version that was seen.
    Same,
    /// It lies at another host now, which was not followed.
    Elsewhere(String),
}

/// The reader.
#[derive(Clone)]
pub struct Reader {
    lookup: Lookup,
    within: Duration,
    most: u64,
}

impl Default for Reader {
    fn default() -> Reader {
        let lookup = |name: &str| Ok((name, 0).to_socket_addrs()?.map(|at| at.ip()).collect());
        Reader::new(Arc::new(lookup), WITHIN, MOST)
    }
}

impl Reader {
    /// A reader with another way to look names up and other limits.
    pub fn new(lookup: Lookup, within: Duration, most: u64) -> Reader {
        Reader { lookup, within, most }
    }

    /// Reads an address, unless it is still the version that was `seen`. A set `stop` ends it.
    ///
    /// # Errors
    /// A sentence that says why it could not be read.
    pub fn read(&self, address: &Address, hosts: &Hosts, seen: &Version, stop: &AtomicBool) -> Result<Read, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| lost(address, &error.to_string()))?;
        let ended = runtime.block_on(async {
            let seconds = self.within.as_secs().max(1).to_string();
            tokio::select! {
                ended = self.follow(address, hosts, seen) => ended,
                () = tokio::time::sleep(self.within) => {
                    Err(say("web.read.late", &[("host", &address.host), ("seconds", &seconds)]))
                }
                () = stopped(stop) => Err(say("web.read.stopped", &[])),
            }
        });
        // A look-up that hangs is left to itself.
        runtime.shutdown_background();
        ended
    }

    async fn follow(&self, first: &Address, hosts: &Hosts, seen: &Version) -> Result<Read, String> {
        let found = Arc::new(Mutex::default());
        let mut address = first.clone();
        for _ in 0..=HOPS {
            let response = self.ask(&address, seen, &found).await?;
            if response.status().as_u16() == 304 {
                return Ok(Read::Same);
            }
            if !response.status().is_redirection() {
                return self.body(address, response).await.map(|body| Read::Body(Box::new(body)));
            }
            let to = target(&address, &response)?;
            // An address that must not be reached at all is not offered either.
            let next = Address::read(to.as_str(), hosts)?;
            if !address.same_site(&next) {
                return Ok(Read::Elsewhere(next.url.to_string()));
            }
            if address.url.scheme() == "https" && next.url.scheme() == "http" {
                return Err(say("web.read.downgrade", &[("host", &address.host)]));
            }
            address = next;
        }
        Err(say("web.read.hops", &[("host", &first.host), ("most", &HOPS.to_string())]))
    }

    async fn ask(&self, address: &Address, seen: &Version, found: &Arc<Found>) -> Result<Response, String> {
        let resolver = Once { lookup: self.lookup.clone(), found: found.clone(), may_be_local: address.may_be_local };
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .user_agent(AGENT)
            .connect_timeout(self.within)
            .dns_resolver(Arc::new(resolver))
            .build()
            .map_err(|error| lost(address, &told(&error)))?;
        let mut request = client.get(address.url.clone());
        request = request.header(header::ACCEPT, ACCEPT).header(header::ACCEPT_ENCODING, "gzip, deflate");
        if let Some(etag) = &seen.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(modified) = &seen.modified {
            request = request.header(header::IF_MODIFIED_SINCE, modified);
        }
        let response = request.send().await.map_err(|error| lost(address, &told(&error)))?;
        let peer = response.remote_addr().map(|peer| peer.ip());
        if !address.may_be_local && peer.is_some_and(|peer| !public(peer)) {
            return Err(say("web.read.peer", &[]));
        }
        Ok(response)
    }

    async fn body(&self, address: Address, mut response: Response) -> Result<Body, String> {
        let status = response.status();
        if !status.is_success() {
            return Err(say("web.read.status", &[("host", &address.host), ("status", status.as_str())]));
        }
        let text = |name: header::HeaderName| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let version = Version { etag: text(header::ETAG), modified: text(header::LAST_MODIFIED) };
        let (kind, charset) = media(text(header::CONTENT_TYPE).as_deref().unwrap_or_default());
        let packed = text(header::CONTENT_ENCODING).unwrap_or_default().trim().to_ascii_lowercase();
        let big = || say("web.read.big", &[("host", &address.host), ("most", &size(self.most))]);
        if response.content_length().is_some_and(|length| length > self.most) {
            return Err(big());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(&address, &told(&error)))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > self.most {
                return Err(big());
            }
        }
        let bytes = unpacked(bytes, &packed, self.most)
            .map_err(|_| say("web.read.packed", &[("host", &address.host)]))?
            .ok_or_else(big)?;
        Ok(Body { address, kind, charset, bytes, version })
    }
}

// The bytes; none where there are more than `most`. What was packed several times is unpacked from the last on.
fn unpacked(mut bytes: Vec<u8>, packed: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
    for way in packed.rsplit(',').map(str::trim) {
        bytes = one_way(&bytes, way, most)?;
        if bytes.len() as u64 > most {
            return Ok(None);
        }
    }
    Ok(Some(bytes))
}

fn one_way(bytes: &[u8], way: &str, most: u64) -> io::Result<Vec<u8>> {
    let all = |mut from: Box<dyn io::Read + '_>| {
        let mut out = Vec::new();
        from.by_ref().take(most + 1).read_to_end(&mut out).map(|_| out)
    };
    match way {
        "" | "identity" | "none" | "utf-8" => Ok(bytes.to_owned()),
        // Where there is nothing, some servers say so all the same.
        "gzip" | "x-gzip" | "deflate" if bytes.is_empty() => Ok(Vec::new()),
        "gzip" | "x-gzip" => all(Box::new(MultiGzDecoder::new(bytes))),
        // With the head of zlib, or without as many send it (RFC 9110, 8.4.1.2).
        "deflate" => all(Box::new(ZlibDecoder::new(bytes))).or_else(|_| all(Box::new(DeflateDecoder::new(bytes)))),
        "br" => all(Box::new(brotli_decompressor::Decompressor::new(bytes, 4096))),
        "zstd" => {
            let frames = ruzstd::decoding::StreamingDecoder::new(bytes).map_err(io::Error::other)?;
            all(Box::new(frames))
        }
        other => Err(io::Error::other(other.to_owned())),
    }
}

fn target(address: &Address, response: &Response) -> Result<Url, String> {
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    location
        .and_then(|location| address.url.join(location).ok())
        .ok_or_else(|| say("web.read.status", &[("host", &address.host), ("status", response.status().as_str())]))
}

// `text/html; charset="utf-8"`.
fn media(value: &str) -> (String, Option<String>) {
    let mut parts = value.split(';');
    let kind = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    });
    (kind, charset)
}

fn lost(address: &Address, because: &str) -> String {
    let because = assent_protocol::visible::visible(because.trim_end_matches('.'));
    say("web.read.lost", &[("host", &address.host), ("because", &because)])
}

// The innermost cause says what happened; the outer ones repeat the address.
fn told(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

async fn stopped(stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

type Found = Mutex<HashMap<String, Vec<SocketAddr>>>;

/// Looks each name up once in a read, so that a second answer cannot lead elsewhere, and keeps only what may be reached.
struct Once {
    lookup: Lookup,
    found: Arc<Found>,
    may_be_local: bool,
}

impl reqwest::dns::Resolve for Once {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let (lookup, found, may_be_local) = (self.lookup.clone(), self.found.clone(), self.may_be_local);
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let known = found.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
            let all = match known {
                Some(all) => all,
                None => {
                    let asked = name.clone();
                    let numbers = tokio::task::spawn_blocking(move || lookup(&asked)).await??;
                    let all: Vec<SocketAddr> = numbers.into_iter().map(|number| (number, 0).into()).collect();
                    found.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), all.clone());
                    all
                }
            };
            let kept: Vec<SocketAddr> = all.into_iter().filter(|at| may_be_local || public(at.ip())).collect();
            if kept.is_empty() {
                return Err(io::Error::other(say("web.address.resolves_private", &[("host", &name)])).into());
            }
            Ok(Box::new(kept.into_iter()) as reqwest::dns::Addrs)
        })
    }
}
