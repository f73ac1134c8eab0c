/** What a Media CDN token says, in the order of Google's samples. */
export interface MediaCdnFields {
  readonly scope: string;
  /** Unix seconds. */
  readonly startsAt: number;
  readonly expires: number;
  /** Names of the headers whose values are signed. */
  readonly headers: readonly string[];
  readonly ipRanges: string | undefined;
  readonly signature: string;
  /** The token's text in front of the signature. */
  readonly text: string;
}

const form =
  /^((URLPrefix=[^~]+|PathGlobs=[^~]+|FullPath)(?:~Starts=([1-9]\d{9}))?~Expires=([1-9]\d{9})(?:~SessionID=[^~]*)?(?:~Data=[^~]*)?(?:~Headers=([\w-]+(?:,[\w-]+)*))?(?:~IPRanges=([^~]*))?)~(?:Signature|hmac)=([^~]+)$/;

export function readMediaCdnFields(token: string): MediaCdnFields | undefined {
  const [, text, scope, starts, expires, headers, ipRanges, signature] = form.exec(token) ?? [];
  if (text === undefined || scope === undefined || signature === undefined) return undefined;
  const names = headers?.split(',') ?? [];
  return { text, scope, startsAt: Number(starts ?? 0), expires: Number(expires), headers: names, ipRanges, signature };
}
