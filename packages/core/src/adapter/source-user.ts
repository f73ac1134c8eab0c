import type { TokenSourceOptions } from '../contract/token-source-options.ts';
import type { SignedRequest, TokenEventDetails, TokenEventType, TokenSource } from '../contract/token-source.ts';
import { TOKEN_EVENTS } from '../contract/token-source.ts';
import { createTokenSource } from '../create-token-source.ts';
import type { ReplayOptions } from './replay-of.ts';
import { replayOf } from './replay-of.ts';

export interface AcquiredTokenSource {
  readonly source: TokenSource;
  /**
   * Destroys a source that was made for these options. One that was passed in belongs to the app: it makes no more
   * calls ahead of use once nobody else uses it.
   */
  readonly release: () => void;
}

/**
 * Joins the token source that an adapter was given, or makes one from its options, for one player.
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function acquireTokenSource(options: TokenSourceOptions | TokenSource | string | URL): AcquiredTokenSource {
  const source = createTokenSource(options);
  const isShared = source === options;
  const leave = source.join();
  return {
    source,
    release: () => {
      leave();
      if (!isShared) source.destroy();
    },
  };
}

/** One of the users (players) of a token source that may be shared: what is refused to others is not its concern. */
export interface SourceUser {
  /** As `replayOf`. @throws as that */
  replay(request: SignedRequest, status: number, options?: ReplayOptions): Promise<SignedRequest | undefined>;
  /** Whether an event of the source is for this user: not a refusal of a request that only others have under way. */
  concerns(event: Event): boolean;
}

/** A refused request that is being replayed. */
interface Replaying {
  /** Unsigned. */
  readonly url: string;
  readonly user: SourceUser;
}

const replaying = new WeakMap<TokenSource, Replaying[]>();

/** The URL whose refusal `event` reports. */
function refusedUrl({ type, detail }: CustomEvent<unknown>): string | undefined {
  if (type === 'tokenrefused') return (detail as TokenEventDetails['tokenrefused']).url;
  const { error } = detail as Partial<TokenEventDetails['tokenerror']>;
  return error?.code === 'ERR_TOKEN_REFUSED' ? error.url : undefined;
}

/** Makes one more user of `source`: refusals of its requests are told apart from those of the others. */
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
 * Hands each event of `source` to `forward`.
 * @param user without the refusals of others that share the source
 * @returns stops it
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
