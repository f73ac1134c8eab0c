import { edgeAuth, bunny, cloudFront, secureLink, secureLinkLayouts } from '../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import type { Code } from '../../packages/cli/src/doctor/codes.ts';
import { SECRET } from './doctor-setups.ts';
import type { Server } from './doctor-setups.ts';
import { rsaKey } from './format-samples.ts';

/** Servers that a doctor is called to, and what is to stand first in the list. */
export interface SetUp {
  readonly name: string;
  /** Code of the first finding; `undefined` for healthy servers. */
  readonly code?: Code;
  readonly edge: (other: string) => Server;
  readonly endpoint?: (edge: string) => Server;
  /** A second origin, whose address `edge` gets. */
  readonly other?: () => Server;
  /** @default the film's multivariant playlist */
  readonly path?: string;
  /** Whether the doctor gets the secret. */
  readonly hasSecret?: boolean;
  readonly headers?: Record<string, string>;
  readonly format?: VerifyingTokenFormat;
  /** The doctor gets a signed URL, and no secret. */
  readonly isSigned?: 'for a minute' | 'a minute ago';
  /** @default a page of another origin */
  readonly page?: string;
  /** Server at which nobody listens. */
  readonly isDown?: 'edge' | 'endpoint';
}

export const hexKey = '00112233445566778899aabbccddeeff';

/** Formats of the set-ups, by where their tokens travel, or by what these open. */
export const inHeader: VerifyingTokenFormat = edgeAuth({ key: hexKey, carrier: 'header', param: 'x-token', depth: 2 });
export const inPath: VerifyingTokenFormat = bunny({ secret: SECRET, depth: 2 });
export const inCookies: VerifyingTokenFormat = cloudFront({ keys: [{ id: 'K', privateKey: rsaKey }], depth: 2 });
export const ofUrls: VerifyingTokenFormat = secureLink({ secret: SECRET, ...secureLinkLayouts.keyCdn });
