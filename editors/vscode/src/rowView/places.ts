import * as vscode from 'vscode';
import { activeFile, isJsonl } from '../largeFiles';
import type { Range, Turn } from './messages';

/** What the server reads; a row laid out by it is JSON Lines too, but in a scheme of its own. */
const READ = ['file', 'untitled'].map(scheme => ({ scheme, language: 'jsonl' }));

export function isRead(document: vscode.TextDocument): boolean {
  return vscode.languages.match(READ, document) > 0;
}

/** The open document of a URI. */
export function documentOf(uri: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(document => document.uri.toString() === uri);
}

/** The editor that shows a URI: the active one, else that of this column, else any. */
export function editorOf(uri: string, column: vscode.ViewColumn | undefined): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  const editors = visibleTextEditors.filter(editor => editor.document.uri.toString() === uri);
  const preferred = [activeTextEditor, editors.find(editor => editor.viewColumn === column)];
  return preferred.find(editor => editor && editors.includes(editor)) ?? editors[0];
}

/** The file of rows in the active tab. */
export function shownFile(): vscode.Uri | undefined {
  const file = activeFile();
  return file && isJsonl(file) ? file : undefined;
}

/** The 0-based line that a row is on after changes of its document. */
export function moved(line: number, changes: readonly vscode.TextDocumentContentChangeEvent[]): number {
  const above = changes.filter(({ range }) => range.end.isBeforeOrEqual(new vscode.Position(line, 0)));
  const lines = above.map(({ range, text }) => text.split(/\r\n|\r|\n/).length - 1 - (range.end.line - range.start.line));
  return lines.reduce((sum, more) => sum + more, line);
}

/** Whether changes take away the row that is on a 0-based line: what is there afterwards is another one. */
export function isReplaced(line: number, changes: readonly vscode.TextDocumentContentChangeEvent[]): boolean {
  const start = new vscode.Position(line, 0);
  return changes.some(({ range }) => !range.isSingleLine && range.start.isBeforeOrEqual(start) && range.end.isAfter(start));
}

/** The next line that is not blank, downwards (1) or upwards (-1). */
export function nextRow(document: vscode.TextDocument, line: number, by: number): number | undefined {
  for (let next = line + by; next >= 0 && next < document.lineCount; next += by)
    if (!document.lineAt(next).isEmptyOrWhitespace) return next;
  return undefined;
}

/** The turn, of a row on a 0-based line, that the cursor is in; -1 where it is in none, or in another row. */
export function turnAt(turns: Turn[], line: number, cursor: vscode.Position | undefined): number {
  return cursor?.line === line ? turns.findIndex(({ range }) => rangeOf(range, line).contains(cursor)) : -1;
}

/**
 * Shows a place of a row that is on a 0-based line: selects it, with the cursor at its start. It is shown in this column
 * where that has the document or no editor has. Unless it is to have the focus, that stays where it is.
 */
export async function select(
  document: vscode.TextDocument,
  line: number,
  range: Range,
  preferred: vscode.ViewColumn | undefined,
  focus: boolean,
): Promise<void> {
  const viewColumn = editorOf(document.uri.toString(), preferred)?.viewColumn ?? preferred ?? vscode.ViewColumn.Beside;
  const editor = await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: !focus });
  const { start, end } = rangeOf(range, line);
  editor.selection = new vscode.Selection(end, start);
  editor.revealRange(new vscode.Range(start, start), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** A range of a row, where the row is now: it may have moved since it was read. */
function rangeOf({ start, end }: Range, line: number): vscode.Range {
  return new vscode.Range(line, start.character, line, end.character);
}
