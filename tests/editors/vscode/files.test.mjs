// Files that are large, and files that are not open.
import assert from 'node:assert/strict';
import { chat, FAULT, FERRY, large, SETTINGS, THREE } from './rows.mjs';
import { gone, workbench } from './steps.mjs';

const PATIENCE = 180_000; // milliseconds: such a file takes its time where the machine has other work

workbench('large files', { settings: SETTINGS, files: { '49 MB.jsonl': large(49), '51 MB.jsonl': large(51) } }, {
  async '49 MB are judged as they are typed in'(bench, t) {
    const start = Date.now();
    await bench.open('49 MB.jsonl');
    await bench.press('Control+Shift+M');
    await bench.problems(FAULT).waitFor({ timeout: PATIENCE });
    t.diagnostic(`49 MB: listed ${Date.now() - start} ms after the double click`);
    await bench.selectFault();
    await bench.type('assistant');
    await gone(bench.problems());
    // VS Code itself says what it does without in large files.
    assert.equal(await bench.messages.filter({ hasText: 'turnlint' }).count(), 0);
    await bench.picture('large files 1 live');
    await bench.press('Control+z');
    await bench.problems(FAULT).waitFor();
    await bench.run('View: Revert and Close Editor');
    await gone(bench.problems());
  },

  async '51 MB are judged from disk, and that is said'(bench, t) {
    const start = Date.now();
    await bench.open('51 MB.jsonl');
    await bench.messages.filter({ hasText: /51 MB.jsonl .*from disk/ }).waitFor({ timeout: PATIENCE });
    await bench.problems(FAULT).waitFor({ timeout: PATIENCE });
    t.diagnostic(`51 MB: listed ${Date.now() - start} ms after the double click`);
    await bench.squiggles.waitFor();
    await bench.picture('large files 2 from disk');
    await bench.page.locator('.statusbar-item', { hasText: 'from disk · 1 error' }).waitFor();
  },
});

const TRAIN = [FERRY[0], FERRY[1], FERRY[7], ''].join('\n');
const VALID = [FERRY[7], chat('Is the café open in winter?', 'From ten to four.', 'bot'), ''].join('\n');

workbench('a data set of two files', { settings: SETTINGS, files: { 'train.jsonl': TRAIN, 'valid.jsonl': VALID } }, {
  async 'is judged from disk as a whole'(bench) {
    await bench.open('train.jsonl');
    await bench.press('Control+Shift+M');
    await bench.problems(FAULT).waitFor();
    assert.equal(await bench.problems('`bot` is not a role').count(), 0);
    await bench.run('turnlint: Lint Dataset');
    await bench.messages.filter({ hasText: /turnlint read 2 files and found [345] problems\./ }).waitFor();
    await bench.problems('`bot` is not a role').waitFor();
    await bench.problems('validation row is in the training data').waitFor();
    await bench.picture('a data set of two files');
  },

  async 'what is opened is judged live, and nothing is told twice'(bench) {
    await bench.open('valid.jsonl');
    await bench.squiggles.first().waitFor();
    assert.equal(await bench.problems('`bot` is not a role').count(), 1);
    await bench.go(2);
    await bench.run('Delete Line');
    await gone(bench.problems('`bot` is not a role'));
    assert.equal(await bench.problems(FAULT).count(), 1);
  },
});
