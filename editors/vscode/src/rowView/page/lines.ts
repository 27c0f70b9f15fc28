const BREAK = /\r\n?/g;

/**
 * What a text area makes of a text, with the line breaks of the text: an area knows no carriage return. What was not
 * edited keeps its own, what is new gets the kind that the text begins with.
 */
export function rejoin(before: string, edited: string): string {
  if (!before.includes('\r')) return edited;
  const known = inArea(before);
  const most = Math.min(known.length, edited.length);
  let start = 0;
  while (start < most && known[start] === edited[start]) start += 1;
  let end = 0;
  while (end < most - start && known.at(-1 - end) === edited.at(-1 - end)) end += 1;
  const kind = /\r\n?|\n/.exec(before)?.[0] ?? '\n';
  const middle = edited.slice(start, edited.length - end).replaceAll('\n', kind);
  const joined = before.slice(0, place(before, start)) + middle + before.slice(place(before, known.length - end));
  // A carriage return that comes to stand before a line feed would be one break with it.
  return inArea(joined) === edited ? joined : edited.replaceAll('\n', kind);
}

function inArea(text: string): string {
  return text.replace(BREAK, '\n');
}

/** Where a place of the text without carriage returns is in the text itself. */
function place(text: string, normal: number): number {
  let shift = 0;
  for (const { index } of text.matchAll(/\r\n/g)) {
    if (index - shift >= normal) break;
    shift += 1;
  }
  return normal + shift;
}
