import { replayOf } from './replay-of.ts';
import type { TokenEventDetails } from './token-events.ts';
import type { SignOptions, SignedRequest, TokenSource } from './token-source.ts';

/** One of the users (players) of a token source that may be shared: what is refused to others is not its concern. */
export interface SourceUser {
  /** As `replayOf`. @throws as that */
  replay(request: SignedRequest, status: number, options?: SignOptions): Promise<SignedRequest | undefined>;
  /** Whether an event of the source is for this user: not a refusal of a request that only others have under way. */
  concerns(event: Event): boolean;
}

/** Of each source, by unsigned URL: whose refused requests are being replayed. */
const replaying = new WeakMap<TokenSource, Map<string, SourceUser[]>>();

/** The URL whose refusal `event` tells of. */
function refusedUrl({ type, detail }: CustomEvent<unknown>): string | undefined {
  if (type === 'tokenrefused') return (detail as TokenEventDetails['tokenrefused']).url;
  const { error } = detail as Partial<TokenEventDetails['tokenerror']>;
  return error?.code === 'ERR_TOKEN_REFUSED' ? error.url : undefined;
}

export function createSourceUser(source: TokenSource): SourceUser {
  const users = replaying.get(source) ?? new Map<string, SourceUser[]>();
  replaying.set(source, users);
  const user: SourceUser = {
    async replay(request, status, options) {
      const { source: url } = request;
      users.set(url, [...(users.get(url) ?? []), user]);
      try {
        return await replayOf(source, request, status, options);
      } finally {
        const others = users.get(url)!.slice();
        // once: it may have several of this URL under way
        others.splice(others.indexOf(user), 1);
        if (others.length) users.set(url, others);
        else users.delete(url);
      }
    },
    concerns(event) {
      const url = refusedUrl(event as CustomEvent);
      const concerned = url === undefined ? undefined : users.get(url);
      return !concerned || concerned.includes(user);
    },
  };
  return user;
}
