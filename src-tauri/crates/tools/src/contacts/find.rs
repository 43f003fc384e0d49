//! contacts.find: a person among the user's contacts.

use super::vcard::{Contact, contacts};
use crate::{
    contents::current,
    input::{parse, spec},
    mark::Kind,
    notes::looking,
    origin,
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Reach, visible::visible};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const MOST_FOUND: usize = 20;

/// Find a person among the user's contacts, the vCard files in the notes folder: name, addresses, numbers, birthday.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The name, or a whole word of it.
    name: String,
}

/// The tool.
pub struct Find;

impl Tool for Find {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("contacts.find")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        if input.name.trim().is_empty() {
            return Err(ToolError::BadInput(say("tools.search.nothing", &[])));
        }
        let title = say("tools.contacts.find.title", &[("name", &visible(&input.name))]);
        looking(title, &place.notes, Some(&input.name), place)
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let wanted = input.name.trim().to_lowercase();
        let mut found: Vec<Contact> = Vec::new();
        let mut untrusted = None;
        let (mut files, mut unread) = (Vec::new(), 0);
        // A folder that is not there yet has no contacts.
        let _ = crate::walk::walk(&place.notes, 1, place, |seen| {
            if seen.kind == Kind::File && seen.text && !seen.closed && seen.name.to_lowercase().ends_with(".vcf") {
                files.push(seen.path.clone());
            }
            true
        });
        files.sort();
        for path in &files {
            let now = current(path, place).ok().filter(|now| now.names == Reach::Inside);
            let Some(text) = now.as_ref().and_then(|now| now.text()) else {
                unread += 1;
                continue;
            };
            let before = found.len();
            found.extend(contacts(text).into_iter().filter(|contact| contact.is_called(&wanted)));
            if found.len() > before {
                untrusted = untrusted.or_else(|| origin::untrusted(path, place));
            }
        }
        found.dedup();
        let truncated = found.len() > MOST_FOUND;
        let rows: Vec<Value> = found.iter().take(MOST_FOUND).map(Contact::value).collect();
        let value = json!({ "contacts": rows, "truncated": truncated, "files": files.len(), "unreadable": unread });
        Ok(Output { value, untrusted, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}

#[cfg(test)]
mod tests {
    use crate::check::World;
    use serde_json::json;

    #[test]
    fn a_person_is_found_in_the_files_of_the_notes_folder() {
        let world = World::new();
        std::fs::create_dir_all(&world.place.notes).unwrap();
        let card = "BEGIN:VCARD\nFN:Anna Nowak\nEMAIL:anna@example.com\nEND:VCARD\n";
        std::fs::write(world.place.notes.join("people.vcf"), card.repeat(2)).unwrap();
        std::fs::write(world.place.notes.join("broken.vcf"), [0xff, 0xfe, 0x00]).unwrap();
        let found = world.look("contacts.find", json!({ "name": "anna" })).value;
        assert_eq!(found["contacts"].as_array().unwrap().len(), 1, "{found}");
        assert_eq!((&found["contacts"][0]["emails"][0], &found["unreadable"]), (&json!("anna@example.com"), &json!(1)));
        let none = world.look("contacts.find", json!({ "name": "ann" })).value;
        assert_eq!(none["contacts"], json!([]));
    }
}
