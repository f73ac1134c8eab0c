import type { ReplayOptions } from './replay-of.ts';
import { replayOf } from './replay-of.ts';
import type { TokenEventDetails } from '../contract/token-events.ts';
import type { SignedRequest, TokenSource } from '../contract/token-source.ts';

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
