import * as vscode from 'vscode';

/** What a message of the window offers: the words of each button, and what it does. */
export type Steps = Record<string, () => unknown>;

/**
 * Tell the user something and offer next steps; done when one was taken, or the message closed. A path in it cannot be
 * a link, which could run a command.
 */
export async function ask(show: typeof vscode.window.showErrorMessage, words: string, steps: Steps): Promise<void> {
  const chosen = await show(words.replaceAll('](', '] ('), ...Object.keys(steps));
  if (chosen !== undefined) await steps[chosen]?.();
}

/** Show the settings whose name begins so: those of the machine where the server runs, which may be another one. */
export async function openSettings(query: string): Promise<void> {
  const page = vscode.env.remoteName === undefined ? 'openSettings' : 'openRemoteSettings';
  await vscode.commands.executeCommand(`workbench.action.${page}`, { query });
}
