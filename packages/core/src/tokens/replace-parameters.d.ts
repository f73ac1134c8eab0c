/**
 * `url` with `parameters` (name to `name=value`, encoded) in its query: those that `isReplaced` are replaced in place,
 * or go; others are appended; everything else stays byte for byte. As text, because URLSearchParams re-encodes what the
 * author wrote (hls.js #7963).
 */
export declare function replaceParameters(url: string, isReplaced: (name: string) => boolean, parameters: ReadonlyMap<string, string>): string;
