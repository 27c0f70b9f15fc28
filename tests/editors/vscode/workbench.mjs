// The real VS Code workbench: code-server serves it on the loopback interface, and headless Chromium shows its windows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

export const { TURNLINT, OUTPUT } = process.env;
const PACKAGE = createRequire(import.meta.url).resolve('code-server/package.json');
const ENTRY = path.join(path.dirname(PACKAGE), 'out/node/entry.js');
const OFFLINE = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const CONTAINED = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']; // so that it runs in containers too
const GRACE = 2; // seconds until an extension host ends whose window is gone
export const PATIENCE = 120_000; // milliseconds: a window takes one minute where the machine has much other work

/** Nothing that saves, asks, fetches, or comes back from the last run; nothing in the pictures that is not the point. */
const QUIET = {
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'files.autoSave': 'off',
  'files.exclude': { '**/.vscode': true },
  'files.hotExit': 'off',
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.editorLargeFileConfirmation': 1000, // MB, as on a desktop
  'workbench.layoutControl.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/** Starts the server and leaves the number of its process, line by line, beside the folder. */
export const COMMAND = [
  ...['/bin/sh', '-c', 'echo $$ >> "$0"; exec "$@"'],
  ...['${workspaceFolder}/../processes', TURNLINT],
];

/** A code-server with the extension in it; everything is new. */
class CodeServer {
  /** With these settings of the machine, and `env` over the environment. `trust`: folders are not trusted before the user says so. */
  static async start({ settings = { 'turnlint.path': COMMAND }, env = {}, trust = false }) {
    const self = new CodeServer();
    self.env = { ...process.env, EXTENSIONS_GALLERY: '{}', ...env }; // no market place
    self.home = await mkdtemp(path.join(tmpdir(), 'turnlint-workbench-'));
    await write(path.join(self.home, 'User/settings.json'), JSON.stringify({ ...QUIET, 'security.workspace.trust.enabled': trust }));
    // Those of the machine and not of the user: to the browser the folder lies on another one, where no setting of the
    // user may name a program.
    await write(path.join(self.home, 'Machine/settings.json'), JSON.stringify(settings));
    await self.#install();
    self.url = await self.#serve();
    return self;
  }

  async stop() {
    if (this.process?.exitCode === null && this.process.kill()) await once(this.process, 'exit');
    await cp(path.join(this.home, 'logs'), path.join(OUTPUT, 'logs', path.basename(this.home)), { recursive: true });
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #spawn(...args) {
    const own = ['--config', 'config.yaml', '--user-data-dir', '.', '--extensions-dir', 'extensions'];
    const log = await open(path.join(OUTPUT, 'code-server.log'), 'a');
    const stdio = ['ignore', 'pipe', log.fd];
    const started = spawn(process.execPath, [ENTRY, ...own, ...args], { cwd: this.home, env: this.env, stdio });
    await log.close();
    return started;
  }

  async #install() {
    const installing = await this.#spawn('--install-extension', path.join(OUTPUT, 'turnlint.vsix'));
    installing.stdout.resume();
    const [status] = await once(installing, 'exit');
    if (status !== 0) throw new Error('The extension cannot be installed: see code-server.log');
  }

  /** Gives the address. */
  async #serve() {
    const quiet = ['--auth', 'none', '--disable-telemetry', '--disable-update-check', '--bind-addr', '127.0.0.1:0'];
    this.process = await this.#spawn(...quiet, '--reconnection-grace-time', String(GRACE));
    return new Promise((resolve, reject) => {
      createInterface({ input: this.process.stdout })
        .on('line', line => {
          const address = /listening on (http:\S+)/.exec(line);
          if (address) resolve(address[1]);
        })
        .on('close', () => reject(new Error('code-server has ended: see code-server.log')));
    });
  }
}

let browser;
const servers = new Map();

/** The server that is so; one for all who ask for the same. */
function server(options = {}) {
  const key = JSON.stringify(options);
  if (!servers.has(key)) servers.set(key, CodeServer.start(options));
  return servers.get(key);
}

/** End all servers and the browser. */
export async function stop() {
  await (await browser)?.close();
  for (const starting of servers.values()) await (await starting.catch(() => undefined))?.stop();
}

/** A window on a folder. */
export class Workbench {
  /**
   * Open one on a new folder with these files, by relative path, and these settings of the folder; or on that of `beside`,
   * another window. `on` says what kind of server it is on. `payload` is handed to VS Code.
   */
  static async open({ files = {}, settings, on, beside, payload, script }) {
    const self = new Workbench();
    self.server = await server(on);
    self.home = beside?.home ?? (await mkdtemp(path.join(self.server.home, 'window-')));
    self.folder = path.join(self.home, 'ferry line');
    if (settings) await self.set(settings);
    for (const [name, text] of Object.entries(files)) await self.save(name, text);
    browser ??= chromium.launch({ executablePath: process.env.BROWSER, args: [...OFFLINE, ...CONTAINED] });
    self.context = await (await browser).newContext({ viewport: { width: 1200, height: 750 } });
    self.page = await self.context.newPage();
    self.page.setDefaultTimeout(PATIENCE);
    if (script) await script(self.page);
    const query = new URLSearchParams({ folder: self.folder, ...(payload && { payload: JSON.stringify(payload(self)) }) });
    await self.page.goto(`${self.server.url}?${query}`);
    return self;
  }

  async close() {
    await (await this.other)?.context.close();
    await this.context.close();
  }

  /** A second window on the same folder. */
  beside() {
    this.other ??= Workbench.open({ beside: this });
    return this.other;
  }

  /** Write the settings of the folder; the workbench takes them up while it runs. */
  set(settings) {
    return this.save('.vscode/settings.json', JSON.stringify(settings));
  }

  /** Write a file of the folder. */
  save(name, text) {
    return write(path.join(this.folder, name), text);
  }

  /** The text of a file of the folder. */
  read(name) {
    return readFile(path.join(this.folder, name), 'utf8');
  }

  /** Save the active editor, and wait until its file is this text. */
  async saved(name, text) {
    await this.press('Control+s');
    await until(`this text on disk: ${text}`, async () => (await this.read(name)) === text);
  }

  /** The numbers of the processes of the servers that were started for the folder. */
  async processes() {
    return (await readFile(path.join(this.home, 'processes'), 'utf8')).split('\n').filter(Boolean).map(Number);
  }

  /** Open a file of the folder from the explorer. */
  async open(name) {
    await this.page.locator(`.explorer-folders-view [aria-label^="${name}"]`).dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  /** Select the word that is underlined. Not by a double click: where the machine has other work it is two. */
  async selectFault() {
    await this.squiggles.first().click({ force: true });
    await this.press('Control+d');
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Put the cursor of the active editor at a line and column, from 1. */
  async go(line, column = 1) {
    await this.press('Control+g');
    await this.ask(`:${line}:${column}`);
    await this.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Run a command from the palette. */
  async run(command) {
    await this.press('F1');
    await this.ask(`>${command}`);
    await this.choose(command);
  }

  /** Write into the field of the list at the top. */
  ask(words) {
    return this.page.locator('.quick-input-widget input:focus').fill(words);
  }

  /** Choose what begins with these words from the list at the top. */
  async choose(words) {
    await this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${words}"]`).first().click();
    await this.page.mouse.move(0, 0); // so that nothing explains itself under it
  }

  /** Offer what can be done at the cursor, and give the entry with these words. */
  offer(words) {
    const offered = this.page.locator('.action-widget .monaco-list-row', { hasText: words }).first();
    // Whatever VS Code asks for its bulb meanwhile closes the menu: then again.
    return until(`an offer: ${words}`, async () => {
      await this.press('Escape', 'Control+.');
      return offered.waitFor({ timeout: 3000 }).then(() => offered, () => undefined);
    });
  }

  /** Entries of the Problems panel, all of turnlint or those that hold these words. */
  problems(words = 'turnlint') {
    return this.page.locator(`.markers-panel .monaco-list-row[aria-level="2"][aria-label*="${words}"]`);
  }

  /** What is underlined as an error in the rows that are shown. */
  get squiggles() {
    return this.page.locator('.monaco-editor .squiggly-error');
  }

  /** Messages at the bottom right. */
  get messages() {
    return this.page.locator('.notification-toast');
  }

  /** Where the status bar says the cursor is: `Ln 2, Col 1`. */
  get cursor() {
    return this.page.locator('#status\\.editor\\.selection');
  }

  async picture(name) {
    await this.page.screenshot({ path: path.join(OUTPUT, `${name}.png`), animations: 'disabled' });
  }
}

/** The first value that holds, as soon as there is one. */
export async function until(what, look, patience = PATIENCE) {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(50)) {
    const value = await look();
    if (value) return value;
  }
  throw new Error(`waited in vain: ${what}`);
}

async function write(file, text) {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}
