import { matchesOf } from '../older-browsers.ts';

/** An element of an XML document, with what a manifest needs. */
export interface XmlElement {
  readonly attributes: ReadonlyMap<string, string>;
  /** The children by their names without a namespace: a search does not pass those of other names. */
  readonly children: Map<string, XmlElement[]>;
  /** The text before the first child. */
  readonly text: string;
}

/** The maximum number of tags that are read. A day of segments with an entry for each has a fifth of that. */
const MAX_TAGS = 200_000;
/** The maximum length of a text or an attribute; the rest of it is not read. Nothing that counts is longer than a URL. */
const MAX_LENGTH = 2000;

/** What is not an element; the text of CDATA is a group. `$` is an end that is missing: it is searched only once. */
const NO_ELEMENT = /<!--[^]*?(?:-->|$)|<\?[^]*?(?:\?>|$)|<!DOCTYPE[^>]*|<!\[CDATA\[([^]*?)(?:\]\]>|$)/g;
// names are short, because V8 hashes strings of 16,384 characters by their length alone: a Map of such names is slow
const TAG = /<(\/?)(?:[\w.-]+:)?([\w.-]{1,40})((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>([^<]*)/g;
const ATTRIBUTE = /\s([\w:.-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" }),
);

const encode = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const decode = (text: string): string =>
  text.slice(0, MAX_LENGTH).replace(/&\w+;/g, (entity) => ENTITIES.get(entity) ?? entity);

/** Returns the parent of the outermost element of `text`. Workers have no `DOMParser`. */
export function parseXml(text: string): XmlElement {
  const document: XmlElement = { attributes: new Map(), children: new Map(), text: '' };
  /** The elements that are not closed yet, the outermost first. */
  const open: XmlElement[] = [];
  let count = 0;
  const elements = text.replace(NO_ELEMENT, (_, characters = '') => encode(characters as string));
  for (const [, isEnd, name = '', written = '', isEmpty, after = ''] of matchesOf(elements, TAG)) {
    if (++count > MAX_TAGS) break;
    if (isEnd) open.pop();
    else {
      const attributes = new Map<string, string>();
      for (const [, key = '', double, single = ''] of matchesOf(written, ATTRIBUTE))
        attributes.set(key, decode(double ?? single));
      const element: XmlElement = { attributes, children: new Map(), text: decode(after.trim()) };
      const { children } = open[open.length - 1] ?? document;
      const siblings = children.get(name);
      if (siblings) siblings.push(element);
      else children.set(name, [element]);
      if (!isEmpty) open.push(element);
    }
  }
  return document;
}

/** Returns the children with a name of the first of `elements` that has such. */
export const childrenOf = (elements: readonly XmlElement[], name: string): readonly XmlElement[] =>
  elements.find(({ children }) => children.has(name))?.children.get(name) ?? [];

/** Returns the value of an attribute in the first of `elements` that has it. */
export const attributeOf = (elements: readonly XmlElement[], name: string): string | undefined =>
  elements.find(({ attributes }) => attributes.has(name))?.attributes.get(name);
