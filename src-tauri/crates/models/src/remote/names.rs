//! Tool names and schemas as the providers allow them: `files.list` is `files_list`.

use assent_agent::ToolSpec;
use serde_json::Value;
use std::collections::HashMap;

/// Both ways between our names and the provider's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolNames {
    out: HashMap<String, String>,
    back: HashMap<String, String>,
}

impl ToolNames {
    /// Names for these tools, none twice.
    pub fn new(tools: &[ToolSpec]) -> ToolNames {
        let mut names = ToolNames::default();
        for tool in tools {
            let plain = plain(&tool.name);
            let mut candidate = plain.clone();
            let mut count = 2;
            while names.back.contains_key(&candidate) {
                let end = format!("_{count}");
                candidate = plain.chars().take(64 - end.len()).collect::<String>() + &end;
                count += 1;
            }
            names.back.insert(candidate.clone(), tool.name.clone());
            names.out.insert(tool.name.clone(), candidate);
        }
        names
    }

    /// The provider's name for one of ours.
    pub fn out(&self, tool: &str) -> String {
        self.out.get(tool).cloned().unwrap_or_else(|| plain(tool))
    }

    /// Our name for a name the model said; an unknown one stays as it is and is refused later.
    pub fn back(&self, name: &str) -> String {
        self.back.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// Whether this is the name of a tool, ours or the provider's.
    pub fn offers(&self, name: &str) -> bool {
        self.back.contains_key(name) || self.out.contains_key(name)
    }

    /// Whether one of the names stands in this text.
    pub fn are_in(&self, text: &str) -> bool {
        self.back.keys().chain(self.out.keys()).any(|name| text.contains(name.as_str()))
    }
}

fn plain(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut plain: String = name.chars().take(64).map(|c| if fits(c) { c } else { '_' }).collect();
    // Gemini wants a letter or `_` first.
    if !plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        plain.insert(0, '_');
        plain.truncate(64);
    }
    plain
}

/// A schema without what no model reads: where it comes from, the names of Rust's types, and our own formats, which
/// some providers refuse.
pub fn slim(schema: &Value) -> Value {
    let mut slim = schema.clone();
    strip(&mut slim, true);
    slim
}

// Below `properties` and `$defs` the keys are names of fields, not words of the schema.
fn strip(value: &mut Value, is_schema: bool) {
    match value {
        Value::Object(fields) => {
            if is_schema {
                fields.shift_remove("$schema");
                fields.shift_remove("title");
                // The tool itself refuses other fields, and says so.
                if fields.get("additionalProperties") == Some(&Value::Bool(false)) {
                    fields.shift_remove("additionalProperties");
                }
                if fields.get("default").is_some_and(Value::is_null) {
                    fields.shift_remove("default");
                }
                let is_ours = |v: &Value| {
                    v.as_str().is_some_and(|f| {
                        matches!(f, "path" | "multiline") || f.starts_with("int") || f.starts_with("uint")
                    })
                };
                if fields.get("format").is_some_and(is_ours) {
                    fields.shift_remove("format");
                }
            }
            for (name, field) in fields.iter_mut() {
                let names = is_schema && matches!(name.as_str(), "properties" | "$defs" | "definitions");
                let data = is_schema && matches!(name.as_str(), "default" | "examples" | "enum" | "const");
                if !data {
                    strip(field, !names);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, is_schema)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_loses_only_what_no_model_reads() {
        let schema = json!({"$schema": "x", "title": "Input", "type": "object", "additionalProperties": false, "properties":
            {"title": {"type": "string", "title": "T"}, "n": {"type": "integer", "format": "uint32", "minimum": 0,
            "default": null}}});
        let wanted = json!({"type": "object", "properties":
            {"title": {"type": "string"}, "n": {"type": "integer", "minimum": 0}}});
        assert_eq!(slim(&schema), wanted);
    }
}
