import type { SignedRequest, TokenEventDetails, TokenEventType, TokenSource } from '../contract/token-source.ts';
import { TOKEN_EVENTS } from '../contract/token-source.ts';
import type { ReplayOptions } from '../adapter/replay-of.ts';
import { replayOf } from '../adapter/replay-of.ts';

/** One of the users (players) of a token source, which they may share. Refusals to other users do not concern it. */
export interface SourceUser {
  /** Does what `replayOf` does. @throws as `replayOf` */
  replay(request: SignedRequest, status: number, options?: ReplayOptions): Promise<SignedRequest | undefined>;
  /** Tells whether an event of the source is for this user: all are, except refusals that only other users replay. */
  concerns(event: Event): boolean;
}

/** A refused request that is being replayed. */
interface Replaying {
  /** Unsigned. */
  readonly url: string;
  readonly user: SourceUser;
}

const replaying = new WeakMap<TokenSource, Replaying[]>();

/** Returns the URL whose refusal `event` reports; `undefined` if it reports none. */
function refusedUrl({ type, detail }: CustomEvent<unknown>): string | undefined {
  if (type === 'tokenrefused') return (detail as TokenEventDetails['tokenrefused']).url;
  const { error } = detail as Partial<TokenEventDetails['tokenerror']>;
  return error?.code === 'ERR_TOKEN_REFUSED' ? error.url : undefined;
}

/** Adds a user of `source`, and tells refusals of its requests apart from those of other users. */
export function createSourceUser(source: TokenSource): SourceUser {
  const underWay = replaying.get(source) ?? [];
  replaying.set(source, underWay);
  const user: SourceUser = {
    async replay(request, status, options) {
      const mine = { url: request.unsignedUrl, user };
      underWay.push(mine);
      try {
        return await replayOf(source, request, status, options);
      } finally {
        underWay.splice(underWay.indexOf(mine), 1);
      }
    },
    concerns(event) {
      const url = refusedUrl(event as CustomEvent);
      const concerned = underWay.filter((it) => it.url === url);
      return !concerned.length || concerned.some((it) => it.user === user);
    },
  };
  return user;
}

/**
 * Calls `forward` with each event of `source`.
 * @param user leaves out the refusals of other users of the source
 * @returns a function that stops this
 */
export function forwardTokenEvents(
  source: TokenSource,
  forward: (type: TokenEventType, detail: TokenEventDetails[TokenEventType]) => unknown,
  user?: SourceUser,
): () => void {
  const listener = (event: Event): void => {
    const { type, detail } = event as CustomEvent<TokenEventDetails[TokenEventType]>;
    if (!user || user.concerns(event)) forward(type as TokenEventType, detail);
  };
  for (const type of TOKEN_EVENTS) source.addEventListener(type, listener);
  return () => {
    for (const type of TOKEN_EVENTS) source.removeEventListener(type, listener);
  };
}
