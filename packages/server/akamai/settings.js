// What is set for one property. The other files stay as they are.

// 'HS256', 'ES256' or 'PS256'.
export const ALGORITHM = 'HS256';
// Keys by their id; any of them verifies. For HS256 name a hidden variable of the property, PMUSER_…, that has the key
// in hex. For ES256 and PS256 give the public key in PEM (BEGIN PUBLIC KEY).
export const KEYS = [{ id: 'key-1', key: 'PMUSER_CAT_KEY' }];
// Where the token travels, and under which name: 'query' and 'CAT', or 'header' and 'Common-Access-Token'.
export const CARRIER = 'query';
export const NAME = 'CAT';
// Demanded of `iss` and `aud`; '' for no demand of `iss`, and for refusing tokens that name an audience.
export const ISSUER = '';
export const AUDIENCE = '';
// The furthest `exp`, in seconds from now.
export const MAX_TTL = 86400;
// Pages that may read the answers: '*', or one origin.
export const ORIGINS = '*';
