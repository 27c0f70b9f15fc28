import { el } from './dom';
import { rejoin } from './lines';

/** A text that is being edited. */
export interface Draft {
  /** The part that it belongs to: the numbers of its turn and of itself. */
  part: string;
  /** Where the text is in the row. */
  pointer: string;
  /** The text as it was. */
  before: string;
  /** The text as the user wants it. */
  text: string;
}

const IS_MAC = navigator.platform.startsWith('Mac');

/** A text area in the place of a text. */
export class Editor {
  readonly element: HTMLElement;
  private readonly area: HTMLTextAreaElement;
  private readonly grower: HTMLElement;
  private readonly problem = el('p', { class: 'problem', role: 'alert' });
  private readonly save = el('button', { class: 'save', click: () => this.done() }, 'Save');

  /** `changed` hears each change of the draft, `saved` the text to save, `cancelled` that none is. */
  constructor(
    readonly draft: Draft,
    private readonly changed: (draft: Draft) => void,
    private readonly saved: (after: string) => void,
    private readonly cancelled: () => void,
  ) {
    this.area = el('textarea', {
      'aria-label': 'Text of this part',
      dir: 'auto',
      rows: 1,
      spellcheck: 'false',
      input: () => this.grow(),
      keydown: event => this.press(event as KeyboardEvent),
    });
    this.area.value = draft.text;
    // The text lies under the area too, unseen: it makes the place that the area fills.
    this.grower = el('div', { class: 'grower' }, this.area);
    this.grower.dataset['text'] = draft.text;
    const keys = el('span', { class: 'keys' }, `${IS_MAC ? '⌘' : 'Ctrl+'}Enter saves, Escape cancels`);
    const cancel = el('button', { class: 'cancel', click: this.cancelled }, 'Cancel');
    const steps = el('div', { class: 'steps' }, this.save, cancel, keys);
    this.element = el('div', { class: 'editor' }, this.grower, this.problem, steps);
  }

  focus(): void {
    this.element.scrollIntoView({ block: 'nearest' });
    this.area.focus({ preventScroll: true });
  }

  /** Whether the user has changed anything. */
  get isChanged(): boolean {
    return rejoin(this.draft.before, this.area.value) !== this.draft.before;
  }

  /** Whether the text was handed on, and nothing has come back. */
  get isSaving(): boolean {
    return this.save.disabled;
  }

  /** Say why the text was not saved; it stays. */
  refuse(words: string): void {
    this.wait(false);
    const kept = 'What you wrote stays here; Cancel shows the row as it is.';
    this.problem.replaceChildren(...el('p', {}, `${words} ${kept}`).childNodes);
    this.focus();
  }

  private grow(): void {
    this.draft.text = this.area.value;
    this.grower.dataset['text'] = this.draft.text;
    this.changed(this.draft);
  }

  private press(event: KeyboardEvent): void {
    if (event.isComposing) return; // these keys are for the input method
    if (event.key === 'Escape') this.cancelled();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.done();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private done(): void {
    if (this.isSaving) return;
    if (!this.isChanged) return this.cancelled();
    this.wait(true);
    this.problem.replaceChildren();
    this.saved(rejoin(this.draft.before, this.area.value));
  }

  private wait(waits: boolean): void {
    this.area.readOnly = this.save.disabled = waits;
  }
}
