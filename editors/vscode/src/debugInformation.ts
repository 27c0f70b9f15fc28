import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { amount } from './describe';
import type { Server } from './server';
import { SECTION } from './settings';

/** Milliseconds in which a server that does not hang has answered. */
const PATIENCE = 10_000;

/** Shows, in a new document that can be pasted into a report, what runs where and by which settings. */
export async function showDebugInformation(server: Server, extension: vscode.Extension<unknown>): Promise<void> {
  const file = vscode.window.activeTextEditor?.document.uri.toString() ?? null;
  const asked = server.ask<string>('debugInformation', file).catch((error: unknown) => `The server gave no answer: ${error}`);
  const said = await Promise.race([asked, sleep(PATIENCE, `The server gave no answer within ${PATIENCE / 1000} seconds.`)]);
  const content = [
    ...['# turnlint for VS Code: debug information', list(versions(extension))],
    ...['## Where the server was looked for', code(whereabouts(server).join('\n'))],
    ...['## Settings of the editor that are not the default', settings(extension)],
    said ?? 'No server was there to be asked.',
  ].join('\n\n');
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: `${anonymous(content)}\n` });
  await vscode.window.showTextDocument(document);
}

function versions({ packageJSON }: vscode.Extension<unknown>): string[] {
  const where = vscode.env.remoteName === undefined ? '' : `, remote: ${vscode.env.remoteName}`;
  return [
    `Extension ${packageJSON.version}`,
    `${vscode.env.appName} ${vscode.version} (${process.platform} ${process.arch}${where})`,
    `Workspace: ${amount(vscode.workspace.workspaceFolders?.length ?? 0, 'folder')}, ${vscode.workspace.isTrusted ? 'trusted' : 'not trusted'}`,
  ];
}

function whereabouts({ search, state, version, lacking }: Server): string[] {
  const { launch, passed } = search;
  return [
    `State: ${state}`,
    ...(version === undefined ? [] : [`Version: ${version}`]),
    ...(launch ? [`Found: ${launch.place}`, `Started as ${JSON.stringify(launch.command)}`] : []),
    ...passed.map(({ place, reason }) => `${place}: ${reason}`),
    ...(lacking.length > 0 ? [`Commands that it does not know: ${lacking.join(', ')}`] : []),
  ];
}

function settings(extension: vscode.Extension<unknown>): string {
  const found = changed(extension);
  return Object.keys(found).length > 0 ? code(JSON.stringify(found, null, 2)) : 'None.';
}

/** The settings of the extension that are set anywhere, with the value of each place. */
function changed({ packageJSON }: vscode.Extension<unknown>): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration();
  const names = Object.keys(packageJSON.contributes.configuration.properties).filter(name => name.startsWith(SECTION));
  const places = ['globalValue', 'workspaceValue', 'workspaceFolderValue'] as const;
  const said = names.map(name => {
    const found = configuration.inspect(name);
    const values = places.map(place => [place.replace('Value', ''), found?.[place]]).filter(([, value]) => value !== undefined);
    return [name, Object.fromEntries(values)] as const;
  });
  return Object.fromEntries(said.filter(([, values]) => Object.keys(values).length > 0));
}

function list(lines: string[]): string {
  return lines.map(line => `- ${line}`).join('\n');
}

/** As code, whatever it holds. */
function code(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}

/** Does not say who the user is, and no password: of an address, or as the value of a variable or an option. */
function anonymous(text: string): string {
  return text
    .replaceAll(homedir(), '~')
    .replaceAll(/(:\/\/)[^\s/@"]+@/g, '$1…@')
    .replaceAll(/((?:key|token|secret|password)(?:=|",\s*"))[^\s"]+/gi, '$1…');
}
