import type { Server, State } from '../server';
import type { Nothing, Place } from './messages';
import { documentOf, shownFile } from './places';

const NONE: Nothing = {
  title: 'No row yet',
  words: 'Put the cursor on a row of a JSONL file, and it is shown here as a conversation.',
  step: 'open',
};
const CLOSED: Nothing = {
  title: 'The file is closed',
  words: 'Put the cursor on a row of an open JSONL file.',
  step: 'open',
};
/** For a file that the server takes for something else. */
export const NO_ROW: Nothing = { title: 'No rows here', words: 'turnlint does not take this file for JSON Lines.' };
const LARGE: Nothing = {
  title: 'This file is too large for the row view',
  words: 'VS Code shares no file above 50 MB with extensions. turnlint checks it from disk: what it finds is listed under Problems.',
};
const OPENING: Nothing = { title: 'VS Code is opening the file …', words: '' };
const GONE: Nothing = { title: 'The row is gone', words: 'Put the cursor on another one.' };
const STOPPED: Nothing = { title: 'turnlint is not running', words: 'Its log says why.', step: 'restart' };
const NOT_RUNNING: Record<Exclude<State, 'running'>, Nothing> = {
  starting: { title: 'turnlint is starting …', words: '' },
  stopped: STOPPED,
  failed: STOPPED,
  missing: { title: 'turnlint is not installed', words: 'Rows are read by its server, a Python program.', step: 'install' },
};
const OLD: Nothing = {
  title: 'This turnlint is too old',
  words: 'It knows no row view. Update it where it is installed, then restart it.',
  step: 'restart',
};

/** Why there is no row to be shown at a place; undefined where there may be one. */
export function whyNone(place: Place | undefined, server: Server): Nothing | undefined {
  if (!place) return NONE;
  const document = documentOf(place.uri);
  if (!document) return withoutDocument(place, server);
  if (server.state !== 'running') return NOT_RUNNING[server.state];
  if (!server.knows('viewRow')) return OLD;
  if (place.line >= document.lineCount) return GONE;
  return document.lineAt(place.line).isEmptyOrWhitespace
    ? { title: `Row ${(place.line + 1).toLocaleString('en')} is blank`, words: 'Move the cursor to another one.' }
    : undefined;
}

function withoutDocument({ uri }: Place, server: Server): Nothing {
  if (server.onDisk.has(uri)) return LARGE;
  return shownFile()?.toString() === uri ? OPENING : CLOSED;
}
