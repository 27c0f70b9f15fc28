import * as vscode from 'vscode';
import type { ExecuteCommandSignature } from 'vscode-languageclient/node';

export const COMPARE_ROWS = 'turnlint.compareRows';

const SCHEME = 'turnlint-row';

/** A row as the server lays it out. */
interface Row {
  name: string;
  text: string;
}

/** The texts of the rows that editors show, by URI. */
const shown = new Map<string, string>();
let comparisons = 0;

/** Lets VS Code read the rows that are compared. */
export function provideRows(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: uri => shown.get(uri.toString()),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => shown.delete(uri.toString())),
  );
}

/** Shows the two rows that the server answers with beside each other. */
export async function compareRows(args: unknown[], next: ExecuteCommandSignature): Promise<void> {
  const rows = (await next(COMPARE_ROWS, args)) as { left: Row; right: Row } | undefined;
  if (!rows) return; // the server has said why
  comparisons += 1;
  const { left, right } = rows;
  await vscode.commands.executeCommand('vscode.diff', put(left), put(right), `${left.name} ↔ ${right.name}`);
}

/** Puts a row where VS Code reads it; as JSON Lines it is wrapped, and not taken for faulty JSON where lines are broken. */
function put({ name, text }: Row): vscode.Uri {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${comparisons}/${name}.jsonl` });
  shown.set(uri.toString(), text);
  return uri;
}
