//! Reads vCards, versions 2.1 to 4.0 (RFC 6350), as far as a person's name, letters, calls and birthday go. What cannot be
//! read costs the line or the card that it stands in, never the file.

use serde_json::{Value, json};

/// One person.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    pub nickname: String,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub birthday: String,
    pub address: String,
}

/// The people in the text of a file.
pub fn contacts(text: &str) -> Vec<Contact> {
    let mut out = Vec::new();
    let mut open: Option<Contact> = None;
    for line in unfolded(text) {
        let Some((head, value)) = line.split_once(':') else { continue };
        let head = head.split(';').next().unwrap_or_default();
        // "item1.EMAIL" groups fields that belong together.
        let field = head.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
        match (field.as_str(), &mut open) {
            ("BEGIN", _) if value.trim().eq_ignore_ascii_case("vcard") => open = Some(Contact::default()),
            ("END", _) => out.extend(open.take().filter(|contact| !contact.name.is_empty())),
            (field, Some(contact)) => contact.take(field, value.trim()),
            (_, None) => {}
        }
    }
    out
}

impl Contact {
    fn take(&mut self, field: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        match field {
            "FN" => self.name = plain(value),
            // Family name, given name: only where there is no full name.
            "N" if self.name.is_empty() => {
                let parts: Vec<String> = pieces(value);
                let given = [parts.get(1), parts.first()];
                self.name =
                    given.into_iter().flatten().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
            }
            "NICKNAME" => self.nickname = plain(value),
            "EMAIL" => self.emails.push(plain(value.trim_start_matches("mailto:"))),
            "TEL" => self.phones.push(plain(value.trim_start_matches("tel:"))),
            "BDAY" => self.birthday = plain(value),
            "ADR" => {
                let parts: Vec<String> = pieces(value).into_iter().filter(|part| !part.is_empty()).collect();
                self.address = parts.join(", ");
            }
            _ => {}
        }
    }

    /// Whether `wanted`, in lower case, is the name or a whole word of it.
    pub fn is_called(&self, wanted: &str) -> bool {
        let low = format!("{} {}", self.name, self.nickname).to_lowercase();
        let words: Vec<&str> = low.split_whitespace().collect();
        let mut asked = wanted.split_whitespace().peekable();
        asked.peek().is_some() && asked.all(|word| words.contains(&word))
    }

    pub fn value(&self) -> Value {
        json!({
            "name": self.name, "emails": self.emails, "phones": self.phones, "birthday": self.birthday,
            "address": self.address,
        })
    }
}

// A line that begins with a blank goes on the line before it.
fn unfolded(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), out.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            _ => out.push(line.to_owned()),
        }
    }
    out
}

fn pieces(value: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.last_mut().into_iter().for_each(|last| match letters.clone().next() {
                Some('n' | 'N') => last.push(' '),
                Some(other) => last.push(other),
                None => {}
            }),
            ';' => out.push(String::new()),
            other => out.last_mut().into_iter().for_each(|last| last.push(other)),
        }
        if letter == '\\' {
            letters.next();
        }
    }
    out.into_iter().map(|piece| piece.trim().to_owned()).collect()
}

fn plain(value: &str) -> String {
    pieces(value).join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_and_what_is_broken_costs_only_itself() {
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Nowak;Anna;;;\r\nFN:Anna\r\n  Nowak\r\nitem1.EMAIL;TYPE=home:anna@example.com\r\n\
                    TEL;VALUE=uri:tel:+48-555-01\r\nBDAY:1990-03-04\r\nADR:;;Long Street 1;Town;;1234;\r\nEND:VCARD\r\n\
                    BEGIN:VCARD\nno colon here\nEMAIL:lost@example.com\nEND:VCARD\n\
                    BEGIN:VCARD\nN:Kim;Tom\nNICKNAME:Tommy\nNOTE:a\\, b\\\nEND:VCARD\nBEGIN:VCARD\nFN:Cut";
        let found = contacts(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].name, "Anna Nowak");
        assert_eq!((found[0].emails[0].as_str(), found[0].phones[0].as_str()), ("anna@example.com", "+48-555-01"));
        assert_eq!(found[0].address, "Long Street 1, Town, 1234");
        assert_eq!(found[1].name, "Tom Kim");
        assert!(found[1].is_called("tommy") && found[1].is_called("tom kim") && !found[1].is_called("to"));
        assert!(!found[0].is_called("") && contacts("").is_empty());
    }
}
