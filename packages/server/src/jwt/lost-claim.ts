/**
 * The name of the first claim, at any depth, that JSON does not have: it would be missing in the token, and with it the
 * condition that it stands for.
 */
export function lostClaim(claims: Readonly<Record<string, unknown>>): string | undefined {
  let lost: string | undefined;
  JSON.stringify(claims, (name, value: unknown) => {
    const isLost = ['undefined', 'function', 'symbol'].includes(typeof value);
    if (isLost || (typeof value === 'number' && !Number.isFinite(value))) lost ??= name;
    return value;
  });
  return lost;
}
