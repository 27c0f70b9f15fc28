import * as vscode from 'vscode';
import type { Command } from './processes';

export const SECTION = 'turnlint';

/** What the server takes; the rest is for the client alone. */
const SENT = [
  ...['target', 'format', 'stage', 'select', 'ignore', 'extendSelect', 'severity', 'rules'],
  ...['tokenizer', 'chatTemplate', 'tokenLimit', 'inlayTokens'],
];

/** What says which server is started. */
const FINDING = ['path', 'interpreter', 'importStrategy'];

/** The command that the user wrote to start turnlint, if there is one. */
export function namedCommand(): Command | undefined {
  return command('path');
}

/** The Python that the user wrote, if there is one. */
export function interpreter(): Command | undefined {
  return command('interpreter');
}

/** Whether no turnlint is to be looked for besides the one that the extension carries. */
export function isBundledOnly(): boolean {
  return read('importStrategy') === 'useBundled';
}

/** What says which server is started, to see whether it has changed. */
export function finding(): unknown {
  return FINDING.map(key => read(key));
}

/** The settings for the server, of a workspace folder or of all. The empty ones are left out, so that files decide. */
export function serverSettings(folder?: vscode.Uri): Record<string, unknown> {
  const said = SENT.map(key => [key, read(key, folder)] as const);
  return Object.fromEntries(said.filter(([, value]) => !isEmpty(value)));
}

/** The settings of all workspace folders, to see whether any has changed. */
export function allSettings(): unknown[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [undefined, ...folders].map(folder => serverSettings(folder?.uri));
}

function command(key: string): Command | undefined {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const [program, ...words] = [read(key) ?? []]
    .flat()
    .map(word => String(word).replaceAll('${workspaceFolder}', () => folder))
    .filter(word => word !== '');
  return program === undefined ? undefined : [program, ...words];
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' ? Object.keys(value ?? {}).length === 0 : String(value ?? '') === '';
}

function read(key: string, folder?: vscode.Uri): unknown {
  return vscode.workspace.getConfiguration(SECTION, folder).get(key);
}
