//! The headers of a letter as mail programs read them. What they may hold against the rules is rewritten before they are
//! parsed: bytes of any encoding, and encoded words (RFC 2047) that were cut inside of a letter.

use super::transfer;
use crate::encoding;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use mail_parser::{Encoding, Message, MessageParser, PartType};
use std::{borrow::Cow, ops::Range};

/// The letter with all of its headers, also those of its parts and of letters in it, in clean UTF-8.
pub fn mended(letter: &[u8]) -> Cow<'_, [u8]> {
    let mut blocks = Vec::new();
    if let Some(parsed) = MessageParser::new().parse(letter) {
        collect(&parsed, &mut blocks);
    }
    blocks.retain(|block| letter.get(block.clone()).is_some_and(is_odd));
    if blocks.is_empty() {
        return Cow::Borrowed(letter);
    }
    blocks.sort_by_key(|block| block.start);
    let mut out = Vec::with_capacity(letter.len() + 256);
    let mut done = 0;
    for block in blocks.into_iter() {
        if block.start >= done {
            out.extend_from_slice(&letter[done..block.start]);
            out.extend_from_slice(&mended_block(&letter[block.clone()]));
            done = block.end;
        }
    }
    out.extend_from_slice(&letter[done..]);
    Cow::Owned(out)
}

fn collect(of: &Message<'_>, blocks: &mut Vec<Range<usize>>) {
    for part in &of.parts {
        blocks.push(part.offset_header as usize..part.offset_body as usize);
        match &part.body {
            // One that was encoded has places of its own.
            PartType::Message(inner) if part.encoding == Encoding::None => collect(inner, blocks),
            _ => {}
        }
    }
}

fn is_odd(block: &[u8]) -> bool {
    !block.is_ascii() || block.windows(2).any(|two| two == b"=?")
}

/// One header, with the empty line that ends it or without.
pub fn mended_block(block: &[u8]) -> Vec<u8> {
    let charset = charset(block);
    let line = |line: &[u8]| match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding::plain(line, charset.as_deref()),
    };
    let text: String = block.split_inclusive(|byte| *byte == b'\n').map(line).collect();
    with_words(&text).into_bytes()
}

// What the body is in is the likeliest encoding of a header that does not say.
fn charset(block: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(block).to_ascii_lowercase();
    let (_, after) = text.split_once("charset=")?;
    let label = after.trim_start_matches('"').chars();
    Some(label.take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect())
}

/// One encoded word.
struct Word<'a> {
    charset: &'a str,
    base64: bool,
    data: &'a str,
    rest: &'a str,
}

// `=?charset*language?B?data?=`
fn word(text: &str) -> Option<Word<'_>> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (kind, rest) = rest.split_once('?')?;
    let (data, rest) = rest.split_once("?=")?;
    let base64 = match kind {
        "B" | "b" => true,
        "Q" | "q" => false,
        _ => return None,
    };
    let charset = charset.split('*').next().unwrap_or(charset);
    let sound = !charset.is_empty() && charset.len() < 60 && !charset.contains([' ', '\n']) && !data.contains('\n');
    sound.then_some(Word { charset, base64, data, rest })
}

// Words that stand beside each other in one encoding are decoded as one, and written anew in UTF-8.
fn with_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(first) = word(rest) else {
            out.push_str("=?");
            rest = &rest[2..];
            continue;
        };
        rest = first.rest;
        let mut row = vec![first];
        while let Some(next) = word(rest.trim_start_matches([' ', '\t', '\r', '\n'])) {
            rest = next.rest;
            row.push(next);
        }
        out.push_str(&format!("=?utf-8?B?{}?=", STANDARD.encode(joined(&row))));
    }
    out.push_str(rest);
    out
}

fn joined(row: &[Word<'_>]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(first) = row.get(at) {
        let same = row[at..].iter().take_while(|word| word.charset.eq_ignore_ascii_case(first.charset)).count();
        let mut bytes = Vec::new();
        // Base64 that ends inside of its four characters goes on in the next word.
        let mut open = String::new();
        for word in &row[at..at + same] {
            if word.base64 {
                open.push_str(word.data);
                if open.len().is_multiple_of(4) || word.data.ends_with('=') {
                    bytes.extend(transfer::base64(std::mem::take(&mut open).as_bytes()));
                }
            } else {
                bytes.extend(transfer::base64(std::mem::take(&mut open).as_bytes()));
                bytes.extend(transfer::quoted(word.data.replace('_', " ").as_bytes()));
            }
        }
        bytes.extend(transfer::base64(open.as_bytes()));
        out.push_str(&encoding::plain(&bytes, Some(first.charset)));
        at += same;
    }
    out
}
