import { readdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { run, type Command } from '../processes';
import { ISOLATED, type Python } from './python';
import { isProgram } from './which';

/** Of environments that are not complete; the number of the process that makes it follows. */
const PARTIAL = '.partial-';

/** Milliseconds after which one that is not complete is taken for left behind. */
const LEFT = 60 * 60_000;

/** Megabytes that an environment takes while it is made. */
const ROOM = 200;

const PYTHON_IN = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];

/** How an installation speaks with the user. */
export interface Installation {
  /** Ends it. */
  signal: AbortSignal;
  /** Is told what goes on. */
  step(words: string): void;
  /** Is told each command, and each line that it writes. */
  log(line: string): void;
  /** Ends what runs in the environment that is to be replaced. */
  makeRoom(): Promise<void>;
}

/** Environments that this extension makes for the turnlint that it carries, one for each version: `server/0.1.0`. */
export class OwnEnvironment implements vscode.Disposable {
  private readonly root: string;
  private readonly wheel: string;
  private readonly watcher: vscode.FileSystemWatcher;
  /** The version of turnlint that the extension carries. */
  readonly version: string;

  constructor(context: vscode.ExtensionContext) {
    this.root = path.join(context.globalStorageUri.fsPath, 'server');
    const folder = path.join(context.extensionUri.fsPath, 'dist');
    const name = readdirSync(folder).find(file => file.endsWith('.whl'));
    if (name === undefined) throw new Error(`${folder} holds no wheel of turnlint.`);
    this.wheel = path.join(folder, name);
    this.version = name.split('-')[1] ?? '';
    this.watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(this.root), '*'), false, true);
  }

  /** Have something done when another window makes an environment or takes one away. */
  onDidChange(listener: () => unknown): vscode.Disposable {
    return vscode.Disposable.from(this.watcher.onDidCreate(listener), this.watcher.onDidDelete(listener));
  }

  dispose(): void {
    this.watcher.dispose();
  }

  /** Whether the environment of the version that the extension carries is there. */
  async isUpToDate(): Promise<boolean> {
    return (await this.installed())?.version === this.version;
  }

  /** The environment of the version that the extension carries, else the newest that still runs. */
  async installed(): Promise<{ version: string; python: string; made: number } | undefined> {
    for (const version of [this.version, ...(await this.versions())]) {
      const place = path.join(this.root, version);
      const python = path.join(place, ...PYTHON_IN);
      if (await isProgram(python)) return { version, python, made: (await stat(place)).ino };
    }
    return undefined;
  }

  /** Make the environment of this version with a Python. It is put in place when it is complete; what fails leaves nothing. */
  async install(python: Python, { signal, step, log, makeRoom }: Installation): Promise<void> {
    await mkdir(this.root, { recursive: true });
    await this.sweep();
    await seeRoom(this.root);
    const partial = path.join(this.root, PARTIAL + process.pid);
    const doing = async (command: Command, onLine?: (line: string) => void): Promise<void> => {
      log(`$ ${command.join(' ')}`);
      const { status, lines } = await run(command, signal, line => {
        log(line);
        onLine?.(line);
      });
      if (status !== 0) throw new Error(lastWords(lines));
    };
    try {
      step(`making an environment with Python ${python.version}`);
      await doing([...python.command, ISOLATED, '-m', 'venv', '--clear', partial]);
      const made = path.join(partial, ...PYTHON_IN);
      const pip: Command = [made, ISOLATED, '-m', 'pip', '--disable-pip-version-check', '--no-input'];
      await doing([...pip, 'install', '--no-user', '--progress-bar', 'off', this.wheel], line => {
        const what = stepOf(line);
        if (what) step(what);
      });
      step('trying it');
      await doing([made, ISOLATED, '-m', 'turnlint', 'version']);
      await makeRoom();
      await this.putInPlace(partial);
    } finally {
      await remove(partial);
    }
  }

  private async putInPlace(partial: string): Promise<void> {
    const place = path.join(this.root, this.version);
    await remove(place);
    await rename(partial, place);
    for (const version of await this.versions()) if (version !== this.version) await remove(path.join(this.root, version));
  }

  /** The versions that there are environments of, newest first. */
  private async versions(): Promise<string[]> {
    const names = await readdir(this.root).catch(() => []);
    return names.filter(name => !name.startsWith('.')).sort((one, other) => compare(other, one));
  }

  private async sweep(): Promise<void> {
    for (const name of await readdir(this.root)) {
      const place = path.join(this.root, name);
      if (name.startsWith(PARTIAL) && Date.now() - (await stat(place)).mtimeMs > LEFT) await remove(place);
    }
  }
}

/** Less than 0 where the first version is the older one. */
export function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

/** Remove a folder with all that is in it, if it is there. One that a program is in stays, on Windows. */
async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

/** Rejects where an environment has no room: what venv and pip say of it is hard to find. */
async function seeRoom(folder: string): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (blocks > 0 && free < ROOM) throw new Error(`it takes ${ROOM} MB, and the disk of ${folder} has ${free} MB left`);
}

/** What a program said last that says why: its last error, else its last line. */
function lastWords(lines: string[]): string {
  const said = lines.map(line => line.trim()).filter(line => line !== '' && !/^(\[notice\]|WARNING:)/.test(line));
  const words = said.findLast(line => /^(ERROR|\w*Error):/.test(line)) ?? said.at(-1) ?? 'it ended without a word';
  return words.replace(/^ERROR: /, '');
}

/** What a line of pip says is going on, if it does. */
function stepOf(line: string): string | undefined {
  const [, name] = /^Collecting ([\w.-]+)/.exec(line) ?? [];
  if (name) return `fetching ${name}`;
  return line.startsWith('Installing collected packages') ? 'unpacking the packages' : undefined;
}
