/** `promise`, or the reason of `signal` as soon as it aborts. Leaves no listener behind. */
export declare const abortable: <T>(promise: Promise<T>, signal: AbortSignal | undefined) => Promise<T>;
