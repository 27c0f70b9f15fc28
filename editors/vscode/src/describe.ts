/** What the server says of an open document (`turnlint.describeFile`). */
export interface Description {
  format: { name: string; title: string } | null;
  jsonl: boolean;
  /** As the settings name it; `generic` where none is named. */
  target: string;
  targetTitle: string;
  /** No target is named: the rows are judged by the rules of the home of their format. */
  assumed: boolean;
  rows: number;
  /** All rows are judged. */
  settled: boolean;
  counts: Counts;
  tokens: string | null;
  /** The path of the settings file that holds for the document. */
  settings: string | null;
}

/** How many findings there are of each severity. */
export type Counts = Record<(typeof SEVERITIES)[number], number>;

/** The severities, the worst first: in the order of `vscode.DiagnosticSeverity`. */
export const SEVERITIES = ['error', 'warning', 'info', 'hint'] as const;

/** For example `2 errors, 1 warning`. */
export function counted(counts: Counts): string {
  const said = SEVERITIES.filter(severity => counts[severity] > 0).map(severity => amount(counts[severity], severity));
  return said.join(', ') || 'no problems';
}

/** For example `1,200 rows`. */
export function amount(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}
