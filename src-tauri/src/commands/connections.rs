//! The window's commands about what Assent is connected to: servers, accounts, and agents of others.

use super::{Answer, Shell};
use assent_protocol::{Account, AccountDraft, Agent, AgentDraft, Connection, Declaration, Imported, ServerDraft};
use tauri::State;

#[tauri::command]
pub(super) async fn connections(shell: State<'_, Shell>) -> Answer<Vec<Connection>> {
    shell.ask(|engine| engine.connections()).await
}

#[tauri::command]
pub(super) async fn add_connection(shell: State<'_, Shell>, draft: ServerDraft) -> Answer<Connection> {
    shell.ask(move |engine| engine.add_connection(draft)).await
}

#[tauri::command]
pub(super) async fn test_connection(shell: State<'_, Shell>, name: String) -> Answer<Connection> {
    shell.ask(move |engine| engine.test_connection(&name)).await
}

#[tauri::command]
pub(super) async fn switch_connection(shell: State<'_, Shell>, name: String, on: bool) -> Answer<Connection> {
    shell.ask(move |engine| engine.switch_connection(&name, on)).await
}

#[tauri::command]
pub(super) async fn sign_in(shell: State<'_, Shell>, name: String) -> Answer<String> {
    shell.ask(move |engine| engine.sign_in(&name, true)).await
}

#[tauri::command]
pub(super) async fn remove_connection(shell: State<'_, Shell>, name: String) -> Answer<()> {
    shell.ask(move |engine| engine.remove_connection(&name)).await
}

#[tauri::command]
pub(super) async fn declare_tool(
    shell: State<'_, Shell>,
    server: String,
    tool: String,
    declared: Option<Declaration>,
) -> Answer<Connection> {
    shell.ask(move |engine| engine.declare_tool(&server, &tool, declared)).await
}

#[tauri::command]
pub(super) async fn accept_tool(shell: State<'_, Shell>, server: String, tool: String) -> Answer<Connection> {
    shell.ask(move |engine| engine.accept_tool(&server, &tool)).await
}

#[tauri::command]
pub(super) async fn import_connections(shell: State<'_, Shell>, file: String) -> Answer<Imported> {
    shell.ask(move |engine| engine.import_connections(&file)).await
}

#[tauri::command]
pub(super) async fn agents(shell: State<'_, Shell>) -> Answer<Vec<Agent>> {
    shell.ask(|engine| engine.agents()).await
}

#[tauri::command]
pub(super) async fn add_agent(shell: State<'_, Shell>, draft: AgentDraft) -> Answer<Agent> {
    shell.ask(move |engine| engine.add_agent(draft)).await
}

#[tauri::command]
pub(super) async fn remove_agent(shell: State<'_, Shell>, name: String) -> Answer<()> {
    shell.ask(move |engine| engine.remove_agent(&name)).await
}

#[tauri::command]
pub(super) async fn accounts(shell: State<'_, Shell>) -> Answer<Vec<Account>> {
    shell.ask(|engine| engine.accounts()).await
}

#[tauri::command]
pub(super) async fn add_account(shell: State<'_, Shell>, draft: AccountDraft) -> Answer<Account> {
    shell.ask(move |engine| engine.add_account(draft)).await
}

#[tauri::command]
pub(super) async fn test_account(shell: State<'_, Shell>, name: String) -> Answer<Account> {
    shell.ask(move |engine| engine.test_account(&name)).await
}

#[tauri::command]
pub(super) async fn switch_account(shell: State<'_, Shell>, name: String, on: bool) -> Answer<Account> {
    shell.ask(move |engine| engine.switch_account(&name, on)).await
}

#[tauri::command]
pub(super) async fn remove_account(shell: State<'_, Shell>, name: String) -> Answer<()> {
    shell.ask(move |engine| engine.remove_account(&name)).await
}
