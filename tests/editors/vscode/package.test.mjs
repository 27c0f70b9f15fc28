// What is installed. That it is packaged without a warning is seen to by `make vsix`.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { OUTPUT } from './workbench.mjs';

const LIMIT = 8_000_000; // bytes

test('the extension is small', async t => {
  const { size } = await stat(path.join(OUTPUT, 'turnlint.vsix'));
  t.diagnostic(`the extension: ${(size / 1e6).toFixed(2)} MB`);
  assert.ok(size < LIMIT);
});
