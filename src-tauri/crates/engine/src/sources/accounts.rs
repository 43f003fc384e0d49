//! Accounts: the mailboxes and calendars that the user added. A password lies in the keychain, bound to the host it is
//! for, so that a changed address never gets it.

use crate::{Answered, Engine, action::start::key_of, words};
use assent_agent::Tool;
use assent_journal::StoredAccount;
use assent_protocol::{
    Account, AccountDraft, AccountServers, ActionId, MailHost, ServerStatus, Status, texts,
    visible::visible,
    wire::{Change, ErrorCode, WireError},
};
use assent_tools::{
    calendar::{self, account::Calendars, dav::Server},
    mail::{
        self,
        desk::{Desk, MailAccount},
        imap::Imap,
        mailbox::Mailbox as _,
        smtp::Smtp,
    },
    mcp::{http, safe_name},
};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

const MOST_NAME: usize = 24;

/// The tools of all accounts that are switched on, by name.
pub(crate) type Tools = HashMap<String, Arc<dyn Tool>>;

impl Engine {
    /// Every account, by name.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn accounts(&self) -> Answered<Vec<Account>> {
        Ok(self.0.journal.accounts()?.into_iter().map(|row| self.shown_account(row)).collect())
    }

    /// Adds an account, looks whether its servers answer, and switches it on if they do. Its password goes to the
    /// keychain.
    ///
    /// # Errors
    /// For a name, address or server that is not taken; nothing is kept then. An account whose servers do not answer is
    /// kept, switched off, with what went wrong.
    pub fn add_account(&self, draft: AccountDraft) -> Answered<Account> {
        let AccountDraft { name, address, user, servers, password } = draft;
        let plain = !name.is_empty() && name.len() <= MOST_NAME && safe_name(&name) == name;
        if !plain {
            return Err(words::bad_input("engine.connection.name", &[("name", &visible(&name))]));
        }
        let known = self.0.journal.accounts()?;
        if known.iter().any(|account| account.name.eq_ignore_ascii_case(&name)) {
            return Err(words::bad_input("engine.account.taken", &[("name", &name)]));
        }
        check(&address, &servers)?;
        let user = if user.trim().is_empty() { address.clone() } else { user };
        if user.chars().chain(password.chars()).any(char::is_control) {
            return Err(words::bad_input("engine.account.control", &[]));
        }
        let secrets: Vec<(String, String)> = hosts(&servers).into_iter().map(|host| (host, password.clone())).collect();
        self.0.keys.keep_secrets(&key(&name), &secrets);
        let made_at = self.0.host.now();
        let row = StoredAccount { name: name.clone(), address, user, servers, on: false, last_error: None, made_at };
        self.put_account(&row)?;
        match self.switch_account(&name, true) {
            Ok(account) => Ok(account),
            Err(_) => Ok(self.shown_account(self.account_row(&name)?)),
        }
    }

    /// Looks whether the servers of an account answer and take the password.
    ///
    /// # Errors
    /// What went wrong; it is kept with the account, too.
    pub fn test_account(&self, name: &str) -> Answered<Account> {
        if self.frozen() {
            return Err(WireError { code: ErrorCode::Frozen, message: texts::say("engine.frozen", &[]) });
        }
        let mut row = self.account_row(name)?;
        let looked = self.look_at_account(&row);
        row.last_error = looked.as_ref().err().map(|why| visible(why));
        self.put_account(&row)?;
        looked.map_err(|message| WireError { code: ErrorCode::BadInput, message })?;
        Ok(self.shown_account(row))
    }

    /// Switches an account on, which is a look at it first, or off.
    ///
    /// # Errors
    /// When its servers do not answer: it stays off.
    pub fn switch_account(&self, name: &str, on: bool) -> Answered<Account> {
        if on {
            self.test_account(name)?;
        }
        let mut row = self.account_row(name)?;
        row.on = on;
        self.put_account(&row)?;
        Ok(self.shown_account(row))
    }

    /// Forgets an account and its password. The history keeps what was done in it.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn remove_account(&self, name: &str) -> Answered<()> {
        self.account_row(name)?;
        self.0.journal.remove_account(name, self.0.host.now())?;
        self.0.keys.keep_secrets(&key(name), &[]);
        self.accounts_changed();
        Ok(())
    }

    /// Looks whether an action whose outcome nobody knows happened after all, where that can be seen, and says so in a
    /// sentence. The action stays unknown: only a person settles it.
    ///
    /// # Errors
    /// When there is no such action, its outcome is known, or nothing can be seen.
    pub fn look_for(&self, id: ActionId) -> Answered<String> {
        let action = self.action_row(id)?;
        if action.status != Status::Unknown {
            return Err(words::already_as(action.status));
        }
        let run = self.run_row(action.run)?;
        let place = self.place(&run, &[], Arc::default());
        let tool = self.tool(&action.tool).ok_or_else(|| words::not_found(&action.tool))?;
        let id = id.to_string();
        match tool.happened(&key_of(&action), &action.args, &place) {
            Some(Ok(true)) => Ok(texts::say("engine.look.there", &[("id", &id)])),
            Some(Ok(false)) => Ok(texts::say("engine.look.not_there", &[("id", &id)])),
            Some(Err(why)) => Err(words::bad_input("engine.look.failed", &[("because", &why)])),
            None => Err(words::bad_input("engine.look.cannot", &[])),
        }
    }

    /// The tool of an account by its name.
    pub(crate) fn account_tool(&self, name: &str) -> Option<Arc<dyn Tool>> {
        self.account_tools().get(name).cloned()
    }

    /// Every tool of the accounts that are switched on.
    pub(crate) fn account_tools(&self) -> Arc<Tools> {
        let mut kept = self.0.account_tools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tools) = kept.as_ref() {
            return tools.clone();
        }
        let (mut accounts, mut calendars, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for row in self.0.journal.accounts().unwrap_or_default() {
            if !row.on {
                // One that never worked is said, where one that was switched off is meant to be left alone.
                let why = row.last_error.filter(|_| matches!(row.servers, AccountServers::Calendar { .. }));
                failed.extend(why.map(|why| (row.name, why)));
                continue;
            }
            if let Some((imap, smtp)) = self.mail_servers(&row) {
                let (mailbox, post) = (Arc::new(imap), Arc::new(smtp));
                accounts.push(MailAccount { name: row.name, address: row.address, mailbox, post });
            } else {
                calendars.extend(self.calendar_server(&row));
            }
        }
        let mut tools = Tools::new();
        if !accounts.is_empty() {
            let desk = Desk(Arc::new(accounts));
            tools.extend(mail::tools(&desk).into_iter().map(|tool| (tool.spec().name, tool)));
        }
        if !calendars.is_empty() || !failed.is_empty() {
            // In place of those that know files only; what they are told of is the same.
            let calendars = Calendars { servers: Arc::new(calendars), failed: Arc::new(failed) };
            tools.extend(calendar::tools(&calendars).into_iter().map(|tool| (tool.spec().name, tool)));
        }
        let tools = Arc::new(tools);
        *kept = Some(tools.clone());
        tools
    }

    fn accounts_changed(&self) {
        *self.0.account_tools.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.host.changed(Change::Settings);
    }

    /// The password of an account for one of its hosts, and for no other.
    pub(crate) fn account_password(&self, account: &str, host: &str) -> Option<String> {
        let kept = self.0.keys.secrets(&key(account));
        kept.into_iter().find(|(of, _)| of == host).map(|(_, password)| password)
    }

    /// Where the letters of an account are read and sent; none for one that is no mailbox.
    pub(crate) fn mail_servers(&self, row: &StoredAccount) -> Option<(Imap, Smtp)> {
        let AccountServers::Mail { imap, smtp } = &row.servers else { return None };
        let password = |host: &MailHost| self.account_password(&row.name, &bound(host)).unwrap_or_default();
        let imap = Imap { password: password(imap), host: imap.clone(), user: row.user.clone() };
        let smtp = Smtp { password: password(smtp), host: smtp.clone(), user: row.user.clone() };
        Some((imap, smtp))
    }

    /// Where the events of an account are; none for one that is no calendar.
    pub(crate) fn calendar_server(&self, row: &StoredAccount) -> Option<Server> {
        let AccountServers::Calendar { url } = &row.servers else { return None };
        let password = self.account_password(&row.name, &origin(url)).unwrap_or_default();
        Some(Server { name: row.name.clone(), url: url.clone(), user: row.user.clone(), password })
    }

    fn look_at_account(&self, row: &StoredAccount) -> Result<(), String> {
        match &row.servers {
            AccountServers::Mail { .. } => {
                let Some((imap, smtp)) = self.mail_servers(row) else { return Ok(()) };
                imap.folders().map_err(|error| error.to_string())?;
                smtp.check().map_err(|error| error.to_string())
            }
            AccountServers::Calendar { .. } => {
                let Some(server) = self.calendar_server(row) else { return Ok(()) };
                server.check().map_err(|error| error.to_string())
            }
        }
    }

    fn shown_account(&self, row: StoredAccount) -> Account {
        let status = match (row.on, &row.last_error) {
            (_, Some(_)) => ServerStatus::Failed,
            (true, None) => ServerStatus::Ready,
            (false, None) => ServerStatus::Off,
        };
        let has_password = hosts(&row.servers).iter().all(|host| self.account_password(&row.name, host).is_some());
        let StoredAccount { name, address, user, servers, last_error, made_at, .. } = row;
        Account { name, address, user, servers, status, has_password, last_error, made_at }
    }

    fn put_account(&self, row: &StoredAccount) -> Answered<()> {
        self.0.journal.put_account(row, self.0.host.now())?;
        self.accounts_changed();
        Ok(())
    }

    pub(crate) fn account_row(&self, name: &str) -> Answered<StoredAccount> {
        let rows = self.0.journal.accounts()?;
        rows.into_iter().find(|row| row.name == name).ok_or_else(|| words::not_found(name))
    }
}

// No server can have such a name, so its secrets are never an account's.
fn key(account: &str) -> String {
    format!("account {account}")
}

/// What a password is bound to.
fn hosts(servers: &AccountServers) -> Vec<String> {
    match servers {
        AccountServers::Mail { imap, smtp } => {
            let mut hosts = vec![bound(imap), bound(smtp)];
            hosts.dedup();
            hosts
        }
        AccountServers::Calendar { url } => vec![origin(url)],
    }
}

fn bound(host: &MailHost) -> String {
    format!("{}:{}", host.host.to_ascii_lowercase(), host.port)
}

fn origin(url: &str) -> String {
    crate::sources::settings::host_of(url)
}

fn check(address: &str, servers: &AccountServers) -> Answered<()> {
    let usable = |host: &MailHost| {
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
        !host.host.is_empty() && host.host.len() <= 253 && host.host.chars().all(letter) && host.port > 0
    };
    match servers {
        AccountServers::Mail { imap, smtp } => {
            if !assent_tools::mail::address::is_address(address) {
                return Err(words::bad_input("mail.address.wrong", &[("address", &visible(address))]));
            }
            if let Some(host) = [imap, smtp].into_iter().find(|host| !usable(host)) {
                return Err(words::bad_input("engine.account.host", &[("host", &visible(&host.host))]));
            }
        }
        AccountServers::Calendar { url } => {
            http::address(url).map_err(|message| WireError { code: ErrorCode::BadInput, message })?;
        }
    }
    Ok(())
}
