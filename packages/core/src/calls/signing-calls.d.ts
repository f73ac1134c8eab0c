import type { Acquisition } from './acquisition.ts';
import type { Denials } from './denials.ts';
import type { Protection } from '../tokens/protection.ts';
import type { RenewalPolicy } from '../tokens/renewal.ts';
import type { Rotation } from '../tokens/rotation.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { SigningEndpoint } from './signing-endpoint.ts';
import type { TokenEventDetails, TokenEventType } from '../contract/token-events.ts';
import type { WantedUrls } from './signing-queue.ts';
import type { TokenIndex } from '../tokens/token-index.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';
import type { Token } from '../contract/token.ts';
interface Parts {
    readonly endpoint: SigningEndpoint;
    readonly clock: ServerClock;
    readonly rotation: Rotation;
    readonly protection: Protection;
    readonly tokenUrls: TokenUrls;
    readonly index: TokenIndex;
    readonly denials: Denials;
    readonly acquisition: Acquisition;
    readonly emit: <T extends TokenEventType>(type: T, detail: TokenEventDetails[T]) => void;
    readonly renewal: RenewalPolicy;
    readonly random: () => number;
}
/** Makes calls, and takes in what they bring: tokens, the time, denials, failures. */
export declare class SigningCalls {
    #private;
    constructor(parts: Parts);
    /** Takes in tokens that the page has brought. It answers for them: their origins are protected. */
    holdPreset(preset: readonly Token[]): void;
    /** One call; resolves to what went wrong. */
    call(wanted: WantedUrls): Promise<SecureTokenError | undefined>;
}
export {};
