import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The folder of the script and the style of the page, all that it may load. */
export function pageFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'rowView');
}

/** The page that shows a row. It is empty: what a row holds comes by messages, and is set as text. */
export function html(webview: vscode.Webview, extension: vscode.Uri): string {
  const source = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extension), name)).toString();
  const nonce = randomBytes(16).toString('base64url');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Row</title>
    <link rel="stylesheet" href="${source('main.css')}">
    <script type="module" nonce="${nonce}" src="${source('main.js')}"></script>
  </head>
  <body></body>
</html>`;
}
