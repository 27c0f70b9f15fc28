// Runs in the extension host of the workbench, with the whole `vscode` API. Does what `plan.json` beside the folder says,
// and leaves in `report.json` what came of it.
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { edits } = require('./edits.cjs');
const { FreshServer } = require('./fresh.cjs');

const PATIENCE = 60_000; // milliseconds
const REST = 300; // milliseconds in which nothing may happen, after every so many edits
const RESTS = 10;
const SEVERITIES = ['error', 'warning', 'info', 'hint'];
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

exports.run = async () => {
  const [{ uri: folder }] = vscode.workspace.workspaceFolders;
  const beside = name => path.join(path.dirname(folder.fsPath), name);
  const plan = JSON.parse(fs.readFileSync(beside('plan.json'), 'utf8'));
  const report = {};
  try {
    report.activation = await activate(plan);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, plan.file));
    await vscode.window.showTextDocument(document, { preview: false });
    await edit(document, plan, (report.steps = []));
    report.times = await typing(document, plan);
  } catch (error) {
    report.failed = error.stack;
    throw error;
  } finally {
    fs.writeFileSync(beside('report.json'), JSON.stringify(report));
  }
};

/** What the activation takes, in milliseconds: by the clock, and of the processor beside a window that idles as long. */
async function activate({ extension }) {
  const own = vscode.extensions.getExtension(extension);
  const [before, used] = [own.isActive, process.cpuUsage()];
  const start = performance.now();
  await own.activate();
  const clock = performance.now() - start;
  const busy = spent(used);
  const rest = process.cpuUsage();
  await pause(clock);
  return { before, clock, processor: busy - spent(rest) };
}

function spent(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** Edits by chance; after each one the text, what VS Code shows of it, and what a server says that never saw another. */
async function edit(document, { server, options, seed, count }, steps) {
  const fresh = await FreshServer.start(server, options);
  try {
    for (const [name, act] of edits(document, seed, count)) {
      await act();
      const text = document.getText();
      const wanted = (await fresh.diagnose(text)).map(ofServer).sort();
      const shown = await settled(document, wanted);
      const later = await changes(document, shown, steps.length % RESTS ? 0 : REST);
      steps.push({ name, text, wanted, shown, later });
      if (JSON.stringify(shown) !== JSON.stringify(wanted)) break; // the test says what is not right
    }
  } finally {
    fresh.stop();
  }
}

/** What is shown, as soon as all is judged and it is what is wanted, or when patience is at its end. */
async function settled(document, wanted) {
  const same = JSON.stringify(wanted);
  for (const end = Date.now() + PATIENCE; Date.now() < end; await pause(5))
    if (JSON.stringify(shown(document)) === same && (await isJudged(document)) && JSON.stringify(shown(document)) === same) break;
  return shown(document);
}

async function isJudged({ uri }) {
  return (await vscode.commands.executeCommand('turnlint.describeFile', uri.toString())).settled;
}

/** What else is shown within so many milliseconds, and until the server has answered once more. */
async function changes(document, settled, rest) {
  const others = [];
  const look = () => JSON.stringify(shown(document)) === JSON.stringify(settled) || others.push(shown(document));
  const listening = vscode.languages.onDidChangeDiagnostics(look);
  await pause(rest);
  await isJudged(document);
  listening.dispose();
  return others;
}

/** Milliseconds from a key that breaks or mends a role to the findings that say so. */
async function typing(document, { keys }) {
  const editor = vscode.window.activeTextEditor;
  await editor.edit(change => change.insert(new vscode.Position(0, 0), '{"messages":[{"role":"user","content":"é 😀"},{"role":"assistant","content":"b"}]}\n'));
  const at = new vscode.Position(0, document.lineAt(0).text.indexOf('assistant') + 2);
  const broken = () => shown(document).some(one => one.startsWith('0:') && one.includes('unknown-role'));
  editor.selection = new vscode.Selection(at, at);
  const times = [];
  for (let n = 0; n < keys; n++) {
    const wanted = n % 2 === 0;
    const start = performance.now();
    const told = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`key ${n} made no finding come or go`)), PATIENCE);
      const listening = vscode.languages.onDidChangeDiagnostics(() => {
        if (broken() !== wanted) return;
        clearTimeout(late);
        listening.dispose();
        resolve(performance.now() - start);
      });
    });
    if (wanted) await vscode.commands.executeCommand('type', { text: 'x' });
    else await vscode.commands.executeCommand('deleteLeft');
    times.push(await told);
  }
  return times;
}

/** The findings that VS Code has of a document, one a line: `LINE:START-END SEVERITY RULE MESSAGE`, in UTF-16 units from 0. */
function shown(document) {
  return vscode.languages.getDiagnostics(document.uri).map(one => inWords(one.range, one.severity, codeOf(one.code), one.message)).sort();
}

function ofServer({ range, severity, code, message }) {
  return inWords(range, severity - 1, code, message);
}

function inWords({ start, end }, severity, code, message) {
  return `${start.line}:${start.character}-${end.line}:${end.character} ${SEVERITIES[severity]} ${code} ${message}`;
}

function codeOf(code) {
  return typeof code === 'object' ? code.value : code;
}
