/** What the page of a row and the extension say to each other. Imports nothing, since the page runs in a browser. */

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Finding {
  severity: 'error' | 'warning' | 'info' | 'hint';
  rule: string;
  message: string;
  range: Range;
}

export interface Part {
  kind: 'text' | 'code' | 'image' | 'call';
  label: string;
  text: string;
  /** The text laid out over lines, where it is JSON. */
  laidOut: string | null;
  /** So many code points are left out at the end of the text. */
  omitted: number;
  /** Where the text can be edited: the JSON Pointer of its string in the row. */
  pointer: string | null;
}

export interface Turn {
  side: '' | 'preferred' | 'non-preferred';
  role: string | null;
  notes: string[];
  tokens: string;
  range: Range;
  parts: Part[];
  findings: Finding[];
}

/** A row as a conversation, as `turnlint.viewRow` answers: all of it is text, never markup. */
export interface Row {
  /** From 1. */
  row: number;
  rows: number;
  name: string;
  format: string | null;
  about: string;
  tokens: string | null;
  tools: { name: string; description: string; schema: string }[];
  turns: Turn[];
  fields: { name: string; text: string }[];
  source: string | null;
  findings: Finding[];
}

/** Where a row is. */
export interface Place {
  uri: string;
  /** From 0. */
  line: number;
}

/** What can be done about a view that shows no row, and what its button says. */
export const STEPS = { install: 'Install Server', open: 'Go to File …', restart: 'Restart Server' } as const;

/** Why no row is shown. */
export interface Nothing {
  title: string;
  words: string;
  step?: keyof typeof STEPS;
}

export type ToPage =
  /** `visit` is the same as long as the view stays on a row, whatever becomes of it; `turn` is under the cursor. */
  | { type: 'row'; visit: number; place: Place; row: Row; turn: number }
  | { type: 'turn'; turn: number }
  | { type: 'nothing'; nothing: Nothing }
  | { type: 'saved' }
  | { type: 'refused'; words: string };

export type FromPage =
  | { type: 'ready' }
  /** Lead to a turn, or to one of its findings; -1 is none. A finding of no turn is one of the row. */
  | { type: 'show'; turn: number; finding: number; focus: boolean }
  | { type: 'go'; by: number }
  | { type: 'editing'; editing: boolean }
  | { type: 'save'; pointer: string; before: string; after: string }
  | { type: 'undo' }
  | { type: 'step'; step: keyof typeof STEPS };

type Field = 'string' | 'number' | 'boolean';

const FIELDS: Record<FromPage['type'], Record<string, Field>> = {
  ready: {},
  show: { turn: 'number', finding: 'number', focus: 'boolean' },
  go: { by: 'number' },
  editing: { editing: 'boolean' },
  save: { pointer: 'string', before: 'string', after: 'string' },
  undo: {},
  step: { step: 'string' },
};

/** A message of the page, where it is one: the page shows what strangers wrote. */
export function fromPage(message: unknown): FromPage | undefined {
  const said = Object(message) as Record<string, unknown>;
  const type = String(said['type']);
  if (!Object.hasOwn(FIELDS, type)) return undefined;
  const fields = Object.entries(FIELDS[type as FromPage['type']]);
  return fields.every(([name, kind]) => typeof said[name] === kind) ? (said as FromPage) : undefined;
}
