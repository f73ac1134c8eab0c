import type { InspectedToken } from 'secure-token-server/cat';

/** A verifier, and its reasons against a token. The reasons are about shape and claims alone, not about the request. */
export interface Dialect {
  readonly name: string;
  /** Empty if the verifier would accept the token. */
  readonly against: readonly string[];
}

const HS256 = 5;
/** Claims of CTA-5007-B that AWS's reference validator ignores, so that they restrict nothing. */
const unseenByAws: Readonly<Record<number, string>> = { 311: 'catnip', 312: 'catu', 313: 'catm', 314: 'catalpn' };
/** Claims that Fastly's crate has names for, but does not judge. */
const unseenByFastly: Readonly<Record<number, string>> = {
  314: 'catalpn',
  315: 'cath',
  316: 'catgeoiso3166',
  322: 'catif',
};
const ofAws = [401, 402, 403, 404];

/** Says for each verifier whether it would accept a token, judged by its library (`docs/cat.md` has the versions). */
export function dialectsOf({
  tags,
  algorithm,
  bytes,
  claims = [],
  keyId,
  isKeyIdProtected,
}: InspectedToken): Dialect[] {
  const labels = claims.map(({ label }) => label);
  const awsClaims = ofAws.filter((label) => labels.includes(label));
  const isTagged = tags.includes(17) || tags.includes(18);
  const when = (isSo: boolean, text: string): string[] => (isSo ? [text] : []);
  const unseen = when(
    awsClaims.length > 0,
    `DANGER: it ignores ${awsClaims.join(', ')}, and restricts nothing by them`,
  );
  const kid = keyId === undefined || isKeyIdProtected;
  return [
    {
      name: "commonAccessToken, profile 'cta' or 'akamai'",
      against: when(awsClaims.length > 0, `claims ${awsClaims.join(', ')} are numbers of AWS`),
    },
    { name: "commonAccessToken, profile 'cloudfront'", against: when(algorithm !== HS256, 'HS256 alone') },
    {
      name: '@eyevinn/cat 0.16',
      against: [
        ...unseen,
        ...when(algorithm !== HS256, 'its HTTP validator takes MACs alone'),
        ...when(tags[0] !== 61, 'it expects tag 61, unless told otherwise'),
        ...when(kid, 'it looks for kid in the unprotected header'),
      ],
    },
    {
      name: 'Akamai CAT module 1.0.2',
      against: [
        ...unseen,
        ...when(algorithm === -37, 'its CWT module 1.2.0 knows HS256 and ES256'),
        ...when(tags.includes(61), 'isCWTTagAdded has to be on for tag 61'),
        ...when(!isTagged, 'isCoseCborTagAdded has to be off without tag 17 or 18'),
        ...when(kid, 'its examples look for kid in the unprotected header'),
      ],
    },
    {
      name: "Fastly's crate common-access-token 0.3",
      against: [
        ...unseen,
        ...labels
          .filter((label) => typeof label === 'number' && Object.hasOwn(unseenByFastly, label))
          .map((label) => `DANGER: it ignores ${unseenByFastly[Number(label)]} (${label})`),
        ...when(labels.includes(311), 'it cannot read addresses (catnip)'),
      ],
    },
    {
      name: 'CloudFront Functions, cf.cwt',
      against: [
        ...when(algorithm !== HS256, 'HS256 alone'),
        ...when(!tags.includes(17), 'tag 17 is required'),
        ...when(bytes > 1024, 'a token has 1,024 bytes at most'),
      ],
    },
    {
      name: "AWS's reference validator",
      against: [
        ...labels
          .filter((label) => typeof label === 'number' && Object.hasOwn(unseenByAws, label))
          .map(
            (label) => `DANGER: it ignores ${unseenByAws[Number(label)]} (${label}), and lets everything through by it`,
          ),
        ...when(labels.includes(401) || labels.includes(403), 'it looks at the front of the path in catu (401) alone'),
        ...when(!labels.includes(401), 'DANGER: no catu (401), so it opens every URL'),
      ],
    },
  ];
}
