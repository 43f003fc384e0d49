//! From an input struct to what the model is told, and from the model's arguments back to the struct.

use crate::words::say;
use assent_agent::{ToolError, ToolSpec};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Most items that one call may have; more would not fit on a card that anyone reads.
pub const MOST_ITEMS: usize = 5_000;

/// The spec of a tool: the description is the doc comment of `Input`, the schema has everything inline.
pub fn spec<Input: JsonSchema>(name: &str) -> ToolSpec {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<Input>().to_value();
    let mut description = String::new();
    if let Value::Object(members) = &mut schema {
        members.remove("$schema");
        members.remove("title");
        if let Some(Value::String(text)) = members.remove("description") {
            description = text;
        }
    }
    ToolSpec { name: name.to_owned(), description, schema }
}

/// Reads the arguments strictly.
///
/// # Errors
/// `BadInput` with what does not fit.
pub fn parse<Input: DeserializeOwned>(args: &Value) -> Result<Input, ToolError> {
    serde_json::from_value(args.clone())
        .map_err(|error| ToolError::BadInput(say("tools.input.wrong", &[("because", &error.to_string())])))
}

/// Checks how many items a batch has.
///
/// # Errors
/// `BadInput` for none and for too many.
pub fn check_count(count: usize) -> Result<(), ToolError> {
    if count == 0 {
        return Err(ToolError::BadInput(say("tools.input.no_items", &[])));
    }
    if count > MOST_ITEMS {
        return Err(ToolError::BadInput(say("tools.input.too_many", &[("most", &MOST_ITEMS.to_string())])));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_tool_has_a_name_of_its_own_a_description_and_refuses_unknown_fields() {
        let mut names = std::collections::HashSet::new();
        for tool in crate::all() {
            let spec = tool.spec();
            assert!(names.insert(spec.name.clone()), "{} stands twice", spec.name);
            assert!(spec.description.len() > 20, "{} has no description", spec.name);
            assert_eq!(spec.schema["additionalProperties"], false, "{}", spec.name);
            assert!(!spec.schema.to_string().contains("$ref"), "{}", spec.name);
        }
        let shell = usize::from(crate::sandbox::available().is_ok());
        assert_eq!(names.len(), 26 + 2 * shell);
    }

    #[test]
    fn paths_and_long_texts_are_marked_in_the_schema_for_the_edit_form() {
        let spec = |name: &str| crate::all().into_iter().map(|t| t.spec()).find(|s| s.name == name).unwrap().schema;
        assert_eq!(spec("files.move")["properties"]["items"]["items"]["properties"]["to"]["format"], "path");
        assert_eq!(spec("files.trash")["properties"]["paths"]["items"]["format"], "path");
        assert_eq!(spec("files.write")["properties"]["text"]["format"], "multiline");
        assert_eq!(spec("notes.add")["properties"]["text"]["format"], "multiline");
    }
}
