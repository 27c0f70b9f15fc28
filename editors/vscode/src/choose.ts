import path from 'node:path';
import * as vscode from 'vscode';
import type { Description } from './describe';
import type { Server } from './server';
import { SECTION } from './settings';

/** What can be chosen, as the server lists it (`turnlint.choices`). */
interface Choices {
  targets: { name: string; title: string; note: string; models: string[] }[];
  formats: { name: string; title: string }[];
}

/** A value of a setting, to be chosen. The empty one unsets it. */
interface Choice {
  value: string;
  label: string;
  description?: string;
}

/** What a choice is made for. */
interface Situation {
  choices: Choices;
  file: vscode.Uri | undefined;
  description: Description | undefined;
  /** The name of the settings file that holds for the file. */
  settings: string | undefined;
}

/** The target that judges by the home of the format: the same as none. */
const GENERIC = 'generic';

/** Lets the user choose who will train on the data, then which of its models. */
export async function selectTarget(server: Server): Promise<void> {
  const situation = await situationOf(server);
  if (!situation) return;
  const { choices, file, settings } = situation;
  const targets = choices.targets.filter(one => one.name !== GENERIC);
  const none = { label: 'No target', description: 'each format is judged by the rules of who made it' };
  const holds = setting('target', file);
  const [name = ''] = holds.split(':', 1);
  const target = await pick(situation, 'Who will train on the data?', name === GENERIC && !settings ? '' : name, [
    // A settings file holds where nothing is chosen here.
    ...(settings ? [{ value: '', label: `What ${settings} says` }, { value: GENERIC, ...none }] : [{ value: '', ...none }]),
    ...targets.map(one => ({ value: one.name, label: one.title, description: [one.name, one.note].filter(Boolean).join(' · ') })),
  ]);
  if (target === undefined) return;
  const { title, models = [] } = targets.find(one => one.name === target) ?? {};
  const whole = models.length === 0 ? target : await pick(situation, `Which model of ${title}?`, holds, [
    { value: target, label: 'Any model' },
    ...models.map(model => ({ value: `${target}:${model}`, label: model })),
  ]);
  if (whole !== undefined) await write('target', whole, file);
}

/** Lets the user choose the format of the rows. */
export async function selectFormat(server: Server): Promise<void> {
  const situation = await situationOf(server);
  if (!situation) return;
  const { choices, description, file, settings } = situation;
  const told = description?.format ? `the rows tell it: ${description.format.title}` : 'the rows tell it';
  const none = settings ? { label: `What ${settings} says`, description: 'else the rows tell it' } : { label: 'No format', description: told };
  const format = await pick(situation, 'Which format do the rows have?', setting('format', file), [
    { value: '', ...none },
    ...choices.formats.map(({ name, title }) => ({ value: name, label: title, description: name })),
  ]);
  if (format !== undefined) await write('format', format, file);
}

async function situationOf(server: Server): Promise<Situation | undefined> {
  const file = vscode.window.activeTextEditor?.document.uri;
  const choices = await server.ask<Choices>('choices');
  const description = file && (await server.ask<Description>('describeFile', file.toString()));
  return choices && { choices, file, description, settings: description?.settings ? path.basename(description.settings) : undefined };
}

/** The value that the user chooses; what holds now is marked. */
async function pick({ settings }: Situation, title: string, now: string, choices: Choice[]): Promise<string | undefined> {
  const items = choices.map(choice => ({
    ...choice,
    iconPath: new vscode.ThemeIcon(choice.value === now ? 'check' : 'blank'),
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    matchOnDescription: true,
    ...(settings && { placeHolder: `In this editor, what is chosen here wins over ${settings}` }),
  });
  return chosen?.value;
}

function setting(key: string, file: vscode.Uri | undefined): string {
  return vscode.workspace.getConfiguration(SECTION, file).get(key, '');
}

/** Writes a setting into those of the file's workspace folder, else of the workspace; without one, into the user's. */
async function write(key: string, value: string, file: vscode.Uri | undefined): Promise<void> {
  const folder = file && vscode.workspace.getWorkspaceFolder(file);
  const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
  const target = folder ? WorkspaceFolder : vscode.workspace.workspaceFolders ? Workspace : Global;
  const configuration = vscode.workspace.getConfiguration(SECTION, folder);
  const said = configuration.inspect<string>(key);
  // A value further out would shine through where this one is taken away.
  const outer = [
    target !== Global && said?.globalValue,
    target === WorkspaceFolder && vscode.workspace.workspaceFile && said?.workspaceValue,
  ];
  await configuration.update(key, value || (outer.some(Boolean) ? '' : undefined), target);
}
