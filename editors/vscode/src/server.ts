import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { ask, openSettings } from './ask';
import type { Client } from './client';
import { find, type Launch, type Means, type Search } from './find';
import { finding } from './settings';

/** Seconds that a server may take to give its first answer: Python on a cold disk is slow. */
const PATIENCE = 30;

/** `missing`: no turnlint was found anywhere. `failed`: there is one, and it does not run. */
export type State = 'stopped' | 'starting' | 'running' | 'missing' | 'failed';

/** The commands of the server that the extension has use for; older servers do not know all. */
const COMMANDS = ['viewRow', 'editText', 'describeFile', 'choices', 'debugInformation', 'lintDataset', 'lintFile', 'compareRows'];

/** The language server and its life. What is asked of it is done one after the other, and never throws. */
export class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('turnlint', { log: true });
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly started = new vscode.EventEmitter<void>();
  private readonly described = new vscode.EventEmitter<vscode.Uri | undefined>();
  /** Its state has changed. */
  readonly onDidChange = this.changed.event;
  /** A server is up: the first, or another in its place. */
  readonly onDidStart = this.started.event;
  /** What the server says of a file may have changed: with its diagnostics, or without those of any file. */
  readonly onDidDescribe = this.described.event;
  /** Where turnlint was looked for last. */
  search: Search = { passed: [] };
  state: State = 'stopped';
  /** The files, by URI, that are linted from disk since the editor does not share them. */
  readonly onDisk = new Set<string>();
  private client: Client | undefined;
  private found: unknown;
  private queue = Promise.resolve();
  private newest = new AbortController();

  constructor(private readonly means: Means) {}

  get running(): boolean {
    return this.client?.isRunning() ?? false;
  }

  /** The version of turnlint that runs. */
  get version(): string | undefined {
    return this.running ? this.client?.initializeResult?.serverInfo?.version : undefined;
  }

  /** Whether the server that runs knows a command, by its name without `turnlint.`. */
  knows(command: string): boolean {
    const commands = this.running ? this.client?.initializeResult?.capabilities.executeCommandProvider?.commands : [];
    return commands?.includes(`turnlint.${command}`) ?? false;
  }

  /** What the server answers to a command; undefined where none runs or it does not know the command. */
  async ask<Answer>(command: string, ...args: unknown[]): Promise<Answer | undefined> {
    if (!this.knows(command)) return undefined;
    return (await this.client?.ask<Answer | null>(`turnlint.${command}`, args)) ?? undefined;
  }

  /** The commands that the extension has use for and the server that runs does not know. */
  get lacking(): string[] {
    return this.running ? COMMANDS.filter(command => !this.knows(command)) : [];
  }

  /** Put a new server in the place of the one there is. */
  restart(): Promise<void> {
    const signal = this.supersede();
    return this.enqueue(() => this.replace(signal));
  }

  /** Take up the settings. Asks for values, not for events: VS Code changes some and says that none is affected. */
  configure(): Promise<void> {
    const isFound = (): boolean => isDeepStrictEqual(finding(), this.found);
    const signal = isFound() ? this.newest.signal : this.supersede();
    return this.enqueue(async () => {
      if (isFound()) await this.client?.configure();
      else await this.replace(signal);
    });
  }

  /** Look again which turnlint is to run, and put it in the place of one that is another. */
  reconsider(): Promise<void> {
    return this.enqueue(async () => {
      const search = await find(this.means);
      if (!isDeepStrictEqual(search.launch, this.search.launch)) await this.replace(this.newest.signal, search);
    });
  }

  /** End the server for good. */
  stop(): Promise<void> {
    this.supersede();
    return this.enqueue(() => this.end());
  }

  dispose(): void {
    vscode.Disposable.from(this.changed, this.started, this.described, this.log).dispose();
  }

  /** Tell the user that none runs, and the next step. */
  tellState(): Promise<void> {
    if (this.state !== 'starting') return this.tell('turnlint is not running.');
    return ask(vscode.window.showInformationMessage, 'turnlint is starting.', {});
  }

  private enqueue(task: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(task).catch((error: unknown) => this.log.error(String(error)));
    return this.queue;
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.become('stopped');
    await client?.end();
  }

  /** Has what is asked for now not wait for a server that starts; gives the signal that it is superseded itself. */
  private supersede(): AbortSignal {
    this.newest.abort();
    this.newest = new AbortController();
    return this.newest.signal;
  }

  private async replace(signal: AbortSignal, search?: Search): Promise<void> {
    await this.end().catch((error: unknown) => this.log.warn(String(error)));
    if (signal.aborted) return void (this.found = undefined); // what comes next starts one
    this.become('starting');
    this.found = finding();
    this.search = search ?? (await find(this.means));
    for (const { place, reason } of this.search.passed) this.log.info(`${place}: ${reason}`);
    if (this.search.launch) await this.launch(this.search.launch, signal);
    else this.become('missing');
  }

  private async launch(launch: Launch, signal: AbortSignal): Promise<void> {
    const { Client } = await import('./client.js'); // the largest part by far, which activation need not wait for
    const client: Client = new Client(launch, this.log, {
      starting: () => this.become('starting'),
      running: () => this.ready(client),
      failed: words => this.fail(client, words),
      described: uri => this.described.fire(uri),
    });
    this.client = client;
    this.log.info(`Starting ${JSON.stringify(launch.command)}, found in ${launch.place}`);
    try {
      await within(PATIENCE, client.start(), signal);
    } catch (error) {
      if (signal.aborted) this.found = undefined; // what comes next is not to take it for started
      else client.error('The server could not be started.', error, 'force');
    }
  }

  private ready(client: Client): void {
    if (client !== this.client) return;
    this.become('running');
    this.started.fire();
  }

  private fail(client: Client, words: string): void {
    if (client !== this.client) return; // told before, or another is in its place
    this.client = undefined;
    void client.end().catch((error: unknown) => this.log.warn(String(error)));
    this.become('failed');
    void this.tell(words);
  }

  private become(state: State): void {
    this.state = state;
    void vscode.commands.executeCommand('setContext', 'turnlint.running', state === 'running');
    for (const command of COMMANDS)
      void vscode.commands.executeCommand('setContext', `turnlint.knows.${command}`, this.knows(command));
    this.changed.fire();
  }

  private tell(words: string): Promise<void> {
    const mend = this.search.launch?.isOwn
      ? { 'Install Again': () => vscode.commands.executeCommand('turnlint.install') }
      : { 'Open Settings': () => openSettings(this.search.launch?.inherits ? 'turnlint.path' : 'turnlint.importStrategy') };
    return ask(vscode.window.showErrorMessage, words, {
      ...mend,
      'Show Logs': () => this.log.show(),
      Restart: () => this.restart(),
    });
  }
}

/** The result of a promise; rejects when it takes longer than so many seconds, or when it is not wanted any more. */
async function within<Result>(seconds: number, promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const ending = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: AbortSignal.any([ending.signal, signal]) });
  const failed = late.then(() => Promise.reject(new Error(`no answer within ${seconds} seconds`)));
  return Promise.race([promise, failed]).finally(() => ending.abort());
}
