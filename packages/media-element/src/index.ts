export { NativeSource } from './native-source.ts';
export { assertFitsElement } from './element-request.ts';
export { pause } from './back-off.ts';
export { probe } from './probe.ts';
export type { NativeSourceListener, NativeSourceOptions } from './native-source.ts';
export type { SwapReason } from './request-need.ts';
