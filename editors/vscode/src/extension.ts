import * as vscode from 'vscode';
import { provideRows } from './compareRows';
import { watchLargeFiles } from './largeFiles';
import { Server } from './server';

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const own = (server = new Server());
  context.subscriptions.push(
    own,
    watchLargeFiles(own),
    provideRows(),
    vscode.commands.registerCommand('turnlint.restart', () => own.restart()),
    vscode.commands.registerCommand('turnlint.showLogs', () => own.log.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => own.restart()),
    // Needed even for the first start: right after an install the settings may arrive after activate().
    vscode.workspace.onDidChangeConfiguration(() => own.configure()),
  );
  void own.restart();
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
