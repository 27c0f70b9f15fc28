// Somebody has installed the extension and nothing else, and reads nothing but what is on the screen.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { FAULT, THREE } from './rows.mjs';
import { workbench } from './steps.mjs';

const MINUTES = 8;
const PATH = process.env.PATH.split(':').filter(folder => !existsSync(path.join(folder, 'turnlint'))).join(':');

/** Why pip can install nothing here, if so. */
async function unreachable() {
  const words = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-cache-dir', '--disable-pip-version-check', '--dest'];
  return promisify(execFile)('python3', [...words, process.env.TMPDIR, 'attrs'], { env: { ...process.env, PATH } }).then(
    () => undefined,
    ({ message }) => `pip can fetch nothing: ${message.trim().split('\n').at(-1)}`,
  );
}

let reason;

workbench('a newcomer', { on: { settings: {}, env: { PATH } }, files: { 'train.jsonl': `${THREE.join('\n')}\n` } }, {
  async 'opens a file and is asked one thing'(bench) {
    reason = await unreachable(); // asked first: the message hides after a while
    await bench.open('train.jsonl');
    await bench.messages.filter({ hasText: 'turnlint is not installed' }).waitFor();
    await bench.picture('newcomer 1 asked');
  },

  async 'says yes, and sees what is wrong'(bench, t) {
    if (reason && !process.env.CI) return t.skip(reason);
    const start = Date.now();
    await bench.messages.getByRole('button', { name: 'Install', exact: true }).click();
    await bench.messages.filter({ hasText: 'Installing turnlint' }).waitFor();
    await bench.picture('newcomer 2 installing');
    await bench.squiggles.waitFor({ timeout: MINUTES * 60_000 });
    t.diagnostic(`from the click to the squiggle: ${((Date.now() - start) / 1000).toFixed(0)} s`);
    await bench.press('Control+Shift+M');
    await bench.problems(FAULT).waitFor();
    await bench.picture('newcomer 3 squiggle');
  },
});
