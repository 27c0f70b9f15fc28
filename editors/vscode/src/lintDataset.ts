import * as vscode from 'vscode';
import type { ExecuteCommandSignature } from 'vscode-languageclient/node';
import { ask } from './ask';
import { amount } from './describe';
import { activeFile, isJsonl } from './largeFiles';

export const LINT_DATASET = 'turnlint.lintDataset';

/**
 * Lints from disk the file or folder given with the files that belong to it, else the file of the active tab, else the
 * workspace. The user is told what came of it.
 */
export async function lintDataset(args: unknown[], next: ExecuteCommandSignature): Promise<unknown> {
  const [given] = args;
  const active = activeFile();
  const place = given instanceof vscode.Uri ? given : active && isJsonl(active) ? active : undefined;
  const done = (await next(LINT_DATASET, [place?.toString() ?? null])) as { files: number; findings: number } | undefined;
  if (!done?.files) return done; // the server has said why
  const { files, findings } = done;
  const words = `turnlint read ${amount(files, 'file')} and found ${findings === 0 ? 'no problems' : amount(findings, 'problem')}.`;
  const steps = findings > 0 ? { 'Show Problems': () => vscode.commands.executeCommand('workbench.actions.view.problems') } : {};
  void ask(vscode.window.showInformationMessage, words, steps);
  return done;
}
