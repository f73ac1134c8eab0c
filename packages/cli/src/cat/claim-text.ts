/** Returns text of a token in a form that can be printed: nothing in it moves the cursor or reverses the line. */
export const shown = (text: string): string =>
  JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );

const parts = ['scheme', 'host', 'port', 'path', 'query', 'parent path', 'file name', 'stem', 'extension'];
const awsParts = ['?', 'host', 'path', 'extension'];
const matches: Readonly<Record<number, string>> = {
  0: 'is',
  1: 'begins with',
  2: 'ends with',
  3: 'contains',
  4: 'fits the regular expression',
  '-1': 'has the SHA-256',
  '-2': 'has the SHA-512/256',
};
const awsMatches: Readonly<Record<number, string>> = { 1: 'begins with', 2: 'ends with', 3: 'is' };
const renewals = ['automatic', 'cookie', 'header', 'redirect'];
const replays = ['permitted', 'prohibited', 'reuse is detected'];

/** Returns unix seconds as a date; `undefined` for a value that is not a time. */
export function dateOf(value: unknown): string | undefined {
  const isTime = typeof value === 'number' && value > 0 && value < 1e11;
  return isTime ? new Date(value * 1000).toISOString().replace(/\.000Z$/, 'Z') : undefined;
}

/** Returns the value of a claim in words. */
export function claimText(label: number | string, value: unknown): string {
  if (label === 4 || label === 5 || label === 6 || label === 'grant') {
    const date = dateOf(value);
    if (date !== undefined) return `${date} (${String(value)})`;
  }
  if (label === 308) return `${plain(value)} (${replays[Number(value)] ?? 'unknown'})`;
  if (label === 312) return conditionsText(value, parts, matches) ?? plain(value);
  if (label === 401) return conditionsText(value, awsParts, awsMatches) ?? plain(value);
  if (label === 323) return renewalText(value) ?? plain(value);
  if (label === 311 && Array.isArray(value)) return value.map(rangeText).join(', ');
  return plain(value);
}

/** Returns conditions about a URL in words; `undefined` for a claim that is not a map. */
function conditionsText(
  claim: unknown,
  partNames: readonly string[],
  matchNames: Readonly<Record<number, string>>,
): string | undefined {
  if (!(claim instanceof Map)) return undefined;
  const told = [...(claim as ReadonlyMap<unknown, unknown>)].map(([part, kinds]) => {
    const name = partNames[Number(part)] ?? `part ${plain(part)}`;
    if (!(kinds instanceof Map)) return `${name}: ${plain(kinds)}`;
    return [...(kinds as ReadonlyMap<unknown, unknown>)]
      .map(([kind, value]) => `${name} ${matchNames[Number(kind)] ?? `match ${plain(kind)}`} ${plain(value)}`)
      .join(' and ');
  });
  return told.join(', ');
}

function renewalText(claim: unknown): string | undefined {
  if (!(claim instanceof Map)) return undefined;
  const catr = claim as ReadonlyMap<unknown, unknown>;
  const [lifetime, deadline] = [catr.get(1), catr.get(2)];
  const until = typeof deadline === 'number' && deadline >= 1e9 ? dateOf(deadline) : undefined;
  return [
    renewals[Number(catr.get(0))] ?? `type ${plain(catr.get(0))}`,
    ...(lifetime === undefined ? [] : [`each for ${plain(lifetime)} s`]),
    ...(deadline === undefined ? [] : [until === undefined ? `deadline ${plain(deadline)} s` : `until ${until}`]),
    ...[...catr].filter(([member]) => Number(member) > 2).map(([member, value]) => `${plain(member)}: ${plain(value)}`),
  ].join(', ');
}

function rangeText(range: unknown): string {
  const { value } = (range ?? {}) as { value?: unknown };
  const [bits, network] = Array.isArray(value) ? (value as unknown[]) : [];
  if (!(network instanceof Uint8Array)) return plain(range);
  const groups = Array.from({ length: network.length / 2 }, (_, i) =>
    ((network[2 * i]! << 8) | network[2 * i + 1]!).toString(16),
  );
  return `${network.length === 4 ? network.join('.') : groups.join(':')}/${plain(bits)}`;
}

/** The deepest level that is shown. No claim that we know has deeper values. */
const MAX_DEPTH = 6;

function plain(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) return '…';
  if (typeof value === 'string') return shown(value);
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `[${value.map((each) => plain(each, depth + 1)).join(', ')}]`;
  if (value instanceof Map)
    return `{${[...value].map(([key, inner]) => `${plain(key, depth + 1)}: ${plain(inner, depth + 1)}`).join(', ')}}`;
  if (typeof value === 'object' && value !== null && 'tag' in value && 'value' in value)
    return `${String(value.tag)}(${plain(value.value, depth + 1)})`;
  return String(value);
}
