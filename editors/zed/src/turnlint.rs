//! Tells Zed how to start `turnlint server`, and hands it what `lsp.turnlint` of the user's settings says.

use zed_extension_api::{self as zed, serde_json::Value, settings::LspSettings, LanguageServerId, Result, Worktree};

struct Turnlint;

impl zed::Extension for Turnlint {
    fn new() -> Self {
        Turnlint
    }

    /// The program that `lsp.turnlint.binary.path` names, else the one on the path of the user's shell.
    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let binary = LspSettings::for_worktree(id.as_ref(), worktree)?.binary;
        let (path, arguments) = binary.map_or((None, None), |one| (one.path, one.arguments));
        let command = path
            .or_else(|| worktree.which("turnlint"))
            .ok_or("turnlint is not on the PATH. Install it, or name it in `lsp.turnlint.binary.path`.")?;
        Ok(zed::Command {
            command,
            args: arguments.unwrap_or_else(|| vec!["server".to_string()]),
            env: worktree.shell_env(),
        })
    }

    fn language_server_initialization_options(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<Value>> {
        Ok(LspSettings::for_worktree(id.as_ref(), worktree)?.initialization_options)
    }
}

zed::register_extension!(Turnlint);
