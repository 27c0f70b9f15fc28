import * as vscode from 'vscode';
import { COMPARE_ROWS } from './compareRows';

/** Shows the row at the cursor beside the one that it repeats or contradicts; the user chooses among several. */
export async function compareDuplicates(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return;
  const { range } = editor.document.lineAt(editor.selection.active.line);
  const provider = 'vscode.executeCodeActionProvider';
  const offered = await vscode.commands.executeCommand<(vscode.CodeAction | vscode.Command)[]>(provider, editor.document.uri, range);
  const commands = offered
    .map(action => (action instanceof vscode.CodeAction ? action.command : action))
    .filter(command => command?.command === COMPARE_ROWS);
  if (commands.length === 0) {
    void vscode.window.showInformationMessage('turnlint: this row repeats and contradicts no other one.');
    return;
  }
  const items = commands.map(command => ({ label: command!.title, command: command! }));
  const [only] = items;
  const chosen = items.length === 1 ? only : await vscode.window.showQuickPick(items, { title: 'Which row?' });
  if (chosen) await vscode.commands.executeCommand(chosen.command.command, ...(chosen.command.arguments ?? []));
}
