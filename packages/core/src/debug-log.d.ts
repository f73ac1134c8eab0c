import type { TokenEventDetails, TokenEventType } from './contract/token-events.ts';
/** One line on the console for each decision, without tokens. */
declare class DebugLog {
    #private;
    leave(url: string): void;
    attach(url: string, restSeconds: number): void;
    wait(url: string, reason: string): void;
    /** Names that no playlist has brought yet are signed. @param last how the one is called that is furthest ahead */
    predict(last: string, count: number): void;
    replay(url: string, status: number, isSent: boolean, waitSeconds: number): void;
    pause(what: string, pauseSeconds: number): void;
    /** The rest is told by events. */
    event<T extends TokenEventType>(type: T, detail: TokenEventDetails[T]): void;
}
export type { DebugLog };
/** @param isOn the option; without it `localStorage` decides. @returns `undefined` when off: no line is even made up */
export declare const createDebugLog: (isOn: boolean | undefined) => DebugLog | undefined;
