/** An element of an XML document, with what a manifest needs. */
export interface XmlElement {
  /** Without the namespace prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** The text before the first child, with the white space around it. */
  text: string;
}

/** The ends of constructs that are not elements, by their beginnings. */
const ENDS: Readonly<Record<string, string>> = { '<!--': '-->', '<?': '?>', '<![CDATA[': ']]>', '<!DOCTYPE': '>' };
const TAG = /<(\/?)(?:\w+:)?([\w.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>([^<]*)/g;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The length of the longest name of an attribute that is read, in characters. Manifests have much shorter ones. */
const MAX_NAME_LENGTH = 1000;

const decode = (text: string): string => text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!);

/** Returns the attributes in `text`. Skips long names, because V8 hashes them by their length alone. */
function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE))
    if (name!.length <= MAX_NAME_LENGTH) attributes.set(name!, decode(double ?? single ?? ''));
  return attributes;
}

/**
 * Removes everything that is not an element. Drops the text from a construct without an end on, so that an end is
 * searched in vain only once.
 */
function elementsOf(text: string): string {
  const opening = /<!--|<\?|<!\[CDATA\[|<!DOCTYPE/g;
  const kept: string[] = [];
  for (let from = 0; ;) {
    opening.lastIndex = from;
    const found = opening.exec(text);
    kept.push(text.slice(from, found?.index));
    const ending = ENDS[found?.[0] ?? ''];
    const end = ending ? text.indexOf(ending, opening.lastIndex) : -1;
    if (!ending || end < 0) return kept.join('');
    from = end + ending.length;
  }
}

/** Returns the outermost element of `text`; `undefined` if `text` is no XML. Workers have no `DOMParser`. */
export function parseXml(text: string): XmlElement | undefined {
  const document: XmlElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [document];
  for (const [, isEnd, name, attributes, isEmpty, after] of elementsOf(text).matchAll(TAG)) {
    if (isEnd) {
      if (open.length > 1) open.pop();
      continue;
    }
    const element: XmlElement = {
      name: name!,
      attributes: attributesOf(attributes!),
      children: [],
      text: decode(after!),
    };
    open.at(-1)!.children.push(element);
    if (!isEmpty) open.push(element);
  }
  return document.children[0];
}

export const childrenOf = ({ children }: XmlElement, name: string): XmlElement[] =>
  children.filter((it) => it.name === name);
