import type { Command } from '../processes';
import { chosenPython } from './places';
import type { PythonExtensions } from './pythonExtensions';
import { OLDEST, who, type Python } from './python';
import { FORBIDDEN, isForbidden } from './trust';
import { which } from './which';

/** The names of Pythons on the PATH. Those that the packages are known to have wheels for come before a newest one. */
const NAMES = ['python3.13', 'python3.12', 'python3.11', 'python3', 'python', 'py'];

/** No Python can make an environment for turnlint. */
export class NoPython extends Error {
  /** `passed` says why those that there are cannot. */
  constructor(passed: string[]) {
    super([`turnlint needs Python ${OLDEST.join('.')} or newer, and none was found.`, ...passed].join(' '));
  }
}

/** A Python that can make an environment for turnlint; rejects with NoPython where there is none. */
export async function maker(extensions: PythonExtensions): Promise<Python> {
  const passed: string[] = [];
  for await (const command of candidates(extensions)) {
    const python = await asMaker(command);
    if (typeof python !== 'string') return python;
    passed.push(python);
  }
  throw new NoPython([...new Set(passed)]);
}

/** The Python of a command if it can make an environment, else why not. */
export async function asMaker(command: Command): Promise<Python | string> {
  const words = command.join(' ');
  if (isForbidden(command)) return `${words} ${FORBIDDEN}.`;
  const python = await who(command);
  if (!python) return `${words} does not run as Python.`;
  return python.lacks ? `${words} is Python ${python.version}: ${python.lacks}.` : python;
}

async function* candidates(extensions: PythonExtensions): AsyncGenerator<Command> {
  const chosen = await chosenPython(extensions);
  if (chosen) yield chosen.command;
  for (const name of NAMES) {
    const program = await which(name);
    if (program) yield name === 'py' ? [program, '-3'] : [program];
  }
}
