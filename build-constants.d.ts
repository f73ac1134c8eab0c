/**
 * Whether this is a development build, which checks options and writes mistakes to the console. Rollup puts `true` or
 * `false` in its place, and leaves out what is never reached then. It is `true` where tests import the sources.
 */
declare const __DEVELOPMENT__: boolean;
