//! Rules of the user: made by click or by hand, earned by answers, explained for each action, and advised before a task.

pub(crate) mod advice;
pub(crate) mod by_click;
pub(crate) mod trust;
pub(crate) mod why;
