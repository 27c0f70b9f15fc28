import { visible } from './visible';

type Child = Node | string | false | null | undefined;
type Attributes = Record<string, string | boolean | number | ((event: Event) => void)>;

/** An element. Strings become text, never markup; functions listen to the event of their name. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : String(value));
  for (const child of children) if (child) element.append(...(typeof child === 'string' ? visible(child) : [child]));
  return element;
}
