//! Where the values of a call came from: what the user typed, what stands in the user's own data, what others wrote. And
//! what a tool does, read from its name, its description and its schema. From both come the facts that the decision core
//! decides by. Pure: no clock, no I/O.
#![warn(missing_docs)]

pub mod facts;
pub mod provenance;
pub mod reading;

pub use facts::{Call, Ways, facts};
pub use provenance::{Author, Content, Known, Traced};
