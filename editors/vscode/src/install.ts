import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { ask, openSettings } from './ask';
import type { Means } from './find';
import { asMaker, maker, NoPython } from './find/makers';
import { compare } from './find/ownEnvironment';
import type { Python } from './find/python';
import { activeFile, isJsonl } from './largeFiles';
import type { Server } from './server';

/** What the packages take, as measured on Linux with Python 3.11. */
const SIZE = 'some 35 MB of packages from your package index (160 MB on disk)';

/** Milliseconds in which a window gets to know its settings: right after an install they come late. */
const REST = 1_000;

/** Under which the version is kept whose update was offered. */
const OFFERED = 'offeredUpdate';

const { showErrorMessage, showInformationMessage, showWarningMessage } = vscode.window;

/** Installs turnlint into an environment of the extension's own, when the user says so. */
export class Installer implements vscode.Disposable {
  private readonly ending = new AbortController();
  private readonly listening: vscode.Disposable;
  private isOffered = false;
  private going: Promise<void> | undefined;

  constructor(
    private readonly server: Server,
    private readonly means: Means,
    private readonly memory: vscode.Memento,
  ) {
    this.listening = vscode.Disposable.from(
      server.onDidChange(() => void (server.state === 'running' ? this.offerUpdate() : this.offer())),
      vscode.workspace.onDidOpenTextDocument(() => void this.offer()),
      vscode.window.tabGroups.onDidChangeTabs(() => void this.offer()), // a large file opens as no document
    );
  }

  /** The version that the extension carries, where the one that runs is of its own environment and older. */
  get update(): string | undefined {
    const { isOwn, version } = this.server.search.launch ?? {};
    const carried = this.means.own.version;
    return isOwn && version !== undefined && compare(version, carried) < 0 ? carried : undefined;
  }

  /** Install turnlint and start it. `python` makes the environment, else the best found. One installation goes on at a time. */
  install(python?: Python): Promise<void> {
    this.going ??= this.make(python).finally(() => {
      this.going = undefined;
    });
    return this.going;
  }

  dispose(): void {
    this.listening.dispose();
    void this.stop();
  }

  /** End what goes on; done when nothing is left of it. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.going;
  }

  /** Says once in a window that turnlint is missing, with the next step, as soon as there is something to check. */
  private async offer(): Promise<void> {
    if (this.server.state !== 'missing' || this.isOffered || !hasRows()) return;
    await sleep(REST);
    if (this.server.state !== 'missing' || this.isOffered || this.going) return;
    await this.propose();
  }

  /** Says that turnlint is missing, with the next step. */
  async propose(): Promise<void> {
    this.isOffered = true;
    const words = `turnlint is not installed. Install it into an environment of its own? This downloads ${SIZE}.`;
    await ask(showWarningMessage, words, {
      Install: () => this.server.running || this.install(), // another window may have done it meanwhile
      'Open Settings': () => openSettings('turnlint.path'),
      'Not Now': () => undefined,
    });
  }

  /** Offers once to renew the extension's own environment. */
  private async offerUpdate(): Promise<void> {
    const version = this.update;
    if (version === undefined || this.memory.get(OFFERED) === version) return;
    await this.memory.update(OFFERED, version);
    const words = `turnlint ${version} is in this extension, its own environment has ${this.server.search.launch?.version}. Update it? This downloads ${SIZE}.`;
    await ask(showInformationMessage, words, { Update: () => this.install(), 'Not Now': () => undefined });
  }

  private async make(given: Python | undefined): Promise<void> {
    const location = vscode.ProgressLocation.Notification;
    const title = 'Installing turnlint';
    const cancelling = new AbortController();
    const signal = AbortSignal.any([cancelling.signal, this.ending.signal]);
    try {
      await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
        token.onCancellationRequested(() => cancelling.abort());
        const step = (message: string): void => progress.report({ message });
        if (this.server.state === 'missing' && (await this.means.own.isUpToDate())) return; // another window made it
        step('looking for Python');
        const python = given ?? (await maker(this.means.extensions));
        await this.means.own.install(python, {
          signal,
          step,
          log: line => this.server.log.info(line),
          makeRoom: () => this.server.stop(),
        });
      });
    } catch (error) {
      this.server.log.info(signal.aborted ? 'The installation was cancelled. Nothing is left of it.' : String(error));
      if (!signal.aborted) void this.tell(error);
      if (this.server.state === 'stopped' && !this.ending.signal.aborted) await this.server.restart();
      return;
    }
    await this.server.restart();
    const { launch } = this.server.search;
    if (launch && !launch.isOwn) void this.tellOther(launch.place);
  }

  /** Says why what was installed does not run. */
  private tellOther(place: string): Promise<void> {
    const words = `turnlint is installed, and another one runs: that of ${place} comes first. The setting turnlint.importStrategy says which one is used.`;
    return ask(showInformationMessage, words, { 'Open Settings': () => openSettings('turnlint.importStrategy') });
  }

  private tell(error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    const again = { 'Try Again': () => this.install() };
    const choose = { 'Choose Python…': () => this.choosePython() };
    if (error instanceof NoPython) {
      const words = `${reason} Install one, from python.org or as your system does it, and try again.`;
      return ask(showErrorMessage, words, { ...again, ...choose });
    }
    const words = `turnlint could not be installed: ${reason.replace(/\.?$/, '.')} The log has all that was said.`;
    return ask(showErrorMessage, words, {
      ...again,
      'Show Logs': () => this.server.log.show(),
      ...choose,
    });
  }

  /** Has the user show a Python, and installs with it. */
  private async choosePython(): Promise<void> {
    const [file] = (await vscode.window.showOpenDialog({ title: 'Choose Python', openLabel: 'Install with This' })) ?? [];
    if (!file) return;
    const python = await asMaker([file.fsPath]);
    await (typeof python === 'string' ? this.tell(new NoPython([python])) : this.install(python));
  }
}

/** Whether a file of rows is open. */
function hasRows(): boolean {
  const file = activeFile();
  const { textDocuments } = vscode.workspace;
  return textDocuments.some(({ languageId }) => languageId === 'jsonl') || (file !== undefined && isJsonl(file));
}
