/** Labels of RFC 8392 and of the registry of CWT claims, by the names of the claims. */
export const label = {
  iss: 1,
  sub: 2,
  aud: 3,
  exp: 4,
  nbf: 5,
  iat: 6,
  cti: 7,
  cnf: 8,
  catdpopw: 275,
  geohash: 282,
  catreplay: 308,
  catpor: 309,
  catv: 310,
  catnip: 311,
  catu: 312,
  catm: 313,
  catalpn: 314,
  cath: 315,
  catgeoiso3166: 316,
  catgeocoord: 317,
  catgeoalt: 318,
  cattpk: 319,
  catifdata: 320,
  catdpop: 321,
  catif: 322,
  catr: 323,
  or: 41,
  nor: 42,
  and: 43,
  enc: 44,
  crit: 45,
  /** A claim of this package: unix seconds up to which an edge may renew the token. */
  grant: 'grant',
} as const;

/** Numbers from the documentation of CloudFront Functions; no registry has them. */
export const awsLabel = { catu: 401, catnip: 402, catm: 403, catr: 404 } as const;

const names: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ...Object.entries(label).map(([name, number]) => [number, name] as const),
  ...Object.entries(awsLabel).map(([name, number]) => [number, `${name} (${number})`] as const),
]);

/**
 * Returns the name of a claim, or its number if it has no name. Does not repeat a text label, which a stranger may
 * choose.
 */
export function claimName(claim: unknown): string {
  const known = names.get(claim);
  if (known !== undefined) return known;
  return typeof claim === 'number' ? String(claim) : 'a label that is no number';
}
