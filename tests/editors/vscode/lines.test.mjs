// Line breaks of a text that was edited in a text area, which knows only the line feed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejoin } from '../../../editors/vscode/src/rowView/page/lines.ts';

const WORDS = ['a', 'b', '\r', '\n', '\r\n'];
const LENGTH = 4;

const inArea = text => text.replace(/\r\n?/g, '\n');

/** All texts of so many words. */
function texts(length) {
  return length === 0 ? [''] : texts(length - 1).flatMap(text => WORDS.map(word => text + word));
}

/** A text with each stretch of it replaced by each of a few others. */
function* edits(text) {
  for (let start = 0; start <= text.length; start += 1)
    for (let end = start; end <= text.length; end += 1)
      for (const words of ['', 'x', '\n', 'x\ny', 'a\n']) yield text.slice(0, start) + words + text.slice(end);
}

test('what the user sees in the text area is what is written', () => {
  for (const before of texts(LENGTH))
    for (const edited of edits(inArea(before))) assert.equal(inArea(rejoin(before, edited)), edited, JSON.stringify([before, edited]));
});

test('a text that was not edited stays as it is', () => {
  for (const before of texts(LENGTH)) assert.equal(rejoin(before, inArea(before)), before);
});

test('lines that were not edited keep their breaks, and new ones get that of the first', () => {
  assert.equal(rejoin('a\r\nb\nc\rd', 'a\nx\ny\nc\nd'), 'a\r\nx\r\ny\nc\rd');
});
