import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type CloseHandlerResult,
  type ErrorHandler,
  type ExecuteCommandSignature,
  type InitializeParams,
  type Middleware,
} from 'vscode-languageclient/node';
import { COMPARE_ROWS, compareRows } from './compareRows';
import { activeFile, LINT_FILE } from './largeFiles';
import { allSettings, SECTION, serverSettings, type Command } from './settings';

/** A server that crashes so often within so many minutes is not started again. */
const CRASHES = 5;
const MINUTES = 3;

const middleware: Middleware = {
  workspace: {
    configuration: ({ items }) =>
      items.map(({ section, scopeUri }) =>
        section === SECTION ? serverSettings(scopeUri ? vscode.Uri.parse(scopeUri) : undefined) : null,
      ),
    didChangeConfiguration: async () => undefined, // `Client.configure` says it, without what is for the client alone
  },
  executeCommand: (name, args, next) => {
    if (name === LINT_FILE) return lintFile(args[0], next);
    return name === COMPARE_ROWS ? compareRows(args, next) : next(name, args);
  },
};

/** Speaks with a server, and starts it anew when it crashes. */
export class Client extends LanguageClient {
  private readonly crashes: number[] = [];
  private told: unknown;

  /** `failed` is called with words for the user when there is no server and there will be none. */
  constructor(
    private readonly words: Command,
    log: vscode.LogOutputChannel,
    private readonly failed: (words: string) => void,
  ) {
    const [command, ...args] = words;
    // At home and not in the workspace, where a file could stand in for the program or for a module of it.
    super('turnlint', 'turnlint', { command, args, options: { cwd: homedir() } }, {
      documentSelector: ['file', 'untitled'].map(scheme => ({ scheme, language: 'jsonl' })),
      initializationOptions: () => ({ ...this.settings(), trusted: vscode.workspace.isTrusted }),
      initializationFailedHandler: () => false,
      middleware,
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
    });
  }

  /** What this client can do: it shows rows beside each other itself. */
  protected override fillInitializeParams(params: InitializeParams): void {
    super.fillInitializeParams(params);
    params.capabilities.experimental = { commands: { commands: [COMPARE_ROWS] } };
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
    if (show === 'force') this.failed(data === undefined ? message : this.explain(String(data)));
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
    return reason.includes('ENOENT')
      ? `turnlint cannot start: there is no program "${this.words[0]}". Install turnlint, or name its command in the setting turnlint.path.`
      : `turnlint cannot start: "${this.words.join(' ')}" gave up. The log says why; the setting turnlint.path names the command.`;
  }
}

/** Lint a file from disk: the one given, else that of the active tab. The user is told where there is none to lint. */
async function lintFile(file: unknown, next: ExecuteCommandSignature): Promise<unknown> {
  const given = file instanceof vscode.Uri;
  const uri = given ? file : activeFile();
  const done: unknown = uri !== undefined && (await next(LINT_FILE, [uri.toString()]));
  if (done === false && !given)
    void vscode.window.showInformationMessage('turnlint: the active tab shows no file that must be read from disk.');
  return done;
}
