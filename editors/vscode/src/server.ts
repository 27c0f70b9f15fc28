import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { State } from 'vscode-languageclient/node';
import { Client } from './client';
import { command, SECTION, type Command } from './settings';

/** Seconds that a server may take to give its first answer: Python on a cold disk is slow. */
const PATIENCE = 30;

/** The language server and its life. What is asked of it is done one after the other, and never throws. */
export class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('turnlint', { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem('turnlint.server', { language: 'jsonl' });
  private readonly started = new vscode.EventEmitter<void>();
  /** A server is up: the first, or another in its place. */
  readonly onDidStart = this.started.event;
  private client: Client | undefined;
  private command: Command | undefined;
  private queue = Promise.resolve();

  constructor() {
    this.status.name = 'turnlint';
  }

  get running(): boolean {
    return this.client?.isRunning() ?? false;
  }

  /** Put a new server in the place of the one there is. */
  restart(): Promise<void> {
    return this.enqueue(() => this.replace());
  }

  /** Take up the settings. Asks for values, not for events: VS Code changes some and says that none is affected. */
  configure(): Promise<void> {
    return this.enqueue(async () => {
      if (isDeepStrictEqual(command(), this.command)) await this.client?.configure();
      else await this.replace();
    });
  }

  /** End the server for good. */
  stop(): Promise<void> {
    return this.enqueue(() => this.end());
  }

  dispose(): void {
    vscode.Disposable.from(this.started, this.status, this.log).dispose();
  }

  private enqueue(task: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(task).catch((error: unknown) => this.log.error(String(error)));
    return this.queue;
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.show('is not running');
    if (!client?.needsStop()) return;
    await within(PATIENCE, client.start()).catch(() => undefined); // after a crash; one that starts cannot be stopped
    await client.stop();
  }

  private async replace(): Promise<void> {
    await this.end().catch((error: unknown) => this.log.warn(String(error)));
    this.command = command();
    const client = new Client(this.command, this.log, words => this.fail(client, words));
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Starting) this.show('is starting', { busy: true });
      // It is in this state before the commands of the server are known; they are when the start is over.
      if (newState === State.Running) client.start().then(() => this.ready(client), () => undefined);
    });
    this.log.info('Starting', JSON.stringify(this.command));
    try {
      await within(PATIENCE, client.start());
    } catch (error) {
      client.error('The server could not be started.', error, 'force');
    }
  }

  private ready(client: Client): void {
    if (client !== this.client) return;
    this.show(client.initializeResult?.serverInfo?.version ?? 'is running', { running: true });
    this.started.fire();
  }

  private fail(client: Client, words: string): void {
    if (client !== this.client) return; // told before, or another is in its place
    this.client = undefined;
    client.stop().catch(() => undefined); // rejects, since it is not running, and ends the process all the same
    this.show('is not running', { failed: true });
    void this.tell(words);
  }

  private show(what: string, { busy = false, running = false, failed = false } = {}): void {
    this.status.text = `turnlint ${what}`;
    this.status.busy = busy;
    this.status.severity = vscode.LanguageStatusSeverity[failed ? 'Error' : 'Information'];
    this.status.command = failed
      ? { command: 'turnlint.restart', title: 'Restart' }
      : { command: 'turnlint.showLogs', title: 'Show Logs' };
    void vscode.commands.executeCommand('setContext', 'turnlint.running', running);
  }

  private async tell(words: string): Promise<void> {
    const page = vscode.env.remoteName === undefined ? 'openSettings' : 'openRemoteSettings';
    const steps: Record<string, () => unknown> = {
      'Open Settings': () => vscode.commands.executeCommand(`workbench.action.${page}`, { query: `${SECTION}.path` }),
      'Show Logs': () => this.log.show(),
      Restart: () => this.restart(),
    };
    const chosen = await vscode.window.showErrorMessage(words, ...Object.keys(steps));
    if (chosen !== undefined) steps[chosen]?.();
  }
}

/** The result of a promise; rejects when it takes longer than so many seconds. */
async function within<Result>(seconds: number, promise: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} seconds`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
