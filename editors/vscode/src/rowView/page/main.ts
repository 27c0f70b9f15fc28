import { STEPS, type FromPage, type Nothing, type Place, type Row, type ToPage } from '../messages';
import { conversation } from './conversation';
import { el } from './dom';
import { Editor, type Draft } from './editor';

/** What is kept while the page is away: VS Code throws it away when its tab is hidden. */
interface State {
  place?: Place;
  visit?: number;
  scroll?: number;
  folds?: string[];
  draft?: Draft | undefined;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): State | undefined;
  setState(state: State): void;
};

const vscode = acquireVsCodeApi();
const send = (message: FromPage) => vscode.postMessage(message);

let state: State = vscode.getState() ?? {};
let row: Row | undefined;
let editor: Editor | undefined;
let current = -1;

const title = el('h1', { 'aria-live': 'polite' });
const from = el('p', { class: 'about' });
const about = el('p', { class: 'about' });
const pinned = el('p', { class: 'pinned', role: 'status' });
const main = el('main');
const go = (by: number, label: string, sign: string) =>
  el('button', { class: 'go', title: label, 'aria-label': label, click: () => send({ type: 'go', by }) }, sign);
const bar = el(
  'header',
  { class: 'bar', hidden: true },
  el('div', { class: 'heading' }, title, from),
  el('nav', { 'aria-label': 'Rows' }, go(-1, 'Previous row', '↑'), go(1, 'Next row', '↓')),
  about,
  pinned,
);
document.body.append(bar, main);

function keep(change: State): void {
  state = { ...state, ...change };
  vscode.setState(state);
}

function hear(message: ToPage): void {
  switch (message.type) {
    case 'row':
      return show(message);
    case 'turn':
      return mark(message.turn);
    case 'nothing':
      return none(message.nothing);
    case 'saved':
      return editor?.isSaving ? close() : undefined; // it may be another by now
    case 'refused':
      return editor?.isSaving ? editor.refuse(message.words) : undefined;
  }
}

function show({ place, visit, row: given, turn }: Extract<ToPage, { type: 'row' }>): void {
  const stays = visit === state.visit;
  const scroll = !stays ? 0 : row ? window.scrollY : (state.scroll ?? 0);
  const focused = (document.activeElement as HTMLElement | null)?.dataset['key'];
  row = given;
  keep({ place, visit, scroll });
  title.textContent = `Row ${row.row.toLocaleString('en')} of ${row.rows.toLocaleString('en')}`;
  from.replaceChildren(...el('p', {}, [row.name, row.format].filter(Boolean).join(' · ')).childNodes);
  about.replaceChildren(...el('p', {}, [row.about, row.tokens].filter(Boolean).join(' · ')).childNodes);
  bar.hidden = false;
  editor = undefined;
  main.replaceChildren(...conversation(row));
  for (const fold of main.querySelectorAll('details')) fold.open = state.folds?.includes(fold.dataset['fold']!) ?? false;
  window.scrollTo({ top: scroll, behavior: 'instant' });
  find(main, 'key', focused)?.focus({ preventScroll: true });
  if (stays) current = turn;
  mark(turn);
  if (state.draft) edit(state.draft);
}

function none({ title: heading, words, step }: Nothing): void {
  bar.hidden = true;
  editor = row = undefined;
  const button = step && el('button', { click: () => send({ type: 'step', step }) }, STEPS[step]);
  const text = words !== '' && el('p', {}, words);
  main.replaceChildren(el('section', { class: 'nothing', role: 'status' }, el('h1', {}, heading), text, button));
}

/** Marks the turn under the cursor, and brings it into sight when it is another one than before. */
function mark(turn: number): void {
  const turns = [...main.querySelectorAll<HTMLElement>('.turn')];
  for (const each of turns) each.ariaCurrent = String(Number(each.dataset['turn']) === turn);
  if (turn !== current && turn >= 0 && !editor) find(main, 'turn', String(turn))?.scrollIntoView({ block: 'nearest' });
  current = turn;
}

function edit(draft: Draft): void {
  const part = find(main, 'part', draft.part) ?? main; // a row may have changed while the page was away: no words are lost
  editor = new Editor(
    draft,
    changed => keep({ draft: changed }),
    after => send({ type: 'save', pointer: draft.pointer, before: draft.before, after }),
    () => {
      close();
      send({ type: 'editing', editing: false });
    },
  );
  part.classList.add('editing');
  part.append(editor.element);
  pinned.textContent = `The view stays on row ${row?.row.toLocaleString('en')} while you edit.`;
  keep({ draft });
  send({ type: 'editing', editing: true });
  editor.focus();
}

/** Takes the text area away. */
function close(): void {
  if (!editor) return;
  const part = editor.element.parentElement;
  editor.element.remove();
  editor = undefined;
  part?.classList.remove('editing');
  part?.querySelector<HTMLElement>('.edit')?.focus({ preventScroll: true });
  pinned.textContent = '';
  keep({ draft: undefined });
}

function begin(part: HTMLElement): void {
  const [turn, at] = part.dataset['part']!.split(' ').map(Number);
  const { pointer, text } = row?.turns[turn!]?.parts[at!] ?? {};
  if (pointer == null || text === undefined) return;
  if (editor?.isChanged) return editor.focus(); // that one first
  if (editor) close();
  edit({ part: part.dataset['part']!, pointer, before: text, text });
}

function find(within: ParentNode, name: string, value: string | undefined): HTMLElement | null {
  return value === undefined ? null : within.querySelector<HTMLElement>(`[data-${name}="${CSS.escape(value)}"]`);
}

main.addEventListener('click', event => {
  const target = event.target as HTMLElement;
  if (target.closest('.editor, summary')) return;
  const part = target.closest('.edit')?.closest<HTMLElement>('.part');
  if (part) return begin(part);
  const turn = target.closest<HTMLElement>('[data-turn]');
  const byKey = event.detail === 0;
  if (!turn || (!byKey && !getSelection()?.isCollapsed)) return; // the mouse has selected text
  const finding = target.closest<HTMLElement>('[data-finding]')?.dataset['finding'] ?? -1;
  send({ type: 'show', turn: Number(turn.dataset['turn']), finding: Number(finding), focus: byKey });
});
main.addEventListener('dblclick', event => {
  const part = (event.target as HTMLElement).closest<HTMLElement>('.part:not(.editing)');
  if (part) begin(part);
});
main.addEventListener('toggle', () => {
  const open = [...main.querySelectorAll('details')].filter(fold => fold.open);
  keep({ folds: open.map(fold => fold.dataset['fold']!) });
}, { capture: true });

document.addEventListener('keydown', event => {
  if (editor || event.key !== 'z' || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
  event.stopPropagation(); // VS Code would undo what was typed into the page
  send({ type: 'undo' });
});

let scrolled: number | undefined;
window.addEventListener('scroll', () => {
  clearTimeout(scrolled);
  scrolled = setTimeout(() => keep({ scroll: window.scrollY }), 100);
});
window.addEventListener('message', ({ data }) => hear(data as ToPage));
send({ type: 'ready' });
