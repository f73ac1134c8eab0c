import type { TokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';

/**
 * The members of a token source that `handleFetch` needs. Without `renew` and `liftDenials`, pages cannot end a denial.
 */
export type RequestSigner = Pick<TokenSource, 'protects' | 'sign' | 'refused'> &
  Partial<Pick<AdapterSource, 'renew' | 'liftDenials'>> & {
    /**
     * `false` if only pages know which URLs are protected. Images then go out unsigned: each icon would wait for a
     * page.
     */
    readonly isProtectKnown?: boolean;
  };

/**
 * The members of a token source that requests of scripts need. `unsign` takes the token out of the URL to which the
 * edge has redirected a request.
 */
export type ScriptSigner = RequestSigner & Pick<TokenSource, 'unsign'>;
