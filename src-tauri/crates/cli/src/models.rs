//! Models: those that answer on this computer, and what the known ones cost.

use crate::out::Style;
use crate::{Answered, Desk, Ended};
use serde_json::json;

impl Desk {
    pub(crate) async fn find_models(&self) -> Answered {
        let found = self.engine.find_models().await;
        for server in &found {
            self.out.object(
                &json!({"type": "models", "name": server.name, "base_url": server.base_url, "models": server.models}),
            );
            let values =
                [("name", server.name.as_str()), ("base_url", &server.base_url), ("models", &server.models.join(", "))];
            self.out.say(Style::Plain, "cli.models.found", &values);
        }
        match found.first() {
            None => self.out.say(Style::Plain, "cli.models.none", &[]),
            Some(first) => self.out.say(Style::Dim, "cli.models.next", &[("base_url", &first.base_url)]),
        }
        Ok(Ended::Done)
    }

    pub(crate) fn prices(&self) -> Answered {
        let (rows, note) = self.engine.prices()?;
        for row in &rows {
            self.out.object(&json!({
                "type": "price", "host": row.host, "model": row.model, "input": row.input, "cached": row.cached,
                "output": row.output,
            }));
            let numbers = [row.input, row.cached, row.output].map(|number| number.to_string());
            let values = [
                ("host", row.host.as_str()),
                ("model", &row.model),
                ("input", &numbers[0]),
                ("cached", &numbers[1]),
                ("output", &numbers[2]),
            ];
            self.out.say(Style::Plain, "cli.models.price", &values);
        }
        self.out.message(&note);
        Ok(Ended::Done)
    }
}
