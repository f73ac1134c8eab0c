import { expect, test } from 'vitest';
import { withTokenHeaders } from 'secure-token-core/adapter';

test('headers of a token take the place of those of the same name, in whatever case', () => {
  const own = { Range: 'bytes=0-9', 'common-access-token': 'read in an answer', AUTHORIZATION: 'of the app' };
  const ofToken = { 'Common-Access-Token': 'ours', Authorization: 'Bearer of the token' };
  expect(withTokenHeaders(own, ofToken)).toEqual({ Range: 'bytes=0-9', ...ofToken });
});

test('headers of a request whose token has none stay as they are', () => {
  expect(withTokenHeaders({ Range: 'bytes=0-9' }, {})).toEqual({ Range: 'bytes=0-9' });
  expect(withTokenHeaders(undefined, {})).toEqual({});
});
