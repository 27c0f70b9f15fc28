import { spawn, type ChildProcess } from 'node:child_process';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';

/** A command line; the program comes first. */
export type Command = [string, ...string[]];

/** What came of a process. */
export interface Outcome {
  /** Its exit status; null where a signal ended it. */
  status: number | null;
  /** The lines that it wrote, those of both streams as they came. */
  lines: string[];
}

/**
 * The environment of this process without what would have a Python import modules that are not its own: a shell sets
 * that for one project, and the editor hands it on to every program.
 */
export function ownImports(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^PYTHON(PATH|HOME)$/i.test(name));
  return Object.fromEntries(kept);
}

/**
 * Run a Python to its end, at home, where no file of a workspace can stand in for a module.
 * Rejects where it cannot be started, and when `signal` ends it with all that it started.
 */
export function run(command: Command, signal: AbortSignal, onLine?: (line: string) => void): Promise<Outcome> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const started = spawn(program, args, {
      cwd: homedir(),
      env: ownImports(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // a group of its own, which can be ended as a whole
      windowsHide: true,
    });
    const lines: string[] = [];
    for (const stream of [started.stdout, started.stderr])
      createInterface({ input: stream }).on('line', line => {
        lines.push(line);
        onLine?.(line);
      });
    const abort = (): void => end(started);
    signal.addEventListener('abort', abort, { once: true });
    endWithThis(started, abort); // it is in a group of its own, and would go on
    started.on('error', reject).on('close', status => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) reject(signal.reason);
      else resolve({ status, lines });
    });
  });
}

/** Have a process not outlive this one. */
export function endWithThis(started: ChildProcess, end: () => void): void {
  process.once('exit', end);
  started.once('close', () => process.removeListener('exit', end));
}

function end({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  if (process.platform === 'win32') spawn('taskkill', ['/T', '/F', '/PID', String(pid)], { windowsHide: true });
  else process.kill(-pid, 'SIGKILL');
}
