import { BoundedMap } from '../bounded-map.ts';
import { decoded, encodeParameter, originOf, readings, withoutParameters, withParameters } from '../url-text.ts';
import type { Carrier, CarrierState } from './carrier.ts';
import { longParts } from './carrier.ts';
import { asTexts, textsFor } from './texts.ts';

type Query = Readonly<Record<string, string>>;

/** The number of remembered values. The newest suffice, because an edge redirects a request at once. */
const MAX_VALUES = 1000;

/** Returns the parameters of a token: name to `name=value`, encoded. */
const parametersOf = (query: Query): Map<string, string> =>
  new Map(
    Object.entries(query).map(([name, value]) => {
      const encoded = encodeParameter(name);
      return [encoded, `${encoded}=${encodeParameter(value)}`];
    }),
  );

class QueryState implements CarrierState<Query> {
  readonly #leastSecret: number;
  /** The names of parameters, by origin: on another host the same name may mean something else. */
  readonly #names = new Map<string, Set<string>>();
  /** The parameters that are recognised on any host, decoded. */
  readonly #secrets = new BoundedMap<string, true>(MAX_VALUES);

  constructor(leastSecret: number) {
    this.#leastSecret = leastSecret;
  }

  note(query: Query, opened: string): void {
    const origin = originOf(opened);
    const names = this.#names.get(origin) ?? new Set();
    for (const [name, parameter] of parametersOf(query)) {
      this.#names.set(origin, names.add(name));
      if (parameter.length - name.length > this.#leastSecret) this.#secrets.set(decoded(parameter), true);
    }
  }

  remove(url: string, href: string): string {
    const known = this.#names.get(originOf(href));
    return known ? withoutParameters(url, (name) => known.has(name)) : url;
  }

  removeSecrets(url: string): string {
    // an edge may write other escapes than the browser
    return withoutParameters(url, (_, parameter) => readings(parameter).some((it) => this.#secrets.has(it)));
  }
}

/** Parameters of the query. */
export const queryCarrier: Carrier<Query> = {
  check: textsFor((texts) => parametersOf(texts)),
  parse: asTexts,
  write: (request, query) => ({ ...request, url: withParameters(request.url, parametersOf(query).values()) }),
  secretsOf: (query) => longParts(Object.values(query)),
  find(signed, unsigned) {
    // `URLSearchParams.has` reads all parameters each time
    const asked = new Set(new URL(unsigned).searchParams.keys());
    const value: Record<string, string> = {};
    for (const [name, text] of new URL(signed).searchParams) if (!asked.has(name)) value[name] = text;
    return { value, opened: unsigned };
  },
  createState: (leastSecret) => new QueryState(leastSecret),
};
