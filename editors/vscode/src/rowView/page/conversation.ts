import type { Finding, Part, Row, Turn } from '../messages';
import { el } from './dom';

const SEVERITIES = { error: 'Error', warning: 'Warning', info: 'Info', hint: 'Hint' };

const SIDES = { preferred: 'Preferred', 'non-preferred': 'Non-preferred' };

/** The voice that a role speaks with: other formats than OpenAI's have names of their own. */
const VOICES: Record<string, string> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** A row as a conversation. Elements that lead to a place carry the number of their turn and finding. */
export function conversation(row: Row): HTMLElement[] {
  return [
    findings(row.findings, -1),
    row.tools.length > 0 && tools(row.tools),
    ...sides(row.turns),
    row.fields.length > 0 && fields(row.fields),
    row.source !== null && el('pre', { class: 'source' }, row.source),
  ].filter(element => element !== false);
}

/** Turns in their order; those of preference data in a column for each side. */
function sides(turns: Turn[]): HTMLElement[] {
  const shown = turns.map((each, index) => turn(each, index, turns.length));
  const common = shown.filter((_, index) => turns[index]?.side === '');
  const columns = Object.entries(SIDES).map(([side, title]) => {
    const own = shown.filter((_, index) => turns[index]?.side === side);
    return own.length > 0 && el('section', { class: `side ${side}`, 'aria-label': title }, el('h2', {}, title), ...own);
  });
  return columns.some(Boolean) ? [...common, el('div', { class: 'sides' }, ...columns)] : common;
}

function turn({ side, role, notes, tokens, parts, findings: found }: Turn, index: number, count: number): HTMLElement {
  const name = role ?? 'no role';
  return el(
    'article',
    {
      class: 'turn',
      'data-turn': index,
      'data-voice': VOICES[name] ?? 'other',
      'aria-label': `${side} ${name}, turn ${index + 1} of ${count}`.trim(),
    },
    el(
      'header',
      {},
      el('button', { class: 'role', 'data-key': `turn ${index}`, title: 'Go to this turn in the file' }, name),
      ...notes.map(note => el('span', { class: 'note' }, note)),
      tokens !== '' && el('span', { class: 'tokens' }, tokens),
    ),
    el('div', { class: 'parts' }, ...parts.map((each, at) => part(each, `${index} ${at}`, `${name}, turn ${index + 1}`))),
    findings(found, index),
  );
}

function part({ kind, label, text, laidOut, omitted, pointer }: Part, key: string, owner: string): HTMLElement {
  const edit = { class: 'edit', 'data-key': `edit ${key}`, 'aria-label': `Edit ${label || 'text'} of ${owner}` };
  return el(
    'div',
    { class: `part ${kind}`, 'data-part': key },
    label !== '' && el('div', { class: 'label' }, label),
    text !== '' && el(kind === 'text' && laidOut === null ? 'div' : 'pre', { class: 'words', dir: 'auto' }, laidOut ?? text),
    text === '' && kind !== 'image' && el('div', { class: 'empty' }, 'empty'),
    omitted > 0 && el('div', { class: 'omitted' }, `… ${omitted.toLocaleString('en')} more characters, in the file`),
    pointer !== null && el('button', edit, 'Edit'),
  );
}

function findings(found: Finding[], turn: number): HTMLElement | false {
  if (found.length === 0) return false;
  const each = ({ severity, rule, message }: Finding, index: number) =>
    el(
      'li',
      {},
      el(
        'button',
        {
          class: `finding ${severity}`,
          'data-turn': turn,
          'data-finding': index,
          'data-key': `finding ${turn} ${index}`,
          title: 'Go to this place in the file',
        },
        el('span', { class: 'severity' }, SEVERITIES[severity]),
        ' ',
        el('span', { class: 'rule' }, rule),
        ' ',
        el('span', { class: 'message' }, message),
      ),
    );
  return el('ul', { class: 'findings', 'aria-label': 'Findings' }, ...found.map(each));
}

function tools(listed: Row['tools']): HTMLElement {
  const each = ({ name, description, schema }: Row['tools'][number]) =>
    el(
      'details',
      { 'data-fold': `tool ${name}` },
      el(
        'summary',
        { 'data-key': `fold ${name}` },
        el('span', { class: 'name' }, name),
        el('span', { class: 'description' }, description),
      ),
      el('pre', {}, schema),
    );
  const title = el('h2', {}, listed.length === 1 ? '1 tool' : `${listed.length} tools`);
  return el('section', { class: 'tools', 'aria-label': 'Tools' }, title, ...listed.map(each));
}

function fields(listed: Row['fields']): HTMLElement {
  const each = ({ name, text }: Row['fields'][number]) =>
    el('div', { class: 'field' }, el('dt', {}, name), el('dd', {}, el('pre', { dir: 'auto' }, text)));
  const title = 'Other fields';
  return el('section', { class: 'fields', 'aria-label': title }, el('h2', {}, title), el('dl', {}, ...listed.map(each)));
}
