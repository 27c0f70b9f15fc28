import * as vscode from 'vscode';
import type { Command } from '../processes';

/** Milliseconds that are waited for an extension to say its interpreter. What comes later is a change. */
const PATIENCE = 5_000;

/** What is asked of the extension Python Environments. */
interface Environments {
  getEnvironment(scope: vscode.Uri | undefined): Promise<
    { execInfo?: { run?: { executable?: string; args?: string[] } } } | undefined
  >;
  onDidChangeEnvironment: vscode.Event<unknown>;
}

/** What is asked of the extension Python. */
interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource: vscode.Uri | undefined): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** How an extension is asked for the interpreter that the user has chosen for a folder, and told of another choice. */
interface Asked<Api> {
  id: string;
  choice(api: Api, folder: vscode.Uri | undefined): Promise<Command | undefined>;
  changes(api: Api): vscode.Event<unknown>;
}

const ENVIRONMENTS: Asked<Environments> = {
  id: 'ms-python.vscode-python-envs',
  async choice(api, folder) {
    const run = (await api.getEnvironment(folder))?.execInfo?.run;
    return run?.executable ? [run.executable, ...(run.args ?? [])] : undefined;
  },
  changes: api => api.onDidChangeEnvironment,
};

const PYTHON: Asked<PythonExtension> = {
  id: 'ms-python.python',
  async choice({ environments }, folder) {
    const found = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    return found?.executable.uri && [found.executable.uri.fsPath];
  },
  changes: api => api.environments.onDidChangeActiveEnvironmentPath,
};

/** The Python extensions, where the user has them: which interpreter is chosen in them, and when that changes. */
export class PythonExtensions implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** Another interpreter may be chosen. */
  readonly onDidChange = this.changed.event;
  private readonly followed = new Map<string, vscode.Disposable>();
  private readonly late = new Set<string>();

  /** The interpreter of the first workspace folder, and the extension that names it. */
  async chosen(): Promise<{ command: Command; extension: string } | undefined> {
    return (await this.ask(ENVIRONMENTS)) ?? (await this.ask(PYTHON));
  }

  dispose(): void {
    vscode.Disposable.from(this.changed, ...this.followed.values()).dispose();
  }

  private async ask<Api>(asked: Asked<Api>): Promise<{ command: Command; extension: string } | undefined> {
    const extension = vscode.extensions.getExtension<Api | undefined>(asked.id);
    if (!extension) return undefined;
    const answer = Promise.resolve(extension.activate())
      .then(api => {
        if (!api) return undefined; // it is there, and switched off
        if (!this.followed.has(asked.id)) this.followed.set(asked.id, asked.changes(api)(() => this.changed.fire()));
        return asked.choice(api, vscode.workspace.workspaceFolders?.[0]?.uri);
      })
      .catch(() => undefined);
    const patience = new Promise<undefined>(resolve => {
      const timer = setTimeout(() => {
        resolve(undefined);
        if (!this.late.has(asked.id)) void answer.then(() => this.changed.fire());
        this.late.add(asked.id);
      }, PATIENCE);
      void answer.then(() => clearTimeout(timer));
    });
    const command = await Promise.race([answer, patience]);
    return command && { command, extension: asked.id };
  }
}
