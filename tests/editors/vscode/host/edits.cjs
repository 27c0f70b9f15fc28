// What people do to rows, by chance and always in the same order for the same seed.
const vscode = require('vscode');

const WORDS = ['a', '7', '"', '{', '}', '[', ']', ',', ':', '\\', 'é', '漢', '😀', '👩‍👩‍👧', '\u2028', '\u0085', '\t', '\u200b', 'usr', 'null', 'role', 'AKIAIOSFODNN7EXAMPLE'];
const ROWS = [
  '{"messages":[{"role":"user","content":"Où est le quai ? 🚢"},{"role":"assistant","content":"Au bout de la rue."}]}',
  '{"messages":[{"role":"usr","content":"漢字 😀 é"},{"role":"assistant","content":"a"}]}',
  '{"messages":[{"role":"user","content":"hi"}]}',
  '{"messages":[',
  '{"prompt":"one","completion":"two"}',
  'not JSON at all 😀',
  '',
];

/** So many edits of the document in the active editor, as [name, act]. */
exports.edits = function* (document, seed, count) {
  const dice = random(seed);
  const acts = Object.entries(ACTS);
  first = document.getText();
  for (let n = 0; n < count; n++) {
    const [name, act] = acts[n < acts.length ? n : dice(acts.length)]; // each of them once at least
    yield [`${n} ${name}`, () => act(vscode.window.activeTextEditor, document, dice)];
  }
};

/** The text before all edits. */
let first;

const run = (command, ...args) => vscode.commands.executeCommand(command, ...args);

const ACTS = {
  async type(editor, document, dice) {
    go(editor, spot(document, dice));
    await run('type', { text: pick(dice, WORDS) });
  },
  async 'delete a few characters'(editor, document, dice) {
    const start = spot(document, dice);
    const end = document.positionAt(document.offsetAt(start) + 1 + dice(6));
    go(editor, start, end);
    await run('deleteLeft');
  },
  async newline(editor, document, dice) {
    go(editor, spot(document, dice));
    await run('type', { text: '\n' });
  },
  async 'join with the row before'(editor, document, dice) {
    go(editor, new vscode.Position(dice(document.lineCount), 0));
    await run('deleteLeft');
  },
  async 'paste rows'(editor, document, dice) {
    go(editor, new vscode.Position(dice(document.lineCount), 0));
    const text = Array.from({ length: 1 + dice(3) }, () => `${pick(dice, ROWS)}\n`).join('');
    await run('paste', { text, pasteOnNewLine: false, multicursorText: null });
  },
  async 'paste within a row'(editor, document, dice) {
    go(editor, spot(document, dice), spot(document, dice));
    await run('paste', { text: pick(dice, ['', 'naïve 🎉', '"},{"role":"user","content":"']), pasteOnNewLine: false });
  },
  async 'delete rows'(editor, document, dice) {
    const line = dice(document.lineCount);
    go(editor, new vscode.Position(line, 0), new vscode.Position(Math.min(document.lineCount - 1, line + dice(3)), 0));
    await run('editor.action.deleteLines');
  },
  async 'copy a row'(editor, document, dice) {
    go(editor, new vscode.Position(dice(document.lineCount), 0));
    await run('editor.action.copyLinesDownAction');
  },
  async 'move a row'(editor, document, dice) {
    go(editor, new vscode.Position(dice(document.lineCount), 0));
    await run(pick(dice, ['editor.action.moveLinesUpAction', 'editor.action.moveLinesDownAction']));
  },
  async undo(_editor, _document, dice) {
    for (let n = dice(4); n >= 0; n--) await run('undo');
  },
  async redo(_editor, _document, dice) {
    for (let n = dice(4); n >= 0; n--) await run('redo');
  },
  async 'type in several rows at once'(editor, document, dice) {
    const lines = [...new Set(Array.from({ length: 5 }, () => dice(document.lineCount)))];
    const spots = lines.map(line => inLine(document, line, dice));
    editor.selections = spots.map(at => new vscode.Selection(at, at));
    await run('type', { text: pick(dice, WORDS) });
    await run('type', { text: pick(dice, WORDS) });
    await run('deleteLeft');
    editor.selections = [editor.selections[0]];
  },
  async 'paste the first text over all'(editor, document) {
    go(editor, new vscode.Position(0, 0), new vscode.Position(document.lineCount, 0));
    await run('paste', { text: first, pasteOnNewLine: false });
  },
  async 'format rows'(_editor, document, dice) {
    const change = new vscode.WorkspaceEdit();
    for (let n = 0; n < 6; n++) {
      const line = document.lineAt(dice(document.lineCount));
      const text = formatted(line.text);
      if (text !== undefined && !change.get(document.uri).some(one => one.range.start.line === line.lineNumber))
        change.replace(document.uri, line.range, text);
    }
    await vscode.workspace.applyEdit(change);
  },
  async 'mend all'(editor, document) {
    go(editor, new vscode.Position(0, 0));
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const actions = await run('vscode.executeCodeActionProvider', document.uri, all, 'source.fixAll.turnlint', 5);
    for (const action of actions.slice(0, 1)) await vscode.workspace.applyEdit(action.edit);
  },
  async 'other line ends'(editor, document) {
    const other = document.eol === vscode.EndOfLine.LF ? vscode.EndOfLine.CRLF : vscode.EndOfLine.LF;
    await editor.edit(change => change.setEndOfLine(other));
  },
};

/** The row with blanks between its members, or without; undefined where it is no JSON. */
function formatted(text) {
  try {
    const short = JSON.stringify(JSON.parse(text));
    return text === short ? JSON.stringify(JSON.parse(text), null, 1).replaceAll(/\n */g, ' ') : short;
  } catch {
    return undefined;
  }
}

function go(editor, from, to = from) {
  editor.selection = new vscode.Selection(from, to);
}

function spot(document, dice) {
  return inLine(document, dice(document.lineCount), dice);
}

function inLine(document, line, dice) {
  return document.validatePosition(new vscode.Position(line, dice(document.lineAt(line).text.length + 1)));
}

function pick(dice, values) {
  return values[dice(values.length)];
}

/** Gives whole numbers from 0 below what it is asked for: mulberry32, a few lines and the same everywhere. */
function random(seed) {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) % below;
  };
}
