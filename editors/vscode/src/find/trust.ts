import { realpathSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Command } from '../processes';

/** Why a command must not be run. */
export const FORBIDDEN = 'lies in this workspace, which is not trusted';

/** Whether a command must not be run because a word of it names a place in a workspace that the user has not said to trust. */
export function isForbidden(command: Command): boolean {
  if (vscode.workspace.isTrusted) return false;
  const folders = (vscode.workspace.workspaceFolders ?? []).map(folder => folder.uri.fsPath);
  const places = command.flatMap(word => [word, real(word)]);
  return folders.flatMap(folder => [folder, real(folder)]).some(folder => places.some(place => names(place, folder)));
}

function names(word: string, folder: string): boolean {
  if (!path.isAbsolute(word)) return word.includes(folder); // as in `--from=FOLDER`
  const way = path.relative(folder, word);
  return way === '' || (way.split(path.sep)[0] !== '..' && !path.isAbsolute(way));
}

function real(word: string): string {
  try {
    return path.isAbsolute(word) ? realpathSync(word) : word;
  } catch {
    return word;
  }
}
