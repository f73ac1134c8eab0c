import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOptionsError } from '../../packages/server/src/errors/options-error.ts';
import type { Scope, SignedToken, VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { propertyRuns, propertyTimeout } from './property-runs.ts';
import { NOW, asked, moveSeams, moved, urlOf } from './seams.ts';
import type { Asked } from './seams.ts';
import { attached, change, changed } from './token-changes.ts';
import { requestWith } from './token-request.ts';

/** A format under conditions: what its options add to what is signed, such as an address or a header. */
export interface Subject<C> {
  readonly name: string;
  /** Makes the format. Throws `ERR_OPTIONS` for conditions that are not signed. */
  readonly make: (conditions: C) => VerifyingTokenFormat;
  readonly conditions: fc.Arbitrary<C>;
  /** Headers that a client under these conditions sends beside the token. */
  readonly headers?: (conditions: C) => Readonly<Record<string, string>>;
  /**
   * The signature alone, or the token where it says nothing else; for formats whose signatures are the same each time.
   */
  readonly signatureOf?: (token: SignedToken) => string;
  /** Returns the part of the conditions that `verify` compares with its own. @default all */
  readonly enforced?: (conditions: C) => unknown;
  /** Requests that would be accepted if what is signed had a second reading. */
  readonly attack?: fc.Arbitrary<Attack<C>>;
  /** URLs of the family, for formats that sign few others. */
  readonly asked?: fc.Arbitrary<Asked>;
}

/** A request for a token, and another request that is made of the token's signature. */
export interface Attack<C> {
  readonly asked: Asked;
  readonly under: C;
  readonly forge: (signature: string) => {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly under?: C;
  };
}

interface Signed {
  readonly token: SignedToken;
  readonly scope: Scope;
}

/** Returns the signature of a token, wherever the token has it; the whole token where it says no more than is signed. */
export function signatureOf({ query = {}, headers, base, setCookie = [] }: SignedToken): string {
  const pairs = Object.entries({ ...query, ...headers }).map((pair) => pair.join('='));
  const text = [...pairs, base ?? '', ...setCookie].join(' ');
  const form = /(?:verify=\d{10}-|token=\d{10}_|hmac=|Signature=|wowzatokenhash=|(?<!cache-)token=|\bst=)([\w+/.=~-]+)/;
  return form.exec(text)?.[1] ?? text;
}

/** `undefined` for what is refused. */
async function signed(format: VerifyingTokenFormat | undefined, from: Asked): Promise<Signed | undefined> {
  try {
    const url = new URL(urlOf(from));
    return format && { token: await format.sign(url, from.expires), scope: format.opens!(url) };
  } catch (error) {
    if (isOptionsError(error)) return undefined;
    throw error;
  }
}

function made<C>({ make }: Subject<C>, conditions: C): VerifyingTokenFormat | undefined {
  try {
    return make(conditions);
  } catch (error) {
    if (isOptionsError(error)) return undefined;
    throw error;
  }
}

const decoded = (path: string): string => decodeURIComponent(path);

/** Whether a URL without a token lies within a scope. */
export function isWithin(url: string, { kind, href }: Scope): boolean {
  const [target, opened] = [new URL(url), new URL(href)];
  const [path, limit] = [decoded(target.pathname), decoded(opened.pathname)];
  if (target.origin !== opened.origin) return false;
  if (kind === 'folder') return limit.endsWith('/') && path.startsWith(limit);
  return path === limit && (kind === 'path' || target.search === opened.search);
}

const same = (a: Scope, b: Scope): boolean =>
  a.kind === b.kind &&
  decoded(new URL(a.href).pathname) === decoded(new URL(b.href).pathname) &&
  new URL(a.href).search === new URL(b.href).search;

/**
 * Tests two properties: what is signed has one reading, and what `verify` accepts is what `sign` would have made for
 * exactly that scope, with the same expiry and under the same conditions.
 */
export function describeFormat<C>(subject: Subject<C>): void {
  const { name, conditions, headers = () => ({}), enforced = (all: C): unknown => all, signatureOf } = subject;
  const one = subject.asked ?? asked;

  describe(name, () => {
    if (signatureOf) {
      test(
        'two different scopes, expiries or conditions have different signatures',
        async () => {
          let compared = 0;
          const others = fc.array(
            fc.tuple(
              fc.oneof({ weight: 1, arbitrary: one }, { weight: 9, arbitrary: moved }),
              fc.option(conditions, { freq: 1 }),
            ),
            {
              minLength: 4,
              maxLength: 4,
            },
          );
          const property = fc.asyncProperty(one, conditions, others, async (first, under, tried) => {
            const a = await signed(made(subject, under), first);
            for (const [next, other] of a ? tried : []) {
              const second = 'steps' in next ? moveSeams(first, next) : next;
              const b = second && (await signed(made(subject, other ?? under), second));
              // Times that `verify` never accepts at one time need not be told apart.
              if (!a || !b || Math.abs(a.token.expires - b.token.expires) > 86_400) continue;
              compared++;
              if (signatureOf(a.token) !== signatureOf(b.token)) continue;
              expect(a.token.expires).toBe(b.token.expires);
              expect(other ?? under).toEqual(under);
              expect(
                same(a.scope, b.scope),
                `${a.scope.kind} ${a.scope.href} and ${b.scope.kind} ${b.scope.href}`,
              ).toBe(true);
            }
          });
          await fc.assert(property, { numRuns: Math.ceil(propertyRuns / 4) });
          expect(compared).toBeGreaterThan(propertyRuns / 25);
        },
        propertyTimeout,
      );
    }

    const { attack } = subject;
    if (attack) {
      test(
        'no request is made of what is signed by reading it in another way',
        async () => {
          await fc.assert(
            fc.asyncProperty(attack, async (each) => expectNoSecondReading(subject, each)),
            { numRuns: propertyRuns },
          );
        },
        propertyTimeout,
      );
    }

    test(
      'what is accepted lies within the scope that was asked for, with its expiry and under its conditions',
      async () => {
        let accepted = 0;
        const changes = fc.array(change(conditions), { minLength: 8, maxLength: 8 });
        const property = fc.asyncProperty(one, conditions, changes, async (from, under, tried) => {
          const format = made(subject, under);
          const genuine = await signed(format, from);
          if (!format || !genuine) return;
          const { token, scope } = genuine;
          expect(new URL(scope.href).href).toBe(scope.href);
          const verdict = await format.verify(requestWith(urlOf(from), token, headers(under)), NOW);
          expect(verdict).toMatchObject({ ok: true, expires: token.expires });
          expect(isWithin(verdict.ok ? verdict.url : '', scope)).toBe(true);
          for (const [move, piece, other] of tried) {
            const target = move ? moveSeams(from, move) : from;
            const request = target && attached(urlOf(target), token, headers(other ?? under));
            const sent = request && {
              url: piece ? request.url.replace(piece[0], piece[1]) : request.url,
              headers: changed(request.headers, piece),
            };
            const judge = other === null ? format : made(subject, other);
            if (!sent || !judge) continue;
            const found = await judge.verify(sent, NOW);
            if (!found.ok) continue;
            accepted++;
            expect(found.expires).toBe(token.expires);
            expect(enforced(other ?? under)).toEqual(enforced(under));
            expect(isWithin(found.url, scope), `${sent.url} for ${scope.kind} ${scope.href}`).toBe(true);
          }
        });
        await fc.assert(property, { numRuns: Math.ceil(propertyRuns / 8) });
        expect(accepted).toBeGreaterThan(0);
      },
      propertyTimeout,
    );
  });
}

/** Refused by `sign`, or by `verify`, or within what was asked for. */
async function expectNoSecondReading<C>(subject: Subject<C>, { asked: from, under, forge }: Attack<C>): Promise<void> {
  const genuine = await signed(made(subject, under), from);
  if (!genuine) return;
  const forged = forge(subject.signatureOf!(genuine.token));
  const judge = made(subject, forged.under ?? under);
  if (!judge) return;
  const found = await judge.verify({ url: forged.url, headers: new Headers(forged.headers) }, NOW);
  if (!found.ok) return;
  expect(found.expires).toBe(genuine.token.expires);
  expect(forged.under ?? under).toEqual(under);
  expect(isWithin(found.url, genuine.scope), `${forged.url} for ${genuine.scope.href}`).toBe(true);
}
