//! MCP servers: programs or addresses of others whose tools stand beside the built-in ones, over the official SDK.
//! A server is kept in a sandbox where there is one, gets no secret but its own, and is never believed: what a tool
//! does is what the user declared for one exact definition, arguments are checked here before they are sent, and what
//! comes back is capped and labelled as the server's.

pub mod definition;
pub mod elicit;
pub mod http;
pub mod import;
pub mod launch;
mod lenient;
mod lines;
pub(crate) mod mend;
pub mod oauth;
pub mod result;
pub mod sandbox;
pub mod server;
pub mod session;
pub mod tool;
pub mod undo;

pub use definition::{Definition, difference};
pub use elicit::{Elicited, Reply};
pub use server::{Server, ServerConfig, Watch};
pub use tool::{Known, McpTool, full_name, full_names, looks_like, safe_name};
