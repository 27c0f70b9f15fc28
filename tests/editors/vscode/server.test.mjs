// The server behind the window: its settings, its end and its next start, and what is said of it.
import assert from 'node:assert/strict';
import { chat, FAULT, SETTINGS, THREE } from './rows.mjs';
import { gone, workbench } from './steps.mjs';
import { COMMAND, until } from './workbench.mjs';

const SILENT = { ...SETTINGS, 'turnlint.ignore': ['too-few-examples', 'unknown-role'] };
const HANGING = ['/bin/sh', '-c', 'echo $$ >> "$0"; exec sleep 1000', '${workspaceFolder}/../processes'];
const FILES = { 'train.jsonl': `${THREE.join('\n')}\n` };

/** Hold the mouse over the braces beside the language until these words are said there. */
async function told(bench, words) {
  const said = bench.page.locator('.hover-language-status', { hasText: words }).first();
  await until(`the status: ${words}`, async () => {
    await bench.page.mouse.move(600, 300);
    await bench.page.locator('#status\\.languageStatus').hover();
    return said.waitFor({ timeout: 2000 }).then(() => true, () => false);
  });
}

workbench('the server', { settings: SETTINGS, files: FILES }, {
  async 'takes up settings while it runs'(bench) {
    await bench.open('train.jsonl');
    await bench.press('Control+Shift+M');
    await bench.problems(FAULT).waitFor();
    await bench.set(SILENT);
    await gone(bench.problems());
    await bench.set({ ...SETTINGS, 'turnlint.severity': { 'unknown-role': 'warning' } });
    await bench.problems(FAULT).and(bench.page.locator('[aria-label^="Warning:"]')).waitFor();
    await bench.set(SETTINGS);
    await bench.problems(FAULT).and(bench.page.locator('[aria-label^="Error:"]')).waitFor();
    assert.equal((await bench.processes()).length, 1);
  },

  async 'is named beside the language, with target and counts'(bench) {
    await bench.set(SILENT);
    await told(bench, 'openai · no problems');
    await bench.set(SETTINGS);
    await told(bench, 'openai · 1 error');
    await told(bench, 'Format: OpenAI chat');
    await bench.picture('the server 1 status');
    await bench.press('Escape');
  },

  async 'is told another target, and judges by it at once'(bench) {
    await bench.problems('OpenAI refuses the file').waitFor();
    await bench.run('turnlint: Select Target');
    await bench.choose('Azure OpenAI');
    await bench.choose('Any model');
    await bench.problems('Azure OpenAI').waitFor();
    assert.equal(JSON.parse(await bench.read('.vscode/settings.json'))['turnlint.target'], 'azure');
    await told(bench, 'azure · 1 error');
    await bench.press('Escape');
    await bench.set(SETTINGS);
  },

  async 'is started again when it crashes, without a word, and knows what is not saved'(bench) {
    await bench.selectFault();
    await bench.type('robot');
    await bench.problems('`robot` is not a role').waitFor();
    process.kill((await bench.processes()).at(-1), 'SIGKILL');
    await until('another server', async () => (await bench.processes()).length === 2);
    await bench.set(SILENT);
    await gone(bench.problems());
    await bench.set(SETTINGS);
    await bench.problems('`robot` is not a role').waitFor();
    await bench.press('Control+z');
    await bench.problems(FAULT).waitFor();
    assert.equal(await bench.problems().count(), 1);
    assert.equal(await bench.messages.count(), 0);
  },

  async 'is started anew on demand'(bench) {
    await bench.run('turnlint: Restart Server');
    const [, before, now] = await until('a third server', async () => {
      const all = await bench.processes();
      return all.length === 3 && all;
    });
    assert.ok(alive(now));
    await until('the end of the one before', () => !alive(before));
    await told(bench, 'openai · 1 error');
    await bench.press('Escape');
    await bench.problems(FAULT).waitFor();
  },

  async 'says what is needed for a report, and nothing of the rows'(bench) {
    await bench.run('turnlint: Show Debug Information');
    const text = bench.page.locator('.editor-instance .view-lines', { hasText: 'debug information' });
    await text.waitFor();
    const said = (await text.innerText()).replaceAll('\u00a0', ' ');
    assert.match(said, /State: running/);
    assert.match(said, /the setting turnlint\.path/);
    assert.doesNotMatch(said, /Skagen|スカーゲン/);
    await bench.picture('the server 2 debug information');
    await bench.run('View: Revert and Close Editor');
  },

  async 'names a program that is not there, with the next step; the right one is taken up at once'(bench) {
    await bench.set({ ...SETTINGS, 'turnlint.path': ['/nowhere/turnlint'] });
    const message = bench.messages.filter({ hasText: 'there is no program "/nowhere/turnlint"' });
    await message.getByRole('button', { name: 'Open Settings' }).click();
    await bench.page.locator('.settings-editor', { hasText: 'The command that runs turnlint' }).waitFor();
    await gone(bench.problems());
    await bench.picture('the server 3 no program');
    await bench.set(SETTINGS);
    await bench.problems(FAULT).first().waitFor();
  },

  async 'that hangs while it starts gives way to another without a word'(bench) {
    const { length } = await bench.processes();
    await bench.set({ ...SETTINGS, 'turnlint.path': HANGING });
    const hanging = await until('a server that hangs', async () => (await bench.processes())[length]);
    await bench.set(SETTINGS);
    await bench.problems(FAULT).first().waitFor();
    assert.equal(await bench.messages.count(), 0);
    await until('its end', () => !alive(hanging));
  },
});

function alive(process_) {
  try {
    return process.kill(process_, 0);
  } catch {
    return false;
  }
}

workbench('two windows', { settings: SETTINGS, files: FILES }, {
  async 'on one folder have a server each, and both show the fault'(bench, t) {
    const other = await bench.beside();
    for (const one of [bench, other]) {
      await one.open('train.jsonl');
      await one.press('Control+Shift+M');
      await one.problems(FAULT).waitFor();
    }
    await until('two servers', async () => (await bench.processes()).filter(alive).length === 2);
  },

  async 'what is saved in one is seen in the other'(bench) {
    const other = await bench.beside();
    await bench.selectFault();
    await bench.type('assistant');
    await gone(bench.problems());
    assert.equal(await other.problems(FAULT).count(), 1); // not saved yet
    await bench.press('Control+s');
    await gone(other.problems());
    await other.picture('two windows');
  },

  async 'a window that goes takes its server with it, even one that hangs'(bench) {
    const servers = (await bench.processes()).filter(alive);
    process.kill(servers.at(-1), 'SIGSTOP'); // of the second window
    await (await bench.beside()).close();
    await until('one server', async () => (await bench.processes()).filter(alive).length === 1);
  },
});

workbench('a settings file', { settings: { 'turnlint.ignore': SETTINGS['turnlint.ignore'] }, files: { ...FILES, 'turnlint.toml': 'target = "openai"\n' } }, {
  async 'holds until another target is chosen, or none'(bench) {
    await bench.open('train.jsonl');
    await told(bench, 'openai · 1 error');
    await bench.press('Escape');
    await bench.run('turnlint: Select Target');
    await bench.choose('No target');
    await told(bench, 'OpenAI (assumed) · 1 error');
    await bench.press('Escape');
  },

  async 'holds again when that is taken back'(bench) {
    await bench.run('turnlint: Select Target');
    await bench.choose('What turnlint.toml says');
    await told(bench, 'openai · 1 error');
    assert.equal(JSON.parse(await bench.read('.vscode/settings.json'))['turnlint.target'], undefined);
  },
});

workbench('rows that stand twice', { settings: SETTINGS, files: { 'train.jsonl': [THREE[0], chat('Zeile eins\nZeile zwei 漢', 'Oui. 😀'), ` ${chat('Zeile eins\nZeile zwei 漢', 'Oui. 😀')}`, ''].join('\n') } }, {
  async 'are shown beside each other by a command'(bench) {
    await bench.open('train.jsonl');
    await bench.press('Control+Shift+M');
    await bench.problems('This row repeats row 2').waitFor();
    await bench.go(3);
    await bench.run('turnlint: Compare Duplicates');
    await bench.page.locator('.tab', { hasText: 'train.jsonl row 2 ↔ train.jsonl row 3' }).waitFor();
    const sides = bench.page.locator('.monaco-diff-editor .editor .view-lines', { hasText: '"content": "Zeile eins' });
    await sides.nth(1).waitFor();
    await bench.run('View: Close Editor');
  },

  async 'a row that stands once says so'(bench) {
    await bench.go(1);
    await bench.run('turnlint: Compare Duplicates');
    await bench.messages.filter({ hasText: 'repeats and contradicts no other one' }).waitFor();
  },
});
