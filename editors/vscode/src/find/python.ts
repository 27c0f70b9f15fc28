import { run, type Command } from '../processes';

/** The oldest Python that runs turnlint. */
export const OLDEST = [3, 11] as const;

/** Seconds in which a Python says who it is, on a cold disk too. */
const PATIENCE = 20;

/** A Python that was asked who it is. */
export interface Python {
  command: Command;
  /** For example `3.12.1`. */
  version: string;
  /** Why no environment for turnlint can be made with it, if none can. */
  lacks: string | undefined;
  /** The version of turnlint in its environment, if it is there. */
  turnlint: string | undefined;
}

/** Isolated, it sees what is installed into its environment, and nothing that variables or the user's folder bring in. */
export const ISOLATED = '-I';

const WHO = `
import sys
print("python", ".".join(map(str, sys.version_info[:3])))
from importlib import metadata, util
print("venv", bool(util.find_spec("venv") and util.find_spec("ensurepip")))
print("turnlint", metadata.version("turnlint"))
`;

/** Ask a Python who it is; undefined where it is none, or does not run. */
export async function who(command: Command): Promise<Python | undefined> {
  const said = new Map<string, string>();
  await run([...command, ISOLATED, '-c', WHO], AbortSignal.timeout(PATIENCE * 1000), line => {
    const words = line.split(' ');
    if (words.length === 2) said.set(words[0]!, words[1]!);
  }).catch(() => undefined);
  const version = said.get('python');
  if (version === undefined) return undefined;
  return { command, version, lacks: lacks(version, said.get('venv')), turnlint: said.get('turnlint') };
}

function lacks(version: string, venv: string | undefined): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) return `it is older than ${OLDEST.join('.')}`;
  return venv === 'True' ? undefined : 'it cannot make environments (Debian and Ubuntu have that in the package python3-venv)';
}
