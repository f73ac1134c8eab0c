/** The players that use a token source. What is done ahead of use is done for them, and ends with the last one. */
export declare class Players {
    #private;
    constructor(onLastLeft: () => void);
    /** There were players, and there is none any more. An app that signs by itself is none, and never leaves. */
    get haveLeft(): boolean;
    /** @returns to be called when the player leaves; calls after the first count for nothing */
    join(): () => void;
}
