import type { CatAlgorithm, CommonAccessTokenOptions } from '../../packages/server/src/cat.ts';

/** A row of `packages/server/vectors/cat/vectors.json`. */
export interface CatVector {
  name: string;
  token: string;
  url: string;
  method?: string;
  now: number;
  algorithm?: CatAlgorithm;
  allKeys?: true;
  options?: Partial<CommonAccessTokenOptions>;
  expected: string;
  claim?: string;
}
