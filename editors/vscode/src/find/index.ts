import type { Command } from '../processes';
import { isBundledOnly } from '../settings';
import type { OwnEnvironment } from './ownEnvironment';
import { byInterpreter, byOwnEnvironment, byPath, bySetting } from './places';
import type { PythonExtensions } from './pythonExtensions';

/** How a server is started. */
export interface Launch {
  command: Command;
  /** Where it was found, in words. */
  place: string;
  /** The version of turnlint, where it is known before it runs. */
  version?: string;
  /** Whether it is of the environment that this extension makes. */
  isOwn?: boolean;
  /** Tells that environment from another in its place. */
  made?: number;
  /** Whether it sees the variables that lead a Python to other modules: only where the user wrote the command. */
  inherits?: boolean;
}

/** What came of looking for a server. */
export interface Search {
  /** None where there is none. */
  launch?: Launch;
  /** The places that were looked at in vain before, each with the reason. */
  passed: { place: string; reason: string }[];
}

/** What places are looked through with. */
export interface Means {
  own: OwnEnvironment;
  extensions: PythonExtensions;
}

/** A place where turnlint may be. It gives how to start it, or why it is not there. */
export interface Place {
  name: string;
  /** Whether it is looked at where the setting `turnlint.importStrategy` is `useBundled`. */
  always?: boolean;
  look(means: Means): Promise<Launch | string>;
}

const PLACES: Place[] = [bySetting, byInterpreter, byPath, byOwnEnvironment];

/** Look for turnlint, in the first place that has it. */
export async function find(means: Means): Promise<Search> {
  const passed: Search['passed'] = [];
  for (const { name, always, look } of PLACES) {
    const found = always || !isBundledOnly() ? await look(means) : 'The setting turnlint.importStrategy is useBundled.';
    if (typeof found !== 'string') return { launch: found, passed };
    passed.push({ place: name, reason: found });
  }
  return { passed };
}
