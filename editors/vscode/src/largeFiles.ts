import * as vscode from 'vscode';
import type { ExecuteCommandSignature } from 'vscode-languageclient/node';
import type { Server } from './server';

export const LINT_FILE = 'turnlint.lintFile';

/** VS Code gives no larger document to extensions; then the server must read the file itself. In bytes. */
const SYNC_LIMIT = 50 * 1024 * 1024;

/** The file of the active tab, also where it is too large to be a document. */
export function activeFile(): vscode.Uri | undefined {
  return fileOf(vscode.window.tabGroups.activeTabGroup.activeTab);
}

/** Lints a file from disk: the one given, else that of the active tab. The user is told where there is none to lint. */
export async function lintFile([given]: unknown[], next: ExecuteCommandSignature): Promise<unknown> {
  const uri = given instanceof vscode.Uri ? given : activeFile();
  const done: unknown = uri !== undefined && (await next(LINT_FILE, [uri.toString()]));
  if (done === false && uri !== given)
    void vscode.window.showInformationMessage('turnlint: the active tab shows no file that must be read from disk.');
  return done;
}

/** Whether this is the name of a JSONL file. */
export function isJsonl({ path }: vscode.Uri): boolean {
  return /\.(jsonl|ndjson)$/i.test(path);
}

/** Has each large file linted from disk when its tab is first shown, and again by each new server. */
export function watchLargeFiles(server: Server): vscode.Disposable {
  const linted = server.onDisk;

  async function lint(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    if (linted.has(key)) return;
    linted.add(key);
    try {
      const { size } = await vscode.workspace.fs.stat(uri);
      if (size <= SYNC_LIMIT || isSynced(key)) linted.delete(key);
      else await vscode.commands.executeCommand(LINT_FILE, uri);
    } catch (error) {
      server.log.debug(`${key} was not linted from disk: ${error}`);
    }
  }

  function lintShown(): void {
    if (!server.running) return;
    const files = vscode.window.tabGroups.all.map(group => fileOf(group.activeTab));
    for (const uri of files) if (uri && isJsonl(uri)) void lint(uri);
  }

  return vscode.Disposable.from(
    server.onDidStart(() => {
      linted.clear();
      lintShown();
    }),
    vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      for (const uri of closed.map(fileOf)) if (uri) linted.delete(uri.toString());
      lintShown();
    }),
  );
}

function fileOf(tab: vscode.Tab | undefined): vscode.Uri | undefined {
  const input = tab?.input;
  return input instanceof vscode.TabInputText && input.uri.scheme === 'file' ? input.uri : undefined;
}

function isSynced(uri: string): boolean {
  return vscode.workspace.textDocuments.some(document => document.uri.toString() === uri);
}
