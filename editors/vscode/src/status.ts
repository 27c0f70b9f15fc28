import * as vscode from 'vscode';
import { amount, counted, SEVERITIES, type Counts, type Description } from './describe';
import type { Installer } from './install';
import { activeFile } from './largeFiles';
import type { Server, State } from './server';

/** Milliseconds that changes rest before the server is asked. */
const REST = 200;

const { Error, Warning, Information } = vscode.LanguageStatusSeverity;
const INSTALL = { command: 'turnlint.install', title: 'Install' };
const LOGS = { command: 'turnlint.showLogs', title: 'Show Logs' };
const PROBLEMS = { command: 'workbench.actions.view.problems', title: 'Show Problems' };
const RESTART = { command: 'turnlint.restart', title: 'Restart' };

/** The items, with their names. They are listed by id, and there while there is something to show. */
const ITEMS = {
  'turnlint.file': 'turnlint',
  'turnlint.format': 'turnlint: format',
  'turnlint.server': 'turnlint: server',
  'turnlint.target': 'turnlint: target',
} as const;

type Id = keyof typeof ITEMS;

/** What an item shows. */
type Look = { text: string } & Partial<Pick<vscode.LanguageStatusItem, 'detail' | 'severity' | 'busy' | 'command'>>;

const LOOKS: Record<State, Look> = {
  starting: { text: 'turnlint is starting', busy: true },
  running: { text: 'turnlint' },
  stopped: { text: 'turnlint is not running', command: RESTART },
  missing: { text: 'turnlint is not installed', severity: Warning, command: INSTALL },
  failed: { text: 'turnlint is not running', severity: Error, command: RESTART },
};

/** Says beside the language of the active file what turnlint makes of it; VS Code shows nothing there for large files. */
export class Status implements vscode.Disposable {
  private readonly items = new Map<Id, vscode.LanguageStatusItem>();
  private readonly large = vscode.window.createStatusBarItem('turnlint.large', vscode.StatusBarAlignment.Right);
  private readonly listening: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  private turn = 0;
  private described: string | undefined;

  constructor(
    private readonly server: Server,
    private readonly installer: Installer,
  ) {
    this.large.name = 'turnlint: large files';
    this.large.command = PROBLEMS.command;
    this.large.tooltip = 'VS Code shares no file of this size with extensions: turnlint reads it from disk. Show Problems';
    this.listening = vscode.Disposable.from(
      server.onDidChange(() => void this.update()),
      server.onDidDescribe(uri => {
        if (!uri || uri.toString() === this.file?.toString()) this.soon();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => void this.update()),
      vscode.window.tabGroups.onDidChangeTabs(() => this.soon()),
    );
    void this.update();
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(this.listening, this.large, ...this.items.values()).dispose();
  }

  /** The file that is described: that of the active editor, or of a tab whose file is too large for one. */
  private get file(): vscode.Uri | undefined {
    return vscode.window.activeTextEditor?.document.uri ?? activeFile();
  }

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.update();
    }, REST);
  }

  private async update(): Promise<void> {
    this.turn += 1;
    const { turn, file, server } = this;
    this.show('turnlint.server', this.lookOfServer());
    this.showLarge();
    if (file?.toString() !== this.described) this.describe(undefined); // nothing of one file is said beside another
    this.described = file?.toString();
    const description = file && (await server.ask<Description>('describeFile', file.toString()).catch(() => undefined));
    if (turn === this.turn) this.describe(description); // else something newer is being said
  }

  private describe(description: Description | undefined): void {
    const known = description?.jsonl ? description : undefined;
    this.show('turnlint.file', description && lookOf(description));
    this.show('turnlint.format', known && formatOf(known));
    this.show('turnlint.target', known && targetOf(known));
  }

  private lookOfServer(): Look {
    const { state, version = '', lacking } = this.server;
    const look = LOOKS[state];
    if (state !== 'running') return look;
    const { update } = this.installer;
    const text = `${look.text} ${version}`;
    if (update !== undefined) return { text, detail: `${update} is in the extension`, command: { ...INSTALL, title: 'Update' } };
    return lacking.length > 0 ? { text, detail: 'too old for some commands' } : { text };
  }

  private showLarge(): void {
    const { server } = this;
    const file = vscode.window.activeTextEditor ? undefined : activeFile();
    if (!file || !server.running || !server.onDisk.has(file.toString())) return this.large.hide();
    this.large.text = `turnlint: from disk · ${counted(shown(file))}`;
    this.large.show();
  }

  private show(id: Id, look: Look | undefined): void {
    if (!look) {
      this.items.get(id)?.dispose();
      this.items.delete(id);
      return;
    }
    const item = this.items.get(id) ?? vscode.languages.createLanguageStatusItem(id, { language: 'jsonl' });
    this.items.set(id, item);
    Object.assign(item, { name: ITEMS[id], detail: undefined, severity: Information, busy: false, command: LOGS }, look);
  }
}

function lookOf(description: Description): Look {
  if (!description.jsonl) return { text: 'not JSON Lines' };
  const { settled, counts } = description;
  return { text: `${target(description)} · ${settled ? counted(counts) : 'judging…'}`, command: PROBLEMS };
}

function formatOf({ format, rows, tokens }: Description): Look {
  const [total] = tokens?.split(', ') ?? [];
  const detail = [amount(rows, 'row'), total].filter(Boolean).join(' · ');
  return { text: `Format: ${format?.title ?? 'not known'}`, detail, command: { command: 'turnlint.selectFormat', title: 'Select' } };
}

function targetOf(description: Description): Look {
  return { text: `Target: ${target(description)}`, command: { command: 'turnlint.selectTarget', title: 'Select' } };
}

function target({ assumed, target, targetTitle }: Description): string {
  if (!assumed) return target;
  return targetTitle === 'No target' ? 'no target' : `${targetTitle} (assumed)`;
}

function shown(file: vscode.Uri): Counts {
  const counts: Counts = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { severity, source } of vscode.languages.getDiagnostics(file))
    if (source === 'turnlint') counts[SEVERITIES[severity]!] += 1;
  return counts;
}
