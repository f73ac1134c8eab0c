import { answerMusts } from './answer-musts.ts';
import { failureMusts } from './failure-musts.ts';
import type { Must } from './outcome.ts';
import { requestMusts } from './request-musts.ts';

/** All musts of `docs/protocol.md`, each with its check. A new must gets the next number, wherever it stands. */
export const musts: readonly Must[] = [...requestMusts, ...answerMusts, ...failureMusts];
