// The real VS Code workbench: code-server serves it on the loopback interface, and a headless Chromium shows it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const PACKAGE = createRequire(import.meta.url).resolve('code-server/package.json');
const CODE_SERVER = path.join(path.dirname(PACKAGE), 'out/node/entry.js');
const OFFLINE = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
const CONTAINED = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']; // so that it runs in containers too
const PATIENCE = 30_000; // milliseconds

/** Nothing that saves, asks, fetches, or comes back from the last run. */
const QUIET = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'files.autoSave': 'off',
  'files.hotExit': 'off',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

export class Workbench {
  /**
   * Start one on a folder with these files, by relative path; everything is new. Pictures and the log go to `output`.
   * Unless the folder is `trusted`, VS Code restricts what it may do.
   */
  static async start({ vsix, browser, output, settings, files, trusted = true }) {
    const self = new Workbench();
    self.output = output;
    self.home = await mkdtemp(path.join(tmpdir(), 'turnlint-workbench-'));
    try {
      await mkdir(output, { recursive: true });
      await self.#write('User/settings.json', JSON.stringify({ ...QUIET, 'security.workspace.trust.enabled': !trusted }));
      await self.set(settings);
      for (const [name, text] of Object.entries(files)) await self.save(name, text);
      await self.#install(vsix);
      await self.#show(await self.#serve(), browser);
    } catch (error) {
      await self.stop();
      throw error;
    }
    return self;
  }

  async stop() {
    await this.browser?.close();
    if (this.server?.exitCode === null && this.server.kill()) await once(this.server, 'exit');
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /**
   * Write settings; the workbench takes them up while it runs. They are those of the machine and not of the user: to the
   * browser the folder lies on another machine, where no setting of the user may name a program.
   */
  set(settings) {
    return this.#write('Machine/settings.json', JSON.stringify(settings));
  }

  /** Write a file of the folder. */
  save(name, text) {
    return this.#write(`ferry/${name}`, text);
  }

  /** Open a file of the folder from the explorer. */
  async open(name) {
    await this.page.locator(`.explorer-folders-view [aria-label^="${name}"]`).dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  press(keys) {
    return this.page.keyboard.press(keys);
  }

  /** Run a command from the palette. */
  async run(command) {
    await this.press('F1');
    await this.page.locator('.quick-input-widget input:focus').waitFor();
    await this.page.keyboard.type(command);
    await this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${command}"]`).first().click();
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

  async picture(name) {
    await this.page?.screenshot({ path: path.join(this.output, `${name}.png`), animations: 'disabled' });
  }

  async #write(name, text) {
    const file = path.join(this.home, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async #codeServer(...args) {
    const own = ['--config', 'config.yaml', '--user-data-dir', '.', '--extensions-dir', 'extensions'];
    const log = await open(path.join(this.output, 'code-server.log'), 'a');
    const env = { ...process.env, EXTENSIONS_GALLERY: '{}' }; // no market place
    const stdio = ['ignore', 'pipe', log.fd];
    const started = spawn(process.execPath, [CODE_SERVER, ...own, ...args], { cwd: this.home, env, stdio });
    await log.close();
    return started;
  }

  async #install(vsix) {
    const installing = await this.#codeServer('--install-extension', vsix);
    installing.stdout.resume();
    const [status] = await once(installing, 'exit');
    if (status !== 0) throw new Error(`${vsix} cannot be installed: see code-server.log`);
  }

  /** Gives the address. */
  async #serve() {
    const quiet = ['--auth', 'none', '--disable-telemetry', '--disable-update-check', '--bind-addr', '127.0.0.1:0'];
    this.server = await this.#codeServer(...quiet);
    return new Promise((resolve, reject) => {
      createInterface({ input: this.server.stdout })
        .on('line', line => {
          const address = /listening on (http:\S+)/.exec(line);
          if (address) resolve(address[1]);
        })
        .on('close', () => reject(new Error('code-server has ended: see code-server.log')));
    });
  }

  async #show(url, executablePath) {
    this.browser = await chromium.launch({ executablePath, args: [...OFFLINE, ...CONTAINED] });
    this.page = await this.browser.newPage({ viewport: { width: 1280, height: 800 } });
    this.page.setDefaultTimeout(PATIENCE);
    await this.page.goto(`${url}?folder=${encodeURIComponent(path.join(this.home, 'ferry'))}`);
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  }
}
