import * as vscode from 'vscode';

export const SECTION = 'turnlint';

/** What the server takes; the rest is for the client alone. */
const SENT = [
  ...['target', 'format', 'stage', 'select', 'ignore', 'extendSelect'],
  ...['tokenizer', 'chatTemplate', 'tokenLimit', 'inlayTokens'],
];

/** A command line; the program comes first. */
export type Command = [string, ...string[]];

/** What starts the server. */
export function command(): Command {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const [program = 'turnlint', ...words] = [read('path') ?? []]
    .flat()
    .map(word => String(word).replaceAll('${workspaceFolder}', () => folder))
    .filter(word => word !== '');
  return [program, ...words, 'server'];
}

/** The settings for the server, of a workspace folder or of all. The empty ones are left out, so that files decide. */
export function serverSettings(folder?: vscode.Uri): Record<string, unknown> {
  const said = SENT.map(key => [key, read(key, folder)] as const);
  return Object.fromEntries(said.filter(([, value]) => String(value ?? '') !== ''));
}

/** The settings of all workspace folders, to see whether any has changed. */
export function allSettings(): unknown[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [undefined, ...folders].map(folder => serverSettings(folder?.uri));
}

function read(key: string, folder?: vscode.Uri): unknown {
  return vscode.workspace.getConfiguration(SECTION, folder).get(key);
}
