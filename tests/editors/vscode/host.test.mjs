// 200 edits in the extension host: no finding is lost, none doubled, each at its characters.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { chat, FERRY, SETTINGS, THREE } from './rows.mjs';
import { sketch } from './steps.mjs';
import { OUTPUT, TURNLINT, until, Workbench } from './workbench.mjs';

const HOST = path.join(import.meta.dirname, 'host');
// How rows end is judged of the file on disk, and not of the buffer.
const IGNORED = [...SETTINGS['turnlint.ignore'], 'crlf-line-ends'];
const BUDGET = 300; // milliseconds
const ROWS = [...FERRY, ...THREE, chat('a\u2028b\u0085c 😀', 'd', 'bot'), chat('dup 漢', 'one'), chat('dup 漢', 'one'), '{"messages":[', ''];
const PLAN = {
  extension: 'turnlint.turnlint',
  file: 'train.jsonl',
  server: [TURNLINT],
  options: { target: 'openai', ignore: IGNORED },
  seed: Number(process.env.SEED ?? 7),
  count: 200,
  keys: 60,
};

/** VS Code runs such tests in windows of its developers alone; a built workbench must be told that it is one. */
function developing(page) {
  // Not by a changed answer of the server: a page that came from one may open no WebSocket to this machine.
  return page.addInitScript(() => {
    const get = Element.prototype.getAttribute;
    Element.prototype.getAttribute = function (name) {
      const value = get.call(this, name);
      if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration') return value;
      const settings = JSON.parse(value);
      settings.developmentOptions = { ...settings.developmentOptions, enableSmokeTestDriver: true };
      return JSON.stringify(settings);
    };
  });
}

describe('extension host', () => {
  let bench, report;
  before(async () => {
    let ended;
    bench = await Workbench.open({
      settings: { ...SETTINGS, 'turnlint.ignore': IGNORED },
      files: { [PLAN.file]: ROWS.join('\n'), '../plan.json': JSON.stringify(PLAN) },
      payload: ({ server }) => {
        const remote = file => `vscode-remote://${new URL(server.url).host}${file}`;
        return [['extensionDevelopmentPath', remote(HOST)], ['extensionTestsPath', remote(path.join(HOST, 'index.cjs'))]];
      },
      script: async page => {
        await developing(page);
        await page.exposeFunction('codeAutomationLog', () => undefined);
        await page.exposeFunction('codeAutomationExit', status => (ended = { status }));
      },
    });
    await until('the end of run()', () => ended, 400_000);
    await bench.picture('extension host');
    report = JSON.parse(await readFile(path.join(bench.home, 'report.json'), 'utf8'));
    await writeFile(path.join(OUTPUT, 'extension host.json'), JSON.stringify(report, null, 1));
  });
  after(() => bench?.close());

  test('all was done', () => {
    assert.equal(report.failed, undefined);
    assert.equal(report.steps.length, PLAN.count);
    assert.ok(new Set(report.steps.map(one => one.text)).size > PLAN.count / 2);
    assert.ok(report.steps.every(one => one.shown.length > 0));
  });

  test('after each edit VS Code shows what a server says that never saw another text', () => {
    for (const { name, shown, wanted } of report.steps) assert.deepEqual(shown, wanted, `after ${name}`);
  });

  test('findings stay as they are between two edits', () => {
    for (const { name, later } of report.steps) assert.deepEqual(later, [], `after ${name}`);
  });

  test('after each edit VS Code shows what `turnlint check` says of the text', async () => {
    const found = await check(report.steps.map(one => one.text));
    for (const [n, { name, shown }] of report.steps.entries()) assert.deepEqual(shown.filter(isFound), found[n], `after ${name}`);
  });

  test('the first of several copies says so, once', () => {
    for (const { name, shown } of report.steps) {
      const copied = new Set(shown.flatMap(one => / exact-duplicate This row repeats row (\d+)/.exec(one)?.[1] ?? []));
      const said = shown.filter(one => !isFound(one)).map(one => String(parseInt(one, 10) + 1));
      assert.deepEqual(said.sort(), [...copied].sort(), `after ${name}`);
    }
  });

  test('activation', t => {
    const { before: active, clock, processor } = report.activation;
    t.diagnostic(`activation: ${clock.toFixed(0)} ms, ${processor.toFixed(0)} ms of the processor beside an idle window`);
    assert.equal(active, false);
    assert.ok(processor < BUDGET);
  });

  test('typing', t => {
    t.diagnostic(`a key to its findings: ${sketch(report.times)}`);
    assert.equal(report.times.length, PLAN.keys);
  });
});

/** On the first of several copies of a row the editor repeats what the others say. */
function isFound(words) {
  return !/ info exact-duplicate .*\brepeats? this row/.test(words);
}

/** What `turnlint check` finds in each text, in the words of the report. */
async function check(texts) {
  const folder = path.join(process.env.TMPDIR, 'checked');
  const names = texts.map((_, n) => `text-${n}.jsonl`);
  await mkdir(folder, { recursive: true });
  await Promise.all(texts.map((text, n) => writeFile(path.join(folder, names[n]), text)));
  const words = ['check', '--isolated', '--no-cache', '--exit-zero', '--output-format', 'json-lines', '--target', 'openai'];
  const options = { cwd: folder, maxBuffer: 1 << 30 };
  const { stdout } = await promisify(execFile)(TURNLINT, [...words, '--ignore', IGNORED.join(), ...names], options);
  const found = texts.map(() => []);
  for (const line of stdout.split('\n').filter(Boolean)) {
    const { path: name, location, end_location: end, severity, rule, message } = JSON.parse(line);
    const n = names.indexOf(name);
    const place = ({ line: at, column }) => `${at - 1}:${units(texts[n].split(/\r?\n/)[at - 1] ?? '', column)}`;
    found[n].push(`${place(location)}-${place(end)} ${severity} ${rule} ${message}`);
  }
  return found.map(one => one.sort());
}

/** The UTF-16 units before a column, which counts code points from 1. */
function units(row, column) {
  return [...row].slice(0, column - 1).join('').length;
}
