// A row as a conversation, beside the file.
import assert from 'node:assert/strict';
import { chat, FAULT, FERRY, SETTINGS, SYSTEM } from './rows.mjs';
import { workbench } from './steps.mjs';

const HOSTILE = chat(
  '<img src=x onerror="document.body.replaceChildren()"><script>document.body.replaceChildren()</script>',
  '[click](command:workbench.action.closeWindow) **bold** a\u202eb',
);
// Written as no program writes it: whoever writes more of the row than what was edited is found out.
const ODD = FERRY[0].replace('{"messages":', '{ "messages" :  ').replace('bicycles travel', 'b\\u0069cycles tr\\u0061vel');
const TEXT = [ODD, ...FERRY.slice(1), HOSTILE, ''].join('\n');
const EDITED = TEXT.replace('free of charge; please', 'free of charge 🚲; please');

/** The page in the panel. */
const pageOf = bench => bench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
const heading = (bench, words) => pageOf(bench).locator('h1', { hasText: words }).waitFor();

/** Edit the first turn of the row, and leave the draft for the file. */
async function draft(bench, text) {
  await pageOf(bench).locator('.turn[data-turn="0"] .edit').click({ force: true });
  await pageOf(bench).locator('textarea').fill(text);
  await toFile(bench);
}

const toFile = bench => bench.page.locator('.tab[data-resource-name="train.jsonl"]').click();

workbench('the row view', { settings: SETTINGS, files: { 'train.jsonl': TEXT } }, {
  async 'shows the row under the cursor as a conversation'(bench) {
    await bench.open('train.jsonl');
    await bench.squiggles.first().waitFor();
    await bench.press('Control+b');
    await bench.go(5);
    await bench.run('turnlint: Show Row as Conversation');
    await heading(bench, 'Row 5 of 9');
    await pageOf(bench).getByText('The first one leaves at 06:40. 🌅').waitFor();
    await pageOf(bench).getByText('find_departures').first().waitFor();
    await pageOf(bench).getByText(/^about 16 tokens/).waitFor(); // they are counted later, and told then
    await bench.picture('row');
  },

  async 'follows the cursor, and says what is wrong beside the turn'(bench) {
    await bench.go(2);
    await heading(bench, 'Row 2 of 9');
    await pageOf(bench).locator('.turn', { hasText: FAULT }).waitFor();
    await bench.picture('the row view 1 finding');
  },

  async 'shows hostile text as text'(bench) {
    await bench.go(9);
    await heading(bench, 'Row 9 of 9');
    const main = pageOf(bench).locator('main');
    await main.getByText('<img src=x onerror="document.body.replaceChildren()">').waitFor();
    await main.getByText('[click](command:workbench.action.closeWindow) **bold**').waitFor();
    assert.equal(await main.locator('img, script, a, strong').count(), 0);
    await main.locator('.hidden-character', { hasText: 'U+202E' }).first().waitFor();
    await bench.picture('the row view 2 hostile');
  },

  async 'writes an edited turn back as one edit of the row'(bench) {
    await bench.go(1);
    await heading(bench, 'Row 1 of 9');
    await pageOf(bench).locator('.part', { hasText: 'Yes, bicycles travel free of charge' }).locator('.edit').click({ force: true });
    const area = pageOf(bench).locator('textarea');
    await area.fill('Yes, bicycles travel free of charge 🚲; please walk them up the ramp.');
    await bench.picture('the row view 3 edited');
    await area.press('Control+Enter');
    await area.waitFor({ state: 'detached' });
    await toFile(bench);
    await bench.saved('train.jsonl', EDITED);
    await bench.press('Control+z');
    await bench.saved('train.jsonl', TEXT);
    assert.equal(await bench.messages.count(), 0);
  },

  async 'stays with the row of a draft that moves'(bench) {
    await toFile(bench);
    await bench.go(3);
    await heading(bench, 'Row 3 of 9');
    await draft(bench, 'Moved.');
    await bench.go(1);
    await bench.press('Control+Enter'); // a line below
    await bench.type('{}');
    await pageOf(bench).locator('.turn[data-turn="1"] .role').click();
    await pageOf(bench).locator('.turn[data-turn="1"][aria-current="true"]').waitFor();
    await pageOf(bench).locator('.save').click();
    await pageOf(bench).locator('textarea').waitFor({ state: 'detached' });
    const lines = TEXT.split('\n');
    const moved = lines[2].replace(SYSTEM, 'Moved.');
    await toFile(bench);
    await bench.saved('train.jsonl', [lines[0], '{}', lines[1], moved, ...lines.slice(3)].join('\n'));
  },

  async 'writes no draft of a deleted row into the one in its place'(bench) {
    const text = await bench.read('train.jsonl');
    await bench.go(7); // the next one has the same first turn
    await heading(bench, 'Row 7 of 10');
    await draft(bench, 'Of another row.');
    await bench.press('Control+Shift+k'); // delete the line
    await pageOf(bench).locator('.save').click();
    await pageOf(bench).locator('.problem', { hasText: 'The row was deleted or replaced meanwhile.' }).waitFor();
    await pageOf(bench).locator('.cancel').click();
    await toFile(bench);
    await bench.saved('train.jsonl', text.split('\n').toSpliced(6, 1).join('\n'));
  },
});
