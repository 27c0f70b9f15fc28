// A folder from elsewhere names a program: nothing of it runs before the user trusts it.
import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { FAULT, SETTINGS, THREE } from './rows.mjs';
import { workbench } from './steps.mjs';
import { OUTPUT } from './workbench.mjs';

const RAN = path.join(OUTPUT, 'ran');
const HOSTILE = { ...SETTINGS, 'turnlint.path': ['/bin/sh', '-c', 'echo > "$0"', RAN] };

workbench('a workspace that names a program', { on: { trust: true }, settings: HOSTILE, files: { 'train.ndjson': THREE[1] } }, {
  async 'is not obeyed before it is trusted'(bench) {
    await bench.open('train.ndjson');
    await bench.press('Control+Shift+M');
    await bench.problems(FAULT).waitFor();
    await bench.picture('trust 1 not yet');
    await assert.rejects(access(RAN));
  },

  async 'is obeyed as soon as it is trusted'(bench) {
    await bench.run('Workspaces: Manage Workspace Trust');
    await bench.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await bench.messages.filter({ hasText: 'turnlint cannot start' }).waitFor();
    await bench.picture('trust 2 trusted');
    await access(RAN);
  },
});

const INTO = { 'turnlint.path': ['/bin/sh', '${workspaceFolder}/turnlint'] };

workbench('a setting of the user that leads into a workspace', { on: { trust: true, settings: INTO }, settings: SETTINGS, files: { 'train.ndjson': THREE[1], turnlint: 'echo > "$0 ran"' } }, {
  async 'is not obeyed before that is trusted'(bench) {
    await bench.open('train.ndjson');
    await bench.run('turnlint: Show Debug Information');
    await bench.page.locator('.view-lines', { hasText: 'lies in this workspace, which is not trusted' }).waitFor();
    await assert.rejects(bench.read('turnlint ran'));
  },
});
