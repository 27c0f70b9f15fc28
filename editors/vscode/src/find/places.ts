import { interpreter, namedCommand } from '../settings';
import type { Command } from '../processes';
import type { Place } from '.';
import type { PythonExtensions } from './pythonExtensions';
import { ISOLATED, who } from './python';
import { FORBIDDEN, isForbidden } from './trust';
import { located, which } from './which';

/** The command that the user wrote. */
export const bySetting: Place = {
  name: 'The setting turnlint.path',
  always: true,
  async look() {
    const named = namedCommand();
    if (!named) return 'It is empty.';
    const command = await located(named);
    if (isForbidden(command)) return `${command.join(' ')} ${FORBIDDEN}.`;
    return { command: [...command, 'server'], place: 'the setting turnlint.path', inherits: true };
  },
};

/** The environment of the interpreter that the user works with. */
export const byInterpreter: Place = {
  name: 'The chosen Python interpreter',
  async look({ extensions }) {
    const chosen = await chosenPython(extensions);
    if (!chosen) return 'None is chosen: turnlint.interpreter is empty, and no Python extension names one.';
    const { command, by } = chosen;
    if (isForbidden(command)) return `${command.join(' ')} (${by}) ${FORBIDDEN}.`;
    const python = await who(command);
    if (!python) return `${command.join(' ')} (${by}) does not run.`;
    if (python.turnlint === undefined) return `Python ${python.version}, ${command.join(' ')} (${by}), has no turnlint.`;
    return {
      command: served(command),
      place: `the environment of ${command[0]} (${by})`,
      version: python.turnlint,
    };
  },
};

/** The program of that name. */
export const byPath: Place = {
  name: 'The PATH',
  async look() {
    const program = await which('turnlint');
    return program ? { command: [program, 'server'], place: `the PATH (${program})` } : 'There is no turnlint on it.';
  },
};

/** The environment that this extension makes. */
export const byOwnEnvironment: Place = {
  name: 'The environment of this extension',
  always: true,
  async look({ own }) {
    const installed = await own.installed();
    if (!installed) return 'It is not installed (command turnlint: Install Server).';
    const { python, ...rest } = installed;
    return { command: served([python]), place: `the environment of this extension (${python})`, ...rest, isOwn: true };
  },
};

/** The interpreter that the user has chosen, and where. */
export async function chosenPython(extensions: PythonExtensions): Promise<{ command: Command; by: string } | undefined> {
  const named = interpreter();
  if (named) return { command: await located(named), by: 'turnlint.interpreter' };
  const chosen = await extensions.chosen();
  return chosen && { command: chosen.command, by: chosen.extension };
}

function served(python: Command): Command {
  return [...python, ISOLATED, '-m', 'turnlint', 'server'];
}
