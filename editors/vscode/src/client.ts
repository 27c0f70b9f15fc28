import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  type CloseHandlerResult,
  type ErrorHandler,
  type ExecuteCommandSignature,
  type InitializeParams,
  type MessageTransports,
  type Middleware,
} from 'vscode-languageclient/node';
import { COMPARE_ROWS, compareRows } from './compareRows';
import type { Launch } from './find';
import { LINT_FILE, lintFile } from './largeFiles';
import { LINT_DATASET, lintDataset } from './lintDataset';
import { endWithThis, ownImports } from './processes';
import { allSettings, SECTION, serverSettings } from './settings';

/** A server that crashes so often within so many minutes is not started again. */
const CRASHES = 5;
const MINUTES = 3;

/** Milliseconds in which a start comes to an end whose server was killed. */
const GRACE = 2_000;

/** Commands of the server that the client has a part in. */
const COMMANDS: Record<string, (args: unknown[], next: ExecuteCommandSignature) => Promise<unknown>> = {
  [COMPARE_ROWS]: compareRows,
  [LINT_DATASET]: lintDataset,
  [LINT_FILE]: lintFile,
};

const middleware: Middleware = {
  workspace: {
    configuration: ({ items }) =>
      items.map(({ section, scopeUri }) =>
        section === SECTION ? serverSettings(scopeUri ? vscode.Uri.parse(scopeUri) : undefined) : null,
      ),
    didChangeConfiguration: async () => undefined, // `Client.configure` says it, without what is for the client alone
  },
  executeCommand: (name, args, next) => COMMANDS[name]?.(args, next) ?? next(name, args),
};

/** What a client has to say. */
export interface Listener {
  /** The server starts, for the first time or anew. */
  starting(): void;
  /** The server is up, and its commands are known. */
  running(): void;
  /** There is no server and there will be none; the words are for the user. */
  failed(words: string): void;
  /** What the server says of a file may have changed: with its diagnostics, or without those of any file. */
  described(uri?: vscode.Uri): void;
}

/** The server says that what it says of files or rows has changed while their diagnostics have not. */
const REFRESHES = ['turnlint/descriptionRefresh', 'turnlint/rowRefresh'];

/** Speaks with a server, and starts it anew when it crashes. */
export class Client extends LanguageClient {
  private readonly crashes: number[] = [];
  private told: unknown;

  constructor(
    private readonly launch: Launch,
    log: vscode.LogOutputChannel,
    private readonly listener: Listener,
  ) {
    const [command, ...args] = launch.command;
    // At home and not in the workspace, where a file could stand in for the program or for a module of it.
    const options = { cwd: homedir(), env: launch.inherits && vscode.workspace.isTrusted ? process.env : ownImports() };
    super('turnlint', 'turnlint', { command, args, options }, {
      documentSelector: ['file', 'untitled'].map(scheme => ({ scheme, language: 'jsonl' })),
      initializationOptions: () => ({ ...this.settings(), trusted: vscode.workspace.isTrusted }),
      initializationFailedHandler: () => false,
      middleware: {
        ...middleware,
        handleDiagnostics: (uri, diagnostics, next) => {
          next(uri, diagnostics);
          listener.described(uri);
        },
      },
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
    });
    this.onDidChangeState(({ newState }) => {
      if (newState === State.Starting) listener.starting();
      // It is in this state before the commands of the server are known; they are when the start is over.
      if (newState === State.Running) this.start().then(() => listener.running(), () => undefined);
    });
    for (const refresh of REFRESHES) this.onNotification(refresh, () => listener.described());
  }

  /** End the server, also one that hangs while it starts. */
  async end(): Promise<void> {
    if (this.needsStop() && !this.isRunning()) {
      this.serverProcess?.kill('SIGKILL'); // no client can be stopped before its start has come to an end
      await Promise.race([this.start(), sleep(GRACE)]).catch(() => undefined);
    }
    if (this.isRunning()) await this.stop();
  }

  /** A server that hangs does not see that its client goes. */
  protected override async createMessageTransports(encoding: string): Promise<MessageTransports> {
    const transports = await super.createMessageTransports(encoding);
    const server = this.serverProcess;
    if (server) endWithThis(server, () => server.kill('SIGKILL'));
    return transports;
  }

  /** What this client can do: it shows rows beside each other itself. */
  protected override fillInitializeParams(params: InitializeParams): void {
    super.fillInitializeParams(params);
    params.capabilities.experimental = { commands: { commands: [COMPARE_ROWS] } };
  }

  /** What the server answers to a command; nothing is shown where it fails. */
  async ask<Answer>(command: string, args: unknown[]): Promise<Answer> {
    return (await this.sendRequest(ExecuteCommandRequest.type, { command, arguments: args })) as Answer;
  }

  /** Tell the server its settings if they have changed. */
  async configure(): Promise<void> {
    if (!this.isRunning() || isDeepStrictEqual(allSettings(), this.told)) return;
    const settings = { [SECTION]: this.settings() };
    await this.sendNotification(DidChangeConfigurationNotification.type, { settings });
  }

  override createDefaultErrorHandler(): ErrorHandler {
    return { error: () => ({ action: ErrorAction.Continue, handled: true }), closed: () => this.closed() };
  }

  /** Errors go to the log; the user is told of those that leave no server, in our words and once. */
  override error(message: string, data?: unknown, show?: boolean | 'force'): void {
    super.error(message, data, false);
    if (show === 'force') this.listener.failed(data === undefined ? message : this.explain(String(data)));
  }

  private settings(): Record<string, unknown> {
    this.told = allSettings();
    return serverSettings();
  }

  private closed(): CloseHandlerResult {
    if (!this.isRunning()) return { action: CloseAction.DoNotRestart, handled: true }; // the start fails, and says so
    const now = Date.now();
    this.crashes.push(now);
    return this.crashes.filter(then => now - then < MINUTES * 60_000).length < CRASHES
      ? { action: CloseAction.Restart }
      : {
          action: CloseAction.DoNotRestart,
          message: `turnlint crashed ${CRASHES} times within ${MINUTES} minutes and is not started again. Its log says why.`,
        };
  }

  private explain(reason: string): string {
    const { command, isOwn, inherits } = this.launch;
    if (isOwn) return 'turnlint cannot start: what this extension installed does not run. Install it again; the log says why.';
    const [program] = command;
    if (reason.includes('ENOENT') && !existsSync(program)) // else what its first line names is not there
      return `turnlint cannot start: there is no program "${program}". Install turnlint, or name its command in the setting turnlint.path.`;
    const step = inherits ? 'turnlint.path names the command' : 'turnlint.importStrategy can have the turnlint of this extension used instead';
    return `turnlint cannot start: "${command.join(' ')}" gave up. The log says why; the setting ${step}.`;
  }
}
