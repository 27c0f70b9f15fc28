import * as vscode from 'vscode';

const FIX_ALL = 'source.fixAll.turnlint';

/** Mends in the active file all that can be mended safely; the user is told where that is nothing. */
export async function fixAll(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return;
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const provider = 'vscode.executeCodeActionProvider';
  const [action] = await vscode.commands.executeCommand<vscode.CodeAction[]>(provider, document.uri, whole, FIX_ALL, 1);
  if (action?.edit) await vscode.workspace.applyEdit(action.edit);
  else void vscode.window.showInformationMessage('turnlint: there is nothing here that can be fixed safely.');
}
