import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from '../processes';
import { isForbidden } from './trust';

const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** The first program of this name on the PATH that may be run. */
export async function which(name: string): Promise<string | undefined> {
  for await (const program of programs(name)) if (!isForbidden([program])) return program;
  return undefined;
}

/** The command with its program by its path, so that one sees where it lies; as it is where there is no such program. */
export async function located([program, ...words]: Command): Promise<Command> {
  if (path.basename(program) === program) for await (const found of programs(program)) return [found, ...words];
  return [program, ...words];
}

/** The programs of a name on the PATH. Relative folders are left out: they mean the folder one works in. */
async function* programs(name: string): AsyncGenerator<string> {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(folder => path.isAbsolute(folder));
  for (const folder of folders) {
    const program = path.join(folder, name.endsWith(SUFFIX) ? name : name + SUFFIX);
    if (await isProgram(program)) yield program;
  }
}

/** Whether there is a file that can be run. */
export async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
