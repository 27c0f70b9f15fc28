// Steps in a window, each a test: they go on where the last one ended.
import { after, before, describe, test } from 'node:test';
import { stop, Workbench } from './workbench.mjs';

after(stop);

/** Tests in a window of their own; one that fails leaves a picture. */
export function workbench(name, options, steps) {
  describe(name, () => {
    let bench, failed;
    before(async () => {
      bench = await Workbench.open(options);
    });
    after(() => bench?.close());
    for (const [step, act] of Object.entries(steps))
      test(step, async t => {
        if (failed) return t.skip(`after “${failed}” has failed`);
        try {
          await act(bench, t);
        } catch (error) {
          failed = step;
          await bench.picture(`failed ${name} ${step}`.slice(0, 100)).catch(() => undefined); // its window may be gone
          throw error;
        }
      });
  });
}

/** Wait until there is no such thing any more. */
export const gone = what => what.first().waitFor({ state: 'detached' });

/** The middle and the 95th of a hundred, of milliseconds, in words. */
export function sketch(times) {
  const sorted = times.toSorted((one, other) => one - other);
  const at = share => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(0);
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms of ${times.length}`;
}
