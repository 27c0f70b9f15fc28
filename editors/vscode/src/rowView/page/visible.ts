/**
 * What shows nothing, or turns the order of what is around it: controls but for tab and line feed, halves of surrogate
 * pairs, and what is ignored by default. Joiners and variation selectors stay, which emoji and scripts are written with.
 */
const HIDDEN = /(?![\t\n\u200C\u200D\uFE00-\uFE0F\u{E0100}-\u{E01EF}])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]/gu;

/** A flag is written with tags, which say nothing anywhere else. */
const FLAG = /\u{1F3F4}[\u{E0061}-\u{E007A}\u{E0030}-\u{E0039}]+\u{E007F}/gu;

/** A text as nodes in which each hidden character is a mark with its number. */
export function visible(text: string): Node[] {
  const flags = [...text.matchAll(FLAG)].map(({ index, 0: { length } }) => [index, index + length] as const);
  const nodes: Node[] = [];
  let from = 0;
  for (const { index, 0: hidden } of text.matchAll(HIDDEN)) {
    if (flags.some(([start, end]) => index >= start && index < end)) continue;
    nodes.push(new Text(text.slice(from, index)), mark(hidden));
    from = index + hidden.length;
  }
  return [...nodes, new Text(text.slice(from))];
}

function mark(hidden: string): Node {
  const element = document.createElement('span');
  element.className = 'hidden-character';
  element.textContent = `U+${hidden.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  return element;
}
