/** Seconds that a pause lasts. */
export interface PauseLength {
    /** For requests that wait. */
    readonly waiting: number;
    /** For renewals that nobody waits for; not fewer. */
    readonly ahead: number;
}
/** A time in which the signing endpoint is left alone. */
export declare class Pause {
    #private;
    readonly ended: Promise<void>;
    /**
     * @param isWaiting whether a request waits
     * @param now in seconds, never goes back
     */
    constructor({ waiting, ahead }: PauseLength, isWaiting: boolean, now: () => number, onEnd: () => void);
    /** A request waits from now on: it does not wait longer than it would have from the start. */
    hurry(): void;
    end(): void;
}
