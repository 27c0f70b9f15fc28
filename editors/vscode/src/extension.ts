import * as vscode from 'vscode';
import { selectFormat, selectTarget } from './choose';
import { compareDuplicates } from './compareDuplicates';
import { provideRows } from './compareRows';
import { showDebugInformation } from './debugInformation';
import { fixAll } from './fixAll';
import { OwnEnvironment } from './find/ownEnvironment';
import { PythonExtensions } from './find/pythonExtensions';
import { Installer } from './install';
import { watchLargeFiles } from './largeFiles';
import { provideRowView } from './rowView';
import { Server } from './server';
import { Status } from './status';

let stop: (() => Promise<unknown>) | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const means = { own: new OwnEnvironment(context), extensions: new PythonExtensions() };
  const server = new Server(means);
  const installer = new Installer(server, means, context.globalState);
  stop = () => Promise.all([installer.stop(), server.stop()]);
  /** The palette shows these only while a server runs; links and keys lead to them at any time. */
  const needing = (run: () => unknown) => (): unknown => {
    if (server.running) return run();
    return server.state === 'missing' ? installer.propose() : server.tellState();
  };
  const commands = {
    compareDuplicates: needing(compareDuplicates),
    showDebugInformation: () => showDebugInformation(server, context.extension),
    fixAll: needing(fixAll),
    install: () => installer.install(),
    restart: () => server.restart(),
    selectFormat: needing(() => selectFormat(server)),
    selectTarget: needing(() => selectTarget(server)),
    showLogs: () => server.log.show(),
  };
  context.subscriptions.push(
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(`turnlint.${name}`, run)),
    server,
    means.extensions,
    means.own,
    installer,
    new Status(server, installer),
    watchLargeFiles(server),
    provideRows(),
    provideRowView(server, context.extensionUri),
    means.extensions.onDidChange(() => server.reconsider()),
    means.own.onDidChange(() => server.reconsider()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
    // Needed even for the first start: right after an install the settings may arrive after activate().
    vscode.workspace.onDidChangeConfiguration(() => server.configure()),
  );
  void server.restart();
}

export function deactivate(): Promise<unknown> | undefined {
  return stop?.();
}
