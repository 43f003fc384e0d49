//! Who drives a run. It is kept as the name of the run's model, so that files of every version can be read.

/// External agents that Assent starts, by their names.
pub(crate) const ACP: &str = "agent:";
/// External agents that ask Assent for leave, by their names.
pub(crate) const MCP_CLIENT: &str = "elsewhere:";
const PLANNER: &str = "planner";
// No model is called so: what a later version adds begins with it.
const LATER: char = '@';

/// Who drives a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver<'a> {
    /// The built-in planner.
    Planner,
    /// A model of this name: of a ready domain, or of the provider in the settings.
    Model(&'a str),
    /// An external agent that Assent starts.
    Acp(&'a str),
    /// An external agent that asks Assent for leave.
    McpClient(&'a str),
    /// Something that this version does not know. It never runs here.
    Unknown(&'a str),
}

impl Driver<'_> {
    /// Reads the name of a run's model.
    pub(crate) fn of(model: &str) -> Driver<'_> {
        if model == PLANNER {
            Driver::Planner
        } else if let Some(name) = model.strip_prefix(ACP) {
            Driver::Acp(name)
        } else if let Some(name) = model.strip_prefix(MCP_CLIENT) {
            Driver::McpClient(name)
        } else if model.starts_with(LATER) {
            Driver::Unknown(model)
        } else {
            Driver::Model(model)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Driver::{self, *};

    #[test]
    fn names_of_every_version_are_read() {
        let read = [
            ("planner", Planner),
            ("clerk", Model("clerk")),
            ("llama3:8b", Model("llama3:8b")),
            ("agent:mine", Acp("mine")),
            ("elsewhere:editor", McpClient("editor")),
            ("@team:three", Unknown("@team:three")),
        ];
        for (name, driver) in read {
            assert_eq!(Driver::of(name), driver, "{name}");
        }
    }
}
