//! Names of folders: as people write them here, in modified UTF-7 on the wire (RFC 3501, 5.1.3).

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const PACKED: GeneralPurpose = GeneralPurpose::new(
    &alphabet::IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The name for people. One that is packed wrongly stays as it is.
pub fn shown(wire: &str) -> String {
    let mut out = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((packed, behind)) = after.split_once('-') else { return wire.to_owned() };
        match packed {
            "" => out.push('&'),
            packed => match unpacked(packed) {
                Some(text) => out.push_str(&text),
                None => return wire.to_owned(),
            },
        }
        rest = behind;
    }
    out + rest
}

/// The name for the server. A name that is packed already, as older versions of Assent kept them, stays as it is.
pub fn wire(name: &str) -> String {
    let known = shown(name);
    if name.is_ascii() && known != name && packed(&known) == name {
        return name.to_owned();
    }
    packed(name)
}

fn packed(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut open: Vec<u8> = Vec::new();
    let close = |open: &mut Vec<u8>, out: &mut String| {
        if !open.is_empty() {
            out.push_str(&format!("&{}-", PACKED.encode(std::mem::take(open))));
        }
    };
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            close(&mut open, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            open.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    close(&mut open, &mut out);
    out
}

fn unpacked(packed: &str) -> Option<String> {
    let bytes = PACKED.decode(packed).ok().filter(|bytes| bytes.len().is_multiple_of(2))?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_are_shown_in_letters_and_sent_in_modified_utf_7() {
        for (on_wire, name) in [
            ("Gel&APY-scht", "Gelöscht"),
            ("A&-B", "A&B"),
            ("&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", "Отправленные"),
            ("INBOX/&U,BTFw-/x", "INBOX/台北/x"),
            ("&2D3cVA-", "👔"),
            ("Projects \"2026\"\\x", "Projects \"2026\"\\x"),
            ("a/b.c%d*", "a/b.c%d*"),
        ] {
            assert_eq!(shown(on_wire), name);
            assert_eq!(wire(name), on_wire, "{name}");
            assert_eq!(wire(on_wire), on_wire, "one that an older version kept");
        }
    }

    #[test]
    fn a_name_that_is_packed_wrongly_stays_as_it_is() {
        for name in ["Research & Development", "&", "a&b", "&!!!-", "&AA-", "&2D0-", "Gelöscht & mehr-"] {
            assert_eq!(shown(name), name);
        }
        assert_eq!(wire("Research & Development"), "Research &- Development");
    }
}
