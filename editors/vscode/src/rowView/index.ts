import * as vscode from 'vscode';
import type { Server } from '../server';
import type { Place } from './messages';
import { RowView } from './rowView';

const VIEW = 'turnlint.row';

/** Lets the user open the view of a row, and VS Code bring it back after a restart. */
export function provideRowView(server: Server, extension: vscode.Uri): vscode.Disposable {
  /** One, unless VS Code brings back another that lay behind a tab. */
  const views = new Set<RowView>();

  function show(panel: vscode.WebviewPanel, place?: Place, editing?: boolean): void {
    const view = new RowView(panel, server, extension, place, editing);
    views.add(view);
    panel.onDidDispose(() => {
      view.dispose();
      views.delete(view);
    });
  }

  function open(): void {
    const [view] = views;
    if (view) return view.reveal();
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    show(vscode.window.createWebviewPanel(VIEW, 'Row', column, { enableFindWidget: true }));
  }

  return vscode.Disposable.from(
    vscode.commands.registerCommand('turnlint.openRow', open),
    vscode.window.registerWebviewPanelSerializer(VIEW, {
      deserializeWebviewPanel: async (panel, state) => show(panel, placeOf(state), Boolean(Object(state).draft)),
    }),
    new vscode.Disposable(() => views.forEach(view => view.dispose())), // panels stay, so that VS Code brings them back
  );
}

/** The place in the state that the page left. */
function placeOf(state: unknown): Place | undefined {
  const { uri, line } = Object((Object(state) as { place?: unknown }).place) as Partial<Place>;
  return typeof uri === 'string' && Number.isSafeInteger(line) && line! >= 0 ? { uri, line: line! } : undefined;
}
