//! Accounts: the list, adding one, testing it, switching it, removing it. A password is read from the input and never
//! from an argument, which other programs could see.

use crate::arguments::{Accounts, Kept, NewAccount};
use crate::connections::status_key;
use crate::out::{Style, words};
use crate::tasks::bad_usage;
use crate::{Answered, Desk, Ended};
use assent_protocol::{Account, AccountDraft, AccountServers, MailHost, Security, ServerStatus, wire::WireError};
use serde_json::json;
use std::io::IsTerminal;

impl Desk {
    pub(crate) fn accounts(&self, what: Option<Accounts>) -> Answered {
        let account = match what {
            None | Some(Accounts::List) => {
                let all = self.engine.accounts()?;
                all.iter().for_each(|account| self.show_account(account));
                if all.is_empty() {
                    self.out.say(Style::Plain, "cli.accounts.empty", &[]);
                }
                return Ok(Ended::Done);
            }
            Some(Accounts::Add { what }) => self.add_account(what)?,
            Some(Accounts::Test { name }) => self.engine.test_account(&name)?,
            Some(Accounts::On { name }) => self.engine.switch_account(&name, true)?,
            Some(Accounts::Off { name }) => self.engine.switch_account(&name, false)?,
            Some(Accounts::Remove { name }) => {
                self.engine.remove_account(&name)?;
                self.out.note("cli.account.removed", &[("name", &name)]);
                return Ok(Ended::Done);
            }
        };
        self.show_account(&account);
        Ok(if account.last_error.is_some() { Ended::Failed } else { Ended::Done })
    }

    fn add_account(&self, what: NewAccount) -> Result<Account, WireError> {
        match what {
            NewAccount::Mail { name, address, imap, smtp, user, imap_security, smtp_security } => {
                let servers = AccountServers::Mail {
                    imap: host(&imap, imap_security, (993, 143))?,
                    smtp: host(&smtp, smtp_security, (465, 587))?,
                };
                self.add(name, address, user, servers)
            }
            NewAccount::Calendar { name, url, user } => {
                self.add(name, user.clone(), Some(user), AccountServers::Calendar { url })
            }
        }
    }

    fn add(
        &self,
        name: String,
        address: String,
        user: Option<String>,
        servers: AccountServers,
    ) -> Result<Account, WireError> {
        if std::io::stdin().is_terminal() {
            // What was typed before is no password.
            crate::typed::forget();
            self.out.ask(&words("cli.account.password", &[("name", &name)]));
        }
        let mut password = String::new();
        let read = std::io::stdin().read_line(&mut password);
        if !read.is_ok_and(|count| count > 0) {
            return Err(bad_usage("cli.account.no_password", &[("name", &name)]));
        }
        let password = password.trim_end_matches(['\n', '\r']).to_owned();
        let user = user.unwrap_or_default();
        self.engine.add_account(AccountDraft { name, address, user, servers, password })
    }

    fn show_account(&self, account: &Account) {
        self.out.object(&json!({
            "type": "account", "name": account.name, "address": account.address, "user": account.user,
            "servers": account.servers, "status": account.status, "has_password": account.has_password,
            "last_error": account.last_error,
        }));
        let status = words(status_key(account.status), &[]);
        let style = if account.status == ServerStatus::Failed { Style::Bad } else { Style::Strong };
        let values = [("name", account.name.as_str()), ("address", &account.address), ("status", &status)];
        self.out.say(style, "cli.account", &values);
        let at = match &account.servers {
            AccountServers::Mail { imap, smtp } => {
                format!("{}:{} · {}:{}", imap.host, imap.port, smtp.host, smtp.port)
            }
            AccountServers::Calendar { url } => url.clone(),
        };
        for line in [at].into_iter().chain(account.last_error.clone()) {
            self.out.line(Style::Dim, &format!("     {line}"));
        }
    }
}

/// `imap.example.org` or `imap.example.org:993`; without a port the usual one of the way it is kept.
fn host(text: &str, kept: Kept, (at_once, later): (u16, u16)) -> Result<MailHost, WireError> {
    let security = match kept {
        Kept::Tls => Security::Tls,
        Kept::Starttls => Security::Starttls,
        Kept::Plain => Security::Plain,
    };
    let usual = if security == Security::Tls { at_once } else { later };
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => {
            let bad = |_| bad_usage("cli.account.port", &[("text", text)]);
            (host, port.parse().map_err(bad)?)
        }
        _ => (text, usual),
    };
    Ok(MailHost { host: host.to_owned(), port, security })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_a_port_gets_the_usual_one_of_its_kind() {
        let of = |text: &str, kept| host(text, kept, (993, 143)).map(|host| (host.host, host.port)).ok();
        assert_eq!(of("imap.example.org", Kept::Tls), Some(("imap.example.org".into(), 993)));
        assert_eq!(of("imap.example.org", Kept::Starttls), Some(("imap.example.org".into(), 143)));
        assert_eq!(of("127.0.0.1:10143", Kept::Plain), Some(("127.0.0.1".into(), 10143)));
        assert_eq!(of("host:port", Kept::Tls), None);
    }
}
