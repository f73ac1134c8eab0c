export { NativeSource } from './native-source.ts';
export { assertFitsElement, fitsElement } from './element-source.ts';
export { probe } from './probe.ts';
export { replaceMethod } from './replace-method.ts';
export type { SwapReason } from './request-need.ts';
