import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { Server } from '../server';
import { html, pageFolder } from './html';
import { fromPage, type FromPage, type Nothing, type Place, type Range, type Row, type ToPage } from './messages';
import { NO_ROW, whyNone } from './nothing';
import { documentOf, editorOf, isRead, isReplaced, moved, nextRow, select, shownFile, turnAt } from './places';

/** Milliseconds that the cursor and the text rest before the view follows. */
const REST = 100;

/** Milliseconds after which the view says that it waits for a row. */
const LONG = 400;

const COMMANDS = { install: 'turnlint.install', open: 'workbench.action.quickOpen', restart: 'turnlint.restart' };

type Of<Type extends FromPage['type']> = Extract<FromPage, { type: Type }>;

/** A panel that shows the row under the cursor as a conversation, and follows the cursor. */
export class RowView implements vscode.Disposable {
  private readonly events: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  /** Counts the rows that were visited: a row that only moves or changes is not visited anew. */
  private visit = 0;
  private column: vscode.ViewColumn | undefined;
  /** What the last question depended on. */
  private asked: unknown[] = [];
  /** The row that the page shows, and where it is now. */
  private shown: Extract<ToPage, { type: 'row' }> | undefined;
  /** Whether the row that is being edited was taken away. */
  private isLost = false;
  private isOver = false;

  /** `place` is the row to begin with; while the user is `editing` it, the view stays on it. */
  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly server: Server,
    extension: vscode.Uri,
    private place?: Place,
    private editing = false,
  ) {
    const { webview } = panel;
    webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [pageFolder(extension)] };
    this.events = vscode.Disposable.from(
      panel.onDidChangeViewState(() => this.soon()),
      webview.onDidReceiveMessage((message: unknown) => this.hear(fromPage(message))),
      server.onDidChange(() => this.anew()),
      server.onDidDescribe(uri => (uri ? this.isOf(uri) && this.soon() : this.anew())),
      vscode.window.onDidChangeActiveTextEditor(editor => this.follow(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor)),
      vscode.window.tabGroups.onDidChangeTabs(() => this.followFile()),
      vscode.workspace.onDidChangeTextDocument(event => this.move(event)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.isOf(uri) && this.soon()),
    );
    webview.html = html(webview, extension);
    this.follow(vscode.window.activeTextEditor);
    this.followFile();
  }

  /** Bring the panel to the front. */
  reveal(): void {
    this.panel.reveal(undefined, true);
    this.follow(vscode.window.activeTextEditor);
  }

  dispose(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.events.dispose();
  }

  private follow(editor: vscode.TextEditor | undefined): void {
    if (this.editing || !editor || !isRead(editor.document)) return;
    this.column = editor.viewColumn;
    this.go({ uri: editor.document.uri.toString(), line: editor.selection.active.line });
  }

  /** Goes to a file that VS Code shares with no extension, so that there is no cursor to follow. */
  private followFile(): void {
    const file = shownFile();
    if (file && !this.editing && !documentOf(file.toString())) this.go({ uri: file.toString(), line: 0 });
  }

  private go(place: Place): void {
    if (!isDeepStrictEqual(place, this.place)) this.visit += 1;
    this.place = place;
    this.soon();
  }

  /** Stays with a row when others come or go above it. */
  private move({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) return; // it was saved, or has changes again
    const uri = document.uri.toString();
    const now = (place: Place): Place => ({ uri, line: moved(place.line, contentChanges) });
    if (this.shown?.place.uri === uri) {
      this.isLost ||= this.editing && isReplaced(this.shown.place.line, contentChanges);
      this.shown = { ...this.shown, place: now(this.shown.place) };
    }
    if (this.place?.uri !== uri) return;
    this.place = now(this.place);
    this.soon();
  }

  private isOf(uri: vscode.Uri): boolean {
    return uri.toString() === this.place?.uri;
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), REST);
  }

  private anew(): void {
    this.asked = [];
    this.soon();
  }

  private async refresh(): Promise<void> {
    if (this.isOver || !this.panel.visible) return;
    if (this.isPinned) return this.mark();
    const place = this.place;
    const nothing = whyNone(place, this.server);
    if (nothing || !place) return this.none(nothing);
    const question = [this.visit, place, ...this.dependencies(place)];
    if (isDeepStrictEqual(question, this.asked)) return this.mark();
    const isNew = this.shown?.visit !== this.visit;
    this.asked = question;
    const waiting = setTimeout(() => isNew && this.wait(place), LONG);
    try {
      const row = await this.server.ask<Row>('viewRow', place.uri, place.line);
      if (this.asked === question && !this.isPinned) this.show(row, place);
    } catch {
      this.asked = []; // the server has gone: it is asked anew by the next that comes
    } finally {
      clearTimeout(waiting);
    }
  }

  /** What an answer depends on: the text of the row, how many there are, and what is found in it. */
  private dependencies({ uri, line }: Place): unknown[] {
    const document = documentOf(uri);
    const found = vscode.languages.getDiagnostics(vscode.Uri.parse(uri)).filter(({ range }) => range.start.line === line);
    return [document?.lineAt(line).text, document?.lineCount, found.map(({ message, range }) => [message, range])];
  }

  private show(row: Row | undefined, place: Place): void {
    if (!row) return this.none(NO_ROW);
    const { shown, visit } = this;
    if (isDeepStrictEqual([visit, place, row], [shown?.visit, shown?.place, shown?.row])) return this.mark();
    this.panel.title = `Row ${row.row} · ${row.name}`;
    this.shown = { type: 'row', visit, place, row, turn: this.turnOf(row, place) };
    this.send(this.shown);
  }

  private wait({ line }: Place): void {
    this.send({ type: 'nothing', nothing: { title: `Reading row ${line + 1} …`, words: '' } });
  }

  private none(nothing: Nothing | undefined): void {
    if (!nothing) return;
    this.asked = [];
    this.shown = undefined;
    this.panel.title = 'Row';
    this.send({ type: 'nothing', nothing });
  }

  private mark(): void {
    if (this.shown) this.send({ type: 'turn', turn: this.turnOf(this.shown.row, this.shown.place) });
  }

  private turnOf({ turns }: Row, { uri, line }: Place): number {
    return turnAt(turns, line, editorOf(uri, this.column)?.selection.active);
  }

  /** What is shown stays as it is while the user edits it. */
  private get isPinned(): boolean {
    return this.editing && this.shown !== undefined;
  }

  private send(message: ToPage): void {
    if (!this.isOver) void this.panel.webview.postMessage(message);
  }

  private hear(message: FromPage | undefined): unknown {
    switch (message?.type) {
      case 'ready':
        return this.begin();
      case 'show':
        return this.lead(message);
      case 'go':
        return this.step(message.by < 0 ? -1 : 1);
      case 'editing':
        return this.pin(message.editing);
      case 'save':
        return this.save(message);
      case 'undo':
        return this.undo();
      case 'step':
        return this.act(message.step);
      case undefined:
        return undefined;
    }
  }

  /** The page is there, and empty. */
  private begin(): void {
    if (this.isPinned) return this.send(this.shown!);
    this.shown = undefined;
    this.anew();
  }

  private act(step: Of<'step'>['step']): unknown {
    return Object.hasOwn(COMMANDS, step) && vscode.commands.executeCommand(COMMANDS[step]);
  }

  private pin(editing: boolean): void {
    this.editing = editing;
    if (editing && this.shown) ({ place: this.place, visit: this.visit } = this.shown); // the cursor may have just left it
    if (editing) return;
    this.isLost = false;
    this.anew();
  }

  private async save({ pointer, before, after }: Of<'save'>): Promise<void> {
    if (!this.shown) return;
    if (this.isLost) return this.send({ type: 'refused', words: 'The row was deleted or replaced meanwhile.' });
    const { uri, line } = this.shown.place;
    try {
      if (!(await this.server.ask('editText', uri, line, pointer, before, after))) throw new Error();
    } catch (error) {
      const words = this.server.running ? (error as Error).message : 'turnlint is not running.';
      return this.send({ type: 'refused', words });
    }
    this.editing = false;
    this.send({ type: 'saved' });
    await this.refresh();
  }

  /** Undoes the last edit of the document; the focus goes there, since it is another place that changes. */
  private async undo(): Promise<void> {
    const editor = this.place && editorOf(this.place.uri, this.column);
    if (!editor) return;
    await vscode.window.showTextDocument(editor.document, editor.viewColumn);
    await vscode.commands.executeCommand('undo');
  }

  private async lead({ turn, finding, focus }: Of<'show'>): Promise<void> {
    const row = this.shown?.row;
    const owner = turn < 0 ? row : row?.turns[turn];
    const range = owner?.findings[finding]?.range ?? row?.turns[turn]?.range;
    if (range) await this.select(this.shown!.place.line, range, focus);
  }

  private async step(by: number): Promise<void> {
    const document = this.place && documentOf(this.place.uri);
    const line = document && nextRow(document, this.place!.line, by);
    if (line === undefined) return;
    const start = { line, character: 0 };
    await this.select(line, { start, end: start }, false);
  }

  private async select(line: number, range: Range, focus: boolean): Promise<void> {
    const document = this.place && documentOf(this.place.uri);
    if (document) await select(document, line, range, this.column, focus);
  }
}
